import { findExact } from '../../changes/check.ts';
import type { PceReader } from '../../changes/plan.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { draftHref, href as parseHref, typeOf } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ToolContext } from '../tool.ts';

/** The kinds of policy objects with a name. */
const KINDS = {
  ip_lists: { what: 'IP list', resolve: 'ipList' },
  services: { what: 'service', resolve: 'service' },
  rule_sets: { what: 'ruleset', resolve: 'ruleSet' },
} as const;

export type NamedKind = keyof typeof KINDS;

export const collectionOf = ({ orgId }: Pick<PceReader, 'orgId'>, kind: NamedKind): string =>
  `/orgs/${orgId}/sec_policy/draft/${kind}`;

interface Named {
  readonly href?: string | undefined;
  readonly name?: string | undefined;
}

export interface Target {
  /** The draft as it is now. */
  readonly before: JsonObject;
  readonly name: string;
}

/**
 * The draft object a call means: by href, or by exactly its name. Throws `not_found` with near names, `ambiguous_name` with
 * hrefs.
 */
export async function policyTarget(kind: NamedKind, { href, name }: Named, context: ToolContext): Promise<Target> {
  const { what, resolve } = KINDS[kind];
  const { pce } = await context.changes();
  const { signal } = context;
  if (href !== undefined) {
    const target = draftHref(parseHref(href));
    if (typeOf(target) !== kind)
      throw new Failure('invalid_arguments', { message: `${href.slice(0, 80)} is not the href of a ${what}.` });
    const before = await pce.read(target, signal);
    if (before === null) throw new Failure('not_found', { message: `There is no ${what} ${target}.` });
    return live(before, what);
  }
  if (name === undefined) throw new Failure('invalid_arguments', { message: 'Give href or name.' });
  const [only, ...others] = await findExact(collectionOf(pce, kind), { name }, pce, signal);
  if (only !== undefined && others.length === 0) return live(only, what);
  // Says what is near, or which there are.
  const found = await context.pce.resolve[resolve](name, 'draft', { signal });
  throw new Failure('conflict', { message: `The ${what} ${name} just changed.`, data: { href: found.href } });
}

function live(before: JsonObject, what: string): Target {
  const name = textOf(before, 'name') ?? hrefOf(before);
  if (before['update_type'] === 'delete')
    throw new Failure('nothing_to_change', {
      message: `The ${what} ${name} is pending deletion.`,
      remedy: 'Revert the deletion first (revert-draft), or provision it.',
    });
  return { before, name };
}

/** Throws `already_exists` when an object of exactly that name stands in the draft. */
export async function refuseExisting(
  kind: NamedKind,
  name: string,
  pce: PceReader,
  signal: AbortSignal,
): Promise<void> {
  const [existing] = await findExact(collectionOf(pce, kind), { name }, pce, signal);
  if (existing === undefined) return;
  const pending =
    existing['update_type'] === 'delete' ? ', pending deletion; its name is taken until that is provisioned' : '';
  throw new Failure('already_exists', {
    message: `A ${KINDS[kind].what} named exactly ${JSON.stringify(name)} exists already${pending}.`,
    data: { href: hrefOf(existing) },
  });
}

/** A field's old value as a PUT takes it where the PCE's schema admits no null. */
export const describedBefore = (old: unknown): string => (typeof old === 'string' ? old : '');
