import type { RuleSet, Workload } from '../../model/inventory.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import { type CommonFacts, type PolicyObjects, policySource, sourceWorkload } from '../../model/policy/version.ts';
import type { Listing, PolicyVersion } from '../../pce/view.ts';
import { plural } from '../listing.ts';
import { readBindings } from '../service-bindings.ts';
import type { ToolContext } from '../tool.ts';

export type { PolicyVersion } from '../../pce/view.ts';

/** One version of the whole policy as it stands on the PCE. */
export interface ReadPolicy {
  readonly version: PolicyVersion;
  readonly source: PolicySource;
  /** What `source` was made of, for making another of it. */
  readonly objects: PolicyObjects;
  readonly common: CommonFacts;
  readonly ruleSets: readonly RuleSet[];
  readonly workloads: readonly Workload[];
  /** Objects and workloads read. */
  readonly read: number;
  /** False when a listing was cut. */
  readonly complete: boolean;
  /** What of it could not be looked at, in words. */
  readonly gaps: readonly string[];
}

/** Reads everything that decides flows in one version: rules and what they refer to, labels, and all workloads with their modes. */
export async function readPolicy(
  version: PolicyVersion,
  { pce, signal, progress }: Pick<ToolContext, 'pce' | 'signal' | 'progress'>,
): Promise<ReadPolicy> {
  progress(`Reading the ${version} policy`);
  const options = { signal };
  const [labels, labelGroups, ipLists, services, ruleSets, boundaries, virtualServices, workloads] = await Promise.all([
    pce.labels({}, options),
    pce.labelGroups(version, {}, options),
    pce.ipLists(version, {}, options),
    pce.services(version, {}, options),
    pce.ruleSets(version, {}, options),
    pce.boundaries(version, options),
    pce.virtualServices(version, options),
    pce.workloads({}, options),
  ]);
  const listings: Readonly<Record<string, Listing<unknown>>> = {
    labels,
    'label groups': labelGroups,
    'IP lists': ipLists,
    services,
    rulesets: ruleSets,
    'enforcement boundaries': boundaries,
    'virtual services': virtualServices,
    workloads,
  };
  const used = virtualServices.items.length > 0 && usesVirtualServices(ruleSets.items);
  const bindings = used ? await readBindings(pce, options) : null;
  const objects = {
    labelGroups: labelGroups.items,
    ipLists: ipLists.items,
    services: services.items,
    ruleSets: ruleSets.items,
    boundaries: boundaries.items,
    virtualServices: virtualServices.items.map((service) =>
      bindings === null ? service : { ...service, bindings: bindings.of(service.href) },
    ),
  };
  const common = {
    labels: labels.items,
    workloads: workloads.items.map((workload) => sourceWorkload(workload)),
    // Where VENs reach their PCE is not in any listing; that traffic is taken for what the rules say of it.
    pce: null,
  };
  return {
    version,
    source: policySource(objects, common, version),
    objects,
    common,
    ruleSets: ruleSets.items,
    workloads: workloads.items,
    read: Object.values(listings).reduce((sum, { items }) => sum + items.length, 0),
    complete: Object.values(listings).every(({ complete }) => complete),
    gaps: [
      ...Object.entries(listings).flatMap(([what, { complete, cap }]) =>
        complete ? [] : [`${what} beyond the first ${cap ?? 'page'}`],
      ),
      ...(bindings === null || bindings.complete
        ? []
        : [`bindings of workloads to ${plural(virtualServices.items.length, 'virtual service')}`]),
      ...(namesVirtualServers(ruleSets.items) ? ['addresses of the virtual servers that rules name'] : []),
    ],
  };
}

const usesVirtualServices = (ruleSets: readonly RuleSet[]): boolean =>
  ruleSets.some(({ rules }) =>
    rules.some(
      ({ providers, consumers, resolveLabelsAs }) =>
        [...resolveLabelsAs.providers, ...resolveLabelsAs.consumers].includes('virtual_services') ||
        [...providers, ...consumers].some(({ kind }) => kind === 'virtual_service'),
    ),
  );

const namesVirtualServers = (ruleSets: readonly RuleSet[]): boolean =>
  ruleSets.some(({ rules }) => rules.some(({ providers }) => providers.some(({ kind }) => kind === 'virtual_server')));
