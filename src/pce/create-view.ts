import { createHash } from 'node:crypto';
import { Failure } from '../core/errors.ts';
import { canonicalKey } from './cache/key.ts';
import type { Caches, ListingCache } from './caches.ts';
import type { PceHttp } from './http/http.ts';
import { readEvents, readLabels, readVens, readWorkloads } from './reads/inventory.ts';
import { readBoundaries, readVirtualServices } from './reads/other-policy.ts';
import { readIpLists, readLabelGroups, readRuleSets, readServices } from './reads/policy.ts';
import { readStatus } from './reads/status.ts';
import { createResolver } from './resolve/resolver.ts';
import { narrow } from './scope.ts';
import { runTrafficQuery } from './traffic/run.ts';
import type { Listing, PceView, ReadOptions, WorkloadFilter } from './view.ts';

export interface PceViewOptions {
  readonly http: PceHttp;
  /** Of the same connection; views of different scopes may share them. */
  readonly caches: Caches;
  /** A label expression: workloads and VENs outside of it do not exist for the caller. Nothing else is narrowed by it. */
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
  } satisfies Partial<PceView>;
  const resolve = createResolver(source);

  /** The scope is resolved anew each time (from the cache), because labels come and go. A scope that names nothing fails closed. */
  async function inScope<Filter extends Pick<WorkloadFilter, 'labels' | 'excludeLabels'>>(
    filter: Filter,
    options: ReadOptions,
  ): Promise<Filter> {
    if (labelScope === undefined) return filter;
    const scope = await resolve.workloadFilter(labelScope, { signal: options.signal });
    if (scope.managed !== undefined)
      throw new Failure('invalid_configuration', { message: 'A label scope is made of labels and label groups.' });
    return narrow(filter, scope);
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
    events: (filter = {}, options = {}) => readEvents(http, filter, options),
    traffic: (query, options = {}) => runTrafficQuery(http, query, options),
  };
}
