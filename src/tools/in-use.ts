import { type Use, whereUsed } from '../analysis/where-used.ts';
import { Failure } from '../core/errors.ts';
import type { Href } from '../core/href.ts';
import type { PceView } from '../pce/view.ts';
import { plural } from './listing.ts';

/**
 * Where an object is used, in the draft and in the active policy: both hold it (objects.md §5.1), because a removal that is not provisioned
 * does not count for the PCE. Each place once.
 */
export async function usesOf(object: Href, pce: PceView, signal: AbortSignal): Promise<readonly Use[]> {
  const versions = await Promise.all(
    (['draft', 'active'] as const).map(async (version) => {
      const [ruleSets, labelGroups] = await Promise.all([
        pce.ruleSets(version, {}, { signal }),
        pce.labelGroups(version, {}, { signal }),
      ]);
      return whereUsed(object, { ruleSets: ruleSets.items, labelGroups: labelGroups.items });
    }),
  );
  const places = new Map(
    versions.flat().map((use) => [`${use.kind} ${use.name} ${use.as} ${use.href.split('/').slice(-2).join('/')}`, use]),
  );
  return [...places.values()];
}

const SHOWN = 10;

/** Throws `in_use` with the first places, before the PCE would refuse with less to say. */
export function refuseInUse(name: string, uses: readonly Use[], workloads = 0): void {
  if (uses.length === 0 && workloads === 0) return;
  const places = uses
    .slice(0, SHOWN)
    .map(({ kind, name: where, as, href }) => `${kind} of ${where} as ${as} (${href})`);
  throw new Failure('in_use', {
    message: `${name} is used ${[...(uses.length > 0 ? [`in ${plural(uses.length, 'place')} of the policy`] : []), ...(workloads > 0 ? [`by ${plural(workloads, 'workload')}`] : [])].join(' and ')}.`,
    data: {
      used_in: places,
      ...(uses.length > SHOWN ? { used_in_total: uses.length } : {}),
      ...(workloads > 0 ? { workloads } : {}),
    },
  });
}
