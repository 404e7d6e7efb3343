import { createHash } from 'node:crypto';
import { canonicalKey } from './cache/key.ts';
import type { Caches, ListingCache } from './caches.ts';
import type { PceHttp } from './http/http.ts';
import {
  readContainerClusters,
  readContainerProfiles,
  readKubernetesWorkloads,
  readPairingProfiles,
  readServiceBindings,
} from './reads/containers.ts';
import { readEvents, readLabels, readVens, readWorkloads } from './reads/inventory.ts';
import { readBoundaries, readVirtualServices } from './reads/other-policy.ts';
import { readRuleHits } from './reads/rule-hits.ts';
import { readIpLists, readLabelGroups, readRuleSets, readServices } from './reads/policy.ts';
import { readStatus } from './reads/status.ts';
import { createResolver } from './resolve/resolver.ts';
import { narrow, resolveScope } from './scope.ts';
import type { TrafficQuery, TrafficStream } from './traffic/query.ts';
import { runTrafficQuery } from './traffic/run.ts';
import { scopedQuery, within } from './traffic/scoped.ts';
import type { Listing, PceView, ReadOptions, TrafficOptions, WorkloadFilter } from './view.ts';

export interface PceViewOptions {
  readonly http: PceHttp;
  /** Of the same connection; views of different scopes may share them. */
  readonly caches: Caches;
  /**
   * Label expressions separated by `;`: workloads and VENs outside of all of them do not exist for the caller, and traffic is that of
   * workloads inside. Nothing else is narrowed by it.
   */
  readonly labelScope?: string | undefined;
}

/** Of what is read under a scope, nothing may be shared with another scope. */
const fingerprint = (scope: string): string => createHash('sha256').update(scope).digest('base64url').slice(0, 22);

type Load<T> = (options: ReadOptions) => Promise<Listing<T>>;

/** One org as a handler gets it: read through caches, narrowed to the caller's label scope. */
export function createPceView({ http, caches, labelScope }: PceViewOptions): PceView {
  const through =
    (cache: ListingCache) =>
    <T>(what: readonly unknown[], options: ReadOptions, load: Load<T>): Promise<Listing<T>> =>
      cache.get(canonicalKey([...what, options.maxResults]), (signal) => load({ ...options, signal }), options.signal);
  const reference = through(caches.reference);
  const listing = through(caches.listings);

  const labels: PceView['labels'] = (filter = {}, options = {}) =>
    reference(['labels', filter], options, (shared) => readLabels(http, filter, shared));

  const unscopedWorkloads = (filter: WorkloadFilter, options: ReadOptions) =>
    listing(['workloads', filter], options, (shared) =>
      readWorkloads(http, filter, shared, async () => (await labels({}, { signal: shared.signal })).items),
    );

  const source = {
    labels,
    workloads: async (filter: WorkloadFilter = {}, options: ReadOptions = {}) =>
      unscopedWorkloads(await inScope(filter, options), options),
    labelGroups: (version, filter = {}, options = {}) =>
      reference(['label_groups', version, filter], options, (shared) => readLabelGroups(http, version, filter, shared)),
    ipLists: (version, filter = {}, options = {}) =>
      reference(['ip_lists', version, filter], options, (shared) => readIpLists(http, version, filter, shared)),
    services: (version, filter = {}, options = {}) =>
      reference(['services', version, filter], options, (shared) => readServices(http, version, filter, shared)),
    ruleSets: (version, filter = {}, options = {}) =>
      listing(['rule_sets', version, filter], options, (shared) => readRuleSets(http, version, filter, shared)),
    boundaries: (version, options = {}) =>
      listing(['enforcement_boundaries', version], options, (shared) => readBoundaries(http, version, shared)),
    virtualServices: (version, options = {}) =>
      listing(['virtual_services', version], options, (shared) => readVirtualServices(http, version, shared)),
    serviceBindings: (options = {}) =>
      listing(['service_bindings'], options, (shared) => readServiceBindings(http, shared)),
    containerClusters: (filter = {}, options = {}) =>
      listing(['container_clusters', filter], options, (shared) => readContainerClusters(http, filter, shared)),
    containerProfiles: (cluster, filter = {}, options = {}) =>
      listing(['container_workload_profiles', cluster, filter], options, (shared) =>
        readContainerProfiles(http, cluster, filter, shared),
      ),
    pairingProfiles: (filter = {}, options = {}) =>
      listing(['pairing_profiles', filter], options, (shared) => readPairingProfiles(http, filter, shared)),
  } satisfies Partial<PceView>;
  const resolve = createResolver(source);

  async function inScope<Filter extends Pick<WorkloadFilter, 'labels' | 'excludeLabels'>>(
    filter: Filter,
    options: ReadOptions,
  ): Promise<Filter> {
    if (labelScope === undefined) return filter;
    return narrow(filter, await resolveScope(resolve, labelScope, { signal: options.signal }));
  }

  async function scopedTraffic(query: TrafficQuery, options: TrafficOptions): Promise<TrafficStream> {
    if (labelScope === undefined) return runTrafficQuery(http, query, options);
    const scope = await resolveScope(resolve, labelScope, { signal: options.signal });
    return within(await runTrafficQuery(http, scopedQuery(query, scope), options), scope, query.maxResults);
  }

  return {
    ...source,
    identity: labelScope === undefined ? http.identity : `${http.identity}:${fingerprint(labelScope)}`,
    resolve,
    writes: caches.writes,
    status: (options = {}) => readStatus(http, options),
    async vens(filter = {}, options = {}) {
      const scoped = await inScope(filter, options);
      return listing(['vens', scoped], options, (shared) => readVens(http, scoped, shared));
    },
    async kubernetesWorkloads(filter = {}, options = {}) {
      const scoped = await inScope(filter, options);
      return listing(['kubernetes_workloads', scoped], options, (shared) =>
        readKubernetesWorkloads(http, scoped, shared),
      );
    },
    events: (filter = {}, options = {}) => readEvents(http, filter, options),
    ruleHits: (options = {}) => readRuleHits(http, options),
    traffic: (query, options = {}) => scopedTraffic(query, options),
  };
}
