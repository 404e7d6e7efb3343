import type { Confirmations, Preview } from '../access/confirm/confirmations.ts';
import { paramsHash } from '../access/confirm/params-hash.ts';
import { needsConfirmation } from '../access/confirm/policy.ts';
import { digestOf } from '../answer/canonical.ts';
import { isObject } from '../core/json.ts';
import type { AnyTool } from './any-tool.ts';
import type { CheckedCall, ConfirmGate } from './call.ts';

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

const MAX_LINES = 400;
/** Lines of an answer that tell a model what to do next, or repeat what the page says already. */
const FOR_MODELS = /^(?:=== |(?:message|plan_id|state|dry_run|next|evidence|change_description):)/;

async function previewOf(call: CheckedCall, { mode }: Confirmations): Promise<Preview> {
  const plain: Preview = { digest: null, says: sentence(call), lines: [] };
  // A program that asks for a token reads no page.
  if (mode === 'token' && call.effect !== 'provision') return plain;
  const planned = await call.preview();
  if (planned === null) return plain;
  const { items, extra = {}, answer } = planned.answer;
  const { requests, widening, warnings } = extra;
  return {
    digest: call.effect === 'provision' ? digestOf({ items, requests, widening, warnings }) : null,
    says: answer,
    lines: planned.text
      .split('\n')
      .filter((line) => !FOR_MODELS.test(line))
      .map((line) => line.replace(/; between the \w+ lines is data.*/, ''))
      .slice(0, MAX_LINES),
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
