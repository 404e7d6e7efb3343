import { createHash } from 'node:crypto';
import type { Href } from '../../core/href.ts';
import { setOfTexts } from '../addresses/set.ts';
import type { Actor, ResolveAs } from '../inventory.ts';
import { MAYBE, YES } from '../services/tri.ts';
import { allHold, conditionsOf, type KeyCondition, type LabelEntry, type LabelsByKey } from './conditions.ts';
import type { Registry } from './registry.ts';
import type { Side, WorkloadTerm } from './side.ts';
import type { SourceVirtualService, SourceWorkload } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface SelectionContext {
  readonly vocabulary: Vocabulary;
  readonly registry: Registry;
  readonly read: (list: readonly Actor[]) => readonly LabelEntry[];
  readonly workloads: readonly SourceWorkload[];
  /** By position; read once, when a rule first needs all of them. */
  readonly workloadLabels: () => readonly LabelsByKey[];
  readonly workloadIndex: ReadonlyMap<Href, number>;
  readonly virtualServices: readonly PlacedVirtualService[];
}

/** A virtual service with its labels as the scopes read them. */
export interface PlacedVirtualService {
  readonly service: SourceVirtualService;
  readonly label: LabelsByKey;
}

export interface ListOptions {
  readonly side: 'providers' | 'consumers';
  readonly scope: readonly KeyCondition[];
  readonly resolve: readonly ResolveAs[];
  /** FQDN entries work outbound and for allow rules only (open-fqdn-as-consumer, open-fqdn-in-deny-rules). */
  readonly names: boolean;
}

export const labelsByKey = (vocabulary: Vocabulary, hrefs: readonly Href[]): LabelsByKey => {
  const labels = new Map<number, number>();
  for (const href of hrefs) {
    const { id, key } = vocabulary.label(href);
    if (!labels.has(key)) labels.set(key, id);
  }
  return (key) => labels.get(key) ?? 0;
};

const term = (conditions: readonly KeyCondition[], over: Partial<WorkloadTerm> = {}): WorkloadTerm => ({
  conditions,
  workloads: null,
  certainty: YES,
  managedOnly: false,
  ...over,
});

/** Whom a list selects apart from virtual services: a union of its label expression, its named workloads, its address lists. */
export function listSide(actors: readonly Actor[], options: ListOptions, context: SelectionContext): Side {
  const { side, scope, resolve, names } = options;
  const { vocabulary, registry, read, workloadIndex } = context;
  const terms: WorkloadTerm[] = [];
  const entries = read(actors);
  const asWorkloads = resolve.includes('workloads');
  if (asWorkloads && entries.length > 0) terms.push(term([...scope, ...conditionsOf(entries)]));
  if (asWorkloads && actors.some((actor) => actor.kind === 'ams')) terms.push(term(scope));
  const named = new Set<number>();
  const lists: { addresses: number; names: number | null }[] = [];
  for (const actor of actors) {
    if (actor.kind === 'label_dimension' && asWorkloads)
      terms.push(term([...scope, { key: vocabulary.key(actor.key), include: null, exclude: null }]));
    else if (actor.kind === 'container_host' && side === 'consumers')
      terms.push(term(scope, { certainty: MAYBE, managedOnly: true }));
    else if (actor.kind === 'workload') named.add(workloadIndex.get(actor.href) ?? -1);
    else if (actor.kind === 'ip_list') {
      const list = registry.ipList(actor.href);
      if (list !== null) lists.push(list);
    }
  }
  named.delete(-1);
  if (named.size > 0) terms.push(term(scope, { workloads: named }));
  const nameLists = lists.map((list) => list.names).filter((list) => list !== null);
  return {
    terms,
    addressSets: lists.map((list) => list.addresses),
    nameLists: names ? nameLists : [],
    droppedNameLists: names ? [] : nameLists,
    negated: false,
    as: null,
  };
}

/** The virtual services and servers a list selects: those it names, and services its labels pick where labels resolve to them. */
export function virtualServicesOf(
  actors: readonly Actor[],
  { scope, resolve }: ListOptions,
  { read, vocabulary, virtualServices }: SelectionContext,
): readonly PlacedVirtualService[] {
  const named = new Set(
    actors.flatMap((actor) =>
      actor.kind === 'virtual_service' || actor.kind === 'virtual_server' ? [actor.href] : [],
    ),
  );
  const byLabel = resolve.includes('virtual_services');
  if (!byLabel && named.size === 0) return [];
  const entries = read(actors);
  const conditions = conditionsOf(entries);
  const all = actors.some((actor) => actor.kind === 'ams');
  const dimensions = actors.flatMap((actor) => (actor.kind === 'label_dimension' ? [vocabulary.key(actor.key)] : []));
  return virtualServices.filter(
    ({ service, label }) =>
      allHold(scope, label) &&
      (named.has(service.href) ||
        (byLabel &&
          service.byNameOnly !== true &&
          (all || (entries.length > 0 && allHold(conditions, label)) || dimensions.some((key) => label(key) !== 0)))),
  );
}

const sideOf = (over: Partial<Side>): Side => ({
  terms: [],
  addressSets: [],
  nameLists: [],
  droppedNameLists: [],
  negated: false,
  as: null,
  ...over,
});

/** The workloads at `indexes`, as the virtual service they are bound to. */
export const boundSide = (indexes: readonly number[], as: LabelsByKey): Side =>
  sideOf({ terms: [term([], { workloads: new Set(indexes) })], as });

/** Addresses of a virtual service. */
export const addressesSide = (
  { registry }: SelectionContext,
  { key, ips, names, as }: { key: string; ips: readonly string[]; names: readonly string[]; as: LabelsByKey },
): Side =>
  sideOf({
    addressSets: ips.length === 0 ? [] : [registry.addAddresses(key, () => setOfTexts(ips))],
    nameLists: names.length === 0 ? [] : [registry.addNames(key, names)],
    as,
  });

/** `side` with the subnets of the workloads it selects (`use_workload_subnets`), which a rule's remote end is programmed with. */
export function withSubnets(side: Side, { workloads, workloadLabels, registry }: SelectionContext): Side {
  const picked = new Set<string>();
  workloadLabels().forEach((label, index) => {
    const selected = side.terms.some(
      (one) =>
        (one.workloads === null || one.workloads.has(index)) && one.certainty === YES && allHold(one.conditions, label),
    );
    if (selected) for (const subnet of workloads[index]?.subnets ?? []) picked.add(subnet);
  });
  if (picked.size === 0) return side;
  const subnets = [...picked].sort();
  // Rules that select the same hosts share a set; a digest, because the subnets of an estate written out are long.
  const digest = createHash('sha256').update(subnets.join(' ')).digest('base64');
  const set = registry.addAddresses(`subnets ${digest}`, () => setOfTexts(subnets));
  return { ...side, addressSets: [...side.addressSets, set] };
}
