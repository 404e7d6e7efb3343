import { Failure } from '../../core/errors.ts';
import type { DestinationExclude, TrafficQuery, TrafficService } from './query.ts';

export const MAX_TRAFFIC_ROWS = 200_000;

/**
 * The query as the PCE takes it (traffic.md §2.4, §16.2): arrays never null, an address as plain text, no `to_port` without a range, and
 * `[[]]` for "any", because an empty list returns nothing on some releases (reference-server.md §2).
 */
export function trafficBody(query: TrafficQuery) {
  const { name, start, end, sources, destinations, services, sourcesOrDestinations, decisions, maxResults } = query;
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > MAX_TRAFFIC_ROWS)
    throw new Failure('invalid_arguments', { message: `max_results must lie between 1 and ${MAX_TRAFFIC_ROWS}.` });
  return {
    query_name: name,
    start_date: start,
    end_date: end,
    sources: { include: blocks(sources.include), exclude: sources.exclude.map(actor) },
    destinations: { include: blocks(destinations.include), exclude: destinations.exclude.map(actor) },
    services: { include: services.include.map(service), exclude: services.exclude.map(service) },
    sources_destinations_query_op: sourcesOrDestinations ? 'or' : 'and',
    policy_decisions: [...decisions],
    exclude_workloads_from_ip_list_query: query.excludeWorkloadsFromIpListQuery,
    max_results: maxResults,
  };
}

const blocks = (include: readonly (readonly DestinationExclude[])[]) =>
  include.length === 0 ? [[]] : include.map((block) => block.map(actor));

function actor(given: DestinationExclude): Readonly<Record<string, unknown>> {
  if ('label' in given) return { label: { href: given.label } };
  if ('labelGroup' in given) return { label_group: { href: given.labelGroup } };
  if ('workload' in given) return { workload: { href: given.workload } };
  if ('ipList' in given) return { ip_list: { href: given.ipList } };
  if ('ipAddress' in given) return { ip_address: given.ipAddress };
  if ('fqdn' in given) return { fqdn: given.fqdn };
  if ('transmission' in given) return { transmission: given.transmission };
  return { actors: given.actors };
}

function service({ proto, port, toPort, processName, windowsServiceName }: TrafficService) {
  const isRange = port !== undefined && toPort !== undefined && toPort > port;
  const fields = {
    port,
    to_port: isRange ? toPort : undefined,
    proto,
    process_name: processName,
    windows_service_name: windowsServiceName,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
