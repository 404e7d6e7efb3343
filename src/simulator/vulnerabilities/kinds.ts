import type { Href } from '../../core/href.ts';
import { parseAddress } from '../../model/addresses/address.ts';
import { indexSets } from '../../model/addresses/index-of-sets.ts';
import { setOfRanges, setOfTexts } from '../../model/addresses/set.ts';
import type { PolicySource, SourceWorkload } from '../../model/policy/source.ts';

/** Workloads that no rule of a policy tells apart, but for their enforcement mode. */
export interface Kind {
  readonly number: number;
  readonly members: readonly SourceWorkload[];
}

const known = new WeakMap<PolicySource, ReadonlyMap<Href, Kind>>();

/**
 * The kind of each workload: the same labels, system and known addresses, and named by nobody. Exposure is asked of every pair of
 * workloads, and an estate of hundreds of workloads has some dozen kinds.
 */
export function kindsOf(source: PolicySource): ReadonlyMap<Href, Kind> {
  const made = known.get(source) ?? compute(source);
  known.set(source, made);
  return made;
}

function compute(source: PolicySource): ReadonlyMap<Href, Kind> {
  const rules = [...source.ruleSets.flatMap(({ rules: own }) => own), ...source.boundaries];
  const named = new Set<Href>([
    ...rules
      .flatMap(({ providers, consumers }) => [...providers, ...consumers])
      .flatMap((actor) => (actor.kind === 'workload' ? [actor.href] : [])),
    ...source.virtualServices.flatMap(({ bindings }) => bindings.map(({ workload }) => workload)),
  ]);
  const bySubnet = rules.some((rule) => 'useWorkloadSubnets' in rule && rule.useWorkloadSubnets.length > 0);
  const subnets = bySubnet ? new Set(source.workloads.flatMap((workload) => workload.subnets)) : [];
  const member = indexSets([
    ...source.ipLists.map(({ ranges }) => setOfRanges(ranges)),
    ...source.virtualServices.map(({ addresses, ipOverrides }) =>
      setOfTexts([...addresses.flatMap(({ ip }) => ip ?? []), ...ipOverrides]),
    ),
    ...[...subnets].map((subnet) => setOfTexts([subnet])),
    setOfTexts(source.pce?.addresses ?? []),
  ]);
  const holders = new Map<string, number>();
  for (const ip of source.workloads.flatMap(({ addresses }) => addresses)) holders.set(ip, (holders.get(ip) ?? 0) + 1);

  const keyOf = ({ href, labels, managed, os, endpoint, addresses: [ip] }: SourceWorkload): string => {
    const address = ip === undefined ? null : parseAddress(ip);
    // An address that several have says little of its workload (objects.md §11.8): such a workload is its own kind.
    const own = named.has(href) || (ip !== undefined && (holders.get(ip) ?? 0) > 1);
    return [labels.join(), managed, os, endpoint, address && member(address).id, own ? href : ''].join('|');
  };
  const byKey = Map.groupBy(source.workloads, keyOf);
  const kinds = [...byKey.values()].map((members, number): Kind => ({ number, members }));
  return new Map(kinds.flatMap((kind) => kind.members.map(({ href }) => [href, kind] as const)));
}
