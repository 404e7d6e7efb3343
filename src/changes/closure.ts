import { Failure } from '../core/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { PceReader } from './plan.ts';
import type { PolicyChange } from './policy-objects.ts';
import { changeSubset, draftHref, policyTypeOf } from './wire.ts';

/** A pending object that has to go along, and which of the chosen ones (or of those that go along) want it. */
export interface Needed {
  readonly change: PolicyChange;
  readonly requiredBy: readonly string[];
}

// Each round adds at least one object; a PCE that always asks for more is not followed for ever.
const MAX_ROUNDS = 20;

/**
 * What else must be committed or reverted together with `chosen`, as the PCE's own `dependencies` says (objects.md §10.3). Throws
 * `pce_bad_answer` when it names something that is not pending.
 */
export async function neededBesides(
  operation: 'commit' | 'revert',
  chosen: readonly PolicyChange[],
  pending: readonly PolicyChange[],
  pce: PceReader,
  signal?: AbortSignal,
): Promise<readonly Needed[]> {
  const byHref = new Map(pending.map((change) => [change.href, change]));
  const needed = new Map<string, Needed>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const hrefs = [...chosen.map(({ href }) => href), ...needed.keys()];
    const body = { operation, change_subset: changeSubset(hrefs) };
    const rows = await pce.ask(`/orgs/${pce.orgId}/sec_policy/draft/dependencies`, body, signal);
    const fresh = readRows(rows).filter(({ href }) => !hrefs.includes(href));
    if (fresh.length === 0) return [...needed.values()];
    for (const { href, requiredBy } of fresh) {
      const change = byHref.get(href);
      if (change === undefined)
        throw new Failure('pce_bad_answer', {
          message: `The PCE says that ${href} must go along, but it is not pending.`,
        });
      needed.set(href, { change, requiredBy });
    }
  }
  throw new Failure('pce_bad_answer', { message: 'The PCE names ever more objects that must go along.' });
}

function readRows(
  rows: JsonValue | undefined,
): readonly { readonly href: string; readonly requiredBy: readonly string[] }[] {
  if (!Array.isArray(rows))
    throw new Failure('pce_bad_answer', { message: 'The PCE did not say what depends on what.' });
  return rows.filter(isRow).map(({ dependency, required_by: requiredBy }) => {
    const [href] = hrefsIn(dependency);
    if (href === undefined || policyTypeOf(href) === null) throw new Failure('pce_bad_answer');
    return { href: draftHref(href), requiredBy: hrefsIn(requiredBy).map(draftHref) };
  });
}

const isRow = (value: JsonValue): value is JsonObject => isObject(value);

/** Every `href` in a value. */
function hrefsIn(value: JsonValue | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => hrefsIn(item));
  if (!isObject(value)) return [];
  const { href, ...rest } = value as JsonObject; // narrowed from JsonValue
  return [...(typeof href === 'string' ? [href] : []), ...Object.values(rest).flatMap(hrefsIn)];
}
