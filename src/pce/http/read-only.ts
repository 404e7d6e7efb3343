import { Failure } from '../../core/errors.ts';
import type { ApiPath } from '../../core/href.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Requests that are no GET and change nothing that anybody else sees: questions put as a POST, and the caller's own query results and
 * jobs. Everything else is a change. A path that is not listed here is refused in read-only mode, also one nobody thought of.
 */
const READS_BY_OTHER_NAMES: readonly { readonly method: Method; readonly path: RegExp }[] = [
  { method: 'POST', path: /^\/orgs\/\d+\/traffic_flows\/async_queries$/ },
  { method: 'PUT', path: /^\/orgs\/\d+\/traffic_flows\/async_queries\/[\w-]+(?:\/update_rules)?$/ },
  { method: 'DELETE', path: /^\/orgs\/\d+\/traffic_flows\/async_queries\/[\w-]+$/ },
  { method: 'POST', path: /^\/orgs\/\d+\/traffic_flows\/traffic_analysis_queries$/ },
  { method: 'POST', path: /^\/orgs\/\d+\/sec_policy\/(?:draft|active)\/rule_search$/ },
  { method: 'POST', path: /^\/orgs\/\d+\/sec_policy\/(?:draft|active|\d+)\/rule_coverage$/ },
  { method: 'POST', path: /^\/orgs\/\d+\/sec_policy\/(?:draft|active|\d+)\/dependencies$/ },
  { method: 'POST', path: /^\/orgs\/\d+\/sec_policy\/impact$/ },
  { method: 'POST', path: /^\/orgs\/\d+\/vens\/statistics$/ },
  { method: 'DELETE', path: /^\/orgs\/\d+\/jobs\/[\w-]+$/ },
];

export function changesState(method: Method, path: ApiPath): boolean {
  if (method === 'GET') return false;
  return !READS_BY_OTHER_NAMES.some((read) => read.method === method && read.path.test(path));
}

/** Throws `read_only` for a request that would change something. */
export function refuseChange(method: Method, path: ApiPath): void {
  if (changesState(method, path)) throw new Failure('read_only', { detail: { method, path } });
}

/** PUTs that create or act (objects.md §6.5, §6.7, §10.2): sending one again would do it twice, or fail on what it did. */
const NOT_REPEATABLE =
  /\/bulk_(?:create|import|upload|transplant)$|\/(?:vens|workloads)\/(?:unpair|upgrade|remote_action)$|\/sec_policy\/delete$/;

/** Whether sending it twice has the effect of sending it once. */
export const isRepeatable = (method: Method, path: ApiPath): boolean =>
  method !== 'POST' && !(method === 'PUT' && NOT_REPEATABLE.test(path));
