import { type TimeWindow, timeWindow } from '../../core/time-window.ts';
import type { PolicyDecision, TrafficQuery, TrafficService } from '../../pce/traffic/query.ts';
import { described, flag, integer, oneOf, text, texts } from '../fields.ts';
import { protocolArgument } from '../protocols.ts';
import { trafficItems } from './ends.ts';
import type { ToolContext } from '../tool.ts';

const DECISIONS = ['allowed', 'blocked', 'potentially_blocked', 'unknown'] as const satisfies readonly PolicyDecision[];
/** Rows a PCE sends at most (traffic.md §2.10). */
export const MAX_ROWS = 200_000;

/** Ports, protocols and processes as a caller gives them. */
export const servicesArgument = {
  type: 'array',
  items: {
    type: 'object',
    properties: { port: integer, to_port: integer, proto: text, process_name: text },
  },
} as const;

/** The four reported decisions. */
export const decisionsArgument = described({ type: 'array', items: oneOf(...DECISIONS) }, 'Default all four');

/** The filters common to the tools that ask for traffic, with the reference server's names. */
export const trafficFilters = {
  start_date: described(text, 'YYYY-MM-DD or RFC 3339'),
  end_date: text,
  lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
  include_sources: described(texts, 'All hold: key=v1|v2, href, IP, iplist:…'),
  exclude_sources: texts,
  include_destinations: texts,
  exclude_destinations: texts,
  include_services: described(servicesArgument, 'Any of these; proto: tcp or number'),
  exclude_services: servicesArgument,
  policy_decisions: decisionsArgument,
  exclude_workloads_from_ip_list_query: described(flag, 'Default true'),
  max_results: described({ ...integer, minimum: 1, maximum: MAX_ROWS }, 'Rows to read (default 200000)'),
  query_name: text,
} as const;

interface ServiceArgument {
  readonly port?: number | undefined;
  readonly to_port?: number | undefined;
  readonly proto?: string | undefined;
  readonly process_name?: string | undefined;
}

export interface TrafficArguments {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly lookback_days?: number | undefined;
  readonly include_sources?: readonly string[] | undefined;
  readonly exclude_sources?: readonly string[] | undefined;
  readonly include_destinations?: readonly string[] | undefined;
  readonly exclude_destinations?: readonly string[] | undefined;
  readonly include_services?: readonly ServiceArgument[] | undefined;
  readonly exclude_services?: readonly ServiceArgument[] | undefined;
  readonly policy_decisions?: readonly PolicyDecision[] | undefined;
  readonly exclude_workloads_from_ip_list_query?: boolean | undefined;
  readonly max_results?: number | undefined;
  readonly query_name?: string | undefined;
}

const DEFAULT_LOOKBACK_DAYS = 30;
const DEFAULT_NAME = 'illumio-mcp';

/**
 * The arguments as a query. Every name in them resolves exactly or the call fails before anything is sent. The window's notes belong
 * into the answer.
 */
export async function trafficQuery(
  args: TrafficArguments,
  { pce, clock, signal }: Pick<ToolContext, 'pce' | 'clock' | 'signal'>,
): Promise<{ readonly query: TrafficQuery; readonly window: TimeWindow }> {
  const window = timeWindow(
    { startDate: args.start_date, endDate: args.end_date, lookbackDays: args.lookback_days },
    // Whole seconds: what the PCE keeps, and what a person reads.
    Math.floor(clock.now() / 1_000) * 1_000,
    DEFAULT_LOOKBACK_DAYS,
  );
  const [sources, destinations] = await Promise.all([
    pce.resolve.sources(trafficItems(args.include_sources), args.exclude_sources ?? [], { signal }),
    pce.resolve.destinations(trafficItems(args.include_destinations), args.exclude_destinations ?? [], { signal }),
  ]);
  const query = {
    name: args.query_name ?? DEFAULT_NAME,
    start: window.start,
    end: window.end,
    sources,
    destinations,
    services: {
      include: trafficServices(args.include_services),
      exclude: trafficServices(args.exclude_services),
    },
    sourcesOrDestinations: false,
    decisions: args.policy_decisions ?? [],
    excludeWorkloadsFromIpListQuery: args.exclude_workloads_from_ip_list_query ?? true,
    maxResults: args.max_results ?? MAX_ROWS,
  };
  return { query, window };
}

/** Throws `invalid_arguments` for a protocol that is none. */
export const trafficServices = (given: readonly ServiceArgument[] = []): readonly TrafficService[] =>
  given.map(trafficService);

const trafficService = (given: ServiceArgument): TrafficService => ({
  proto: given.proto === undefined ? undefined : protocolArgument(given.proto),
  port: given.port,
  toPort: given.to_port,
  processName: given.process_name,
});
