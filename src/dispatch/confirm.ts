import type { Confirmations, Preview } from '../access/confirm/confirmations.ts';
import { paramsHash } from '../access/confirm/params-hash.ts';
import { needsConfirmation } from '../access/confirm/policy.ts';
import { digestOf } from '../answer/canonical.ts';
import { isObject } from '../core/json.ts';
import type { AnyTool } from './any-tool.ts';
import type { CheckedCall, ConfirmGate } from './call.ts';
import { previewForPeople } from './confirm-preview.ts';

export interface GateOptions {
  readonly confirmations: Confirmations;
  /** The operator's own list of tools in place of the rules of design §5. */
  readonly only?: readonly string[] | undefined;
}

/** Lets through what needs no confirmation or has one. */
export const confirmGate =
  ({ confirmations, only }: GateOptions): ConfirmGate =>
  async (call) => {
    if (!needsConfirmation(call, only)) return null;
    const { principal, tool, rawArgs } = call;
    return confirmations.pass({
      issuer: principal.issuer,
      subject: principal.subject,
      tool,
      paramsHash: paramsHash(rawArgs),
      token: tokenOf(call),
      preview: () => previewOf(call, confirmations),
    });
  };

/** Only what puts draft policy into force is bound to what it was seen to do: everything else does what its arguments say. */
export const needsPreview = ({ effect, input }: Pick<AnyTool, 'effect' | 'input'>): boolean =>
  effect === 'provision' && 'dry_run' in input.properties;

async function previewOf(call: CheckedCall, { mode }: Confirmations): Promise<Preview> {
  const plain: Preview = { digest: null, says: sentence(call), sections: [] };
  // A program that asks for a token reads no page.
  if (mode === 'token' && call.effect !== 'provision') return plain;
  const planned = await call.preview();
  if (planned === null) return plain;
  const { items, extra = {} } = planned;
  const { requests, widening, warnings } = extra;
  return {
    digest: call.effect === 'provision' ? digestOf({ items, requests, widening, warnings }) : null,
    ...previewForPeople(planned),
  };
}

/** For tools without a dry run: a stored plan by its id, a PCE key by where it goes. Never a secret. */
function sentence({ tool, args }: CheckedCall): string {
  const { plan_id: plan, pce_host: host, pce_org_id: org } = args;
  if (typeof plan === 'string') return `${tool} ${plan}`;
  if (typeof host === 'string') return `${tool} for ${host}, org ${String(org)}`;
  return tool;
}

/** In the protocol's own `_meta`, as documented, or in that of the arguments, where the reference server reads it. */
function tokenOf({ meta, rawArgs }: CheckedCall): string | undefined {
  const inArguments = isObject(rawArgs) && isObject(rawArgs['_meta']) ? rawArgs['_meta'] : {};
  const token = meta['confirm_token'] ?? inArguments['confirm_token'];
  return typeof token === 'string' ? token : undefined;
}
