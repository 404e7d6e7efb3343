import { providerOf } from '../../analysis/providers.ts';
import type { Column } from '../../answer/answer.ts';
import { TO_MANY } from '../../model/flows/party.ts';
import type { FlowFilter, FlowGroup } from '../../model/flows/question.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { trafficItems } from './ends.ts';
import { decisionsArgument, MAX_ROWS, trafficQuery } from './filters.ts';
import { ALL_GROUPS } from './limits.ts';
import { outsideName } from './outside.ts';
import { withFlows } from './read-flows.ts';
import { serviceFields } from './service.ts';
import { windowText } from './words.ts';

const DEFAULT_LOOKBACK_DAYS = 7;
const DEFAULT_LIMIT = 50;
const DESTINATIONS_NAMED = 20;

interface EgressFinding {
  readonly process: string;
  readonly destination: string;
  /** True: an agent saw the DNS name. */
  readonly resolved_by_name: boolean;
  readonly port?: number;
  readonly proto?: string;
  readonly policy_decision: string;
  /** Whether it passed: everything but blocked does. */
  readonly permitted_today: boolean;
  readonly connections: number;
  readonly process_runs_on: readonly string[];
  readonly likely_provider?: string;
  readonly provider_confidence?: string;
  readonly matched_rule?: string;
}

const columns: readonly Column<EgressFinding>[] = [
  { header: 'process', value: (row) => row.process },
  { header: 'destination', value: (row) => row.destination },
  { header: 'by name', value: (row) => row.resolved_by_name },
  { header: 'port', value: (row) => row.port },
  { header: 'proto', value: (row) => row.proto },
  { header: 'policy', value: (row) => row.policy_decision },
  { header: 'permitted', value: (row) => row.permitted_today },
  { header: 'connections', value: (row) => row.connections },
  { header: 'runs on', value: (row) => row.process_runs_on.join(', ') },
  { header: 'provider', value: (row) => row.likely_provider },
  { header: 'confidence', value: (row) => row.provider_confidence },
  { header: 'rule', value: (row) => row.matched_rule },
];

const processOf = { type: 'object', properties: { process: text, external_destinations: texts } } as const;
const providerEntry = { type: 'object', properties: { provider: text, processes: texts } } as const;

export default defineTool({
  name: 'discover-process-egress',
  title: 'Discover which processes leave',
  description:
    'Lists processes that connect to addresses outside the estate, with destination, provider and decision. For bytes by application use report-egress.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      process: described(texts, 'Parts of paths; any of these'),
      include_sources: texts,
      only_named_processes: described(flag, 'Default true'),
      include_inbound: described(flag, 'Also what such hosts ask of us'),
      policy_decisions: decisionsArgument,
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 7'),
      limit: described({ ...integer, minimum: 1 }, 'Findings, default 50'),
      max_results: { ...integer, minimum: 1, maximum: MAX_ROWS },
    },
  },
  output: envelope(
    {
      process: text,
      destination: text,
      resolved_by_name: flag,
      port: integer,
      proto: text,
      policy_decision: text,
      permitted_today: flag,
      connections: integer,
      process_runs_on: texts,
      likely_provider: text,
      provider_confidence: text,
      matched_rule: text,
    },
    {
      pce_flows: integer,
      egress_rows: integer,
      distinct_processes: integer,
      returned: integer,
      findings_truncated: flag,
      flows_truncated: flag,
    },
    { extra: { processes: { type: 'array', items: processOf }, providers: { type: 'array', items: providerEntry } } },
  ),
  example: { process: ['powershell', 'curl'], lookback_days: 7, limit: 20 },
  columns,

  async run(args, context) {
    const {
      only_named_processes: onlyNamed = true,
      include_inbound: withInbound = false,
      limit = DEFAULT_LIMIT,
    } = args;
    const lookback = args.lookback_days ?? (args.start_date === undefined ? DEFAULT_LOOKBACK_DAYS : undefined);
    const [{ query, window }, sources] = await Promise.all([
      trafficQuery({ ...args, include_sources: undefined, lookback_days: lookback }, context),
      context.pce.resolve.sources(trafficItems(args.include_sources), [], { signal: context.signal }),
    ]);
    return withFlows({ ...query, sources }, context, async ({ table, coverage }) => {
      const where: readonly FlowFilter[] = [
        { dimension: 'destination_workload', in: [null] },
        { dimension: 'transmission', notIn: [...TO_MANY] },
        ...(withInbound ? [] : [{ dimension: 'direction' as const, notIn: ['inbound'] }]),
        ...(onlyNamed ? [{ dimension: 'process' as const, notIn: [null] }] : []),
        ...(args.process === undefined || args.process.length === 0
          ? []
          : [{ dimension: 'process' as const, containing: args.process }]),
      ];
      const { groups, totals } = await table.ask(
        {
          by: [
            'process',
            'destination_fqdn',
            'destination_ip_list',
            'destination_ip',
            'proto',
            'port',
            'policy',
            'rule',
          ],
          where,
          inside: [{ by: ['source'], top: 3 }],
          limit: ALL_GROUPS,
        },
        context.signal,
      );
      const all = merged(groups.map(findingOf));
      const items = all.slice(0, limit);
      const processes = Map.groupBy(all, ({ process }) => process);
      const providers = Map.groupBy(
        all.filter((row) => row.likely_provider !== undefined),
        ({ likely_provider: provider }) => provider ?? '',
      );
      const blocked = all.filter(({ permitted_today: passes }) => !passes).length;
      return {
        answer: `${plural(processes.size, 'process', 'processes')} had ${plural(all.length, 'kind')} of connections to places outside${windowText(coverage)}; ${blocked} of these were blocked.`,
        items,
        totals: {
          pce_flows: table.totals.rows,
          egress_rows: totals.rows,
          distinct_processes: processes.size,
          returned: items.length,
          findings: all.length,
          blocked,
          findings_truncated: items.length < all.length,
          flows_truncated: coverage.truncated,
        },
        coverage: {
          ...coverage,
          gaps: [
            ...coverage.gaps,
            ...window.notes,
            ...(items.length < all.length
              ? [`${all.length - items.length} findings beyond limit=${limit}; processes and providers count all`]
              : []),
            ...(onlyNamed ? ['connections whose agent named no process (only_named_processes)'] : []),
            'providers of addresses without a DNS name: no address ranges of providers are kept',
          ],
        },
        extra: {
          processes: [...processes].map(([process, rows]) => ({
            process,
            external_destinations: [...new Set(rows.map(({ destination }) => destination))].slice(
              0,
              DESTINATIONS_NAMED,
            ),
          })),
          providers: [...providers].map(([provider, rows]) => ({
            provider,
            processes: [...new Set(rows.map(({ process }) => process))],
          })),
        },
      };
    });
  },
});

/** The file name of a program: hosts install it in different places. */
const baseName = (path: string): string => /([^\\/]+)$/.exec(path)?.[1] ?? path;

function findingOf(group: FlowGroup): EgressFinding {
  const [process, fqdn = null, lists = null, ip, proto, port, policy, rule = null] = group.key;
  const provider = fqdn === null ? null : providerOf(fqdn);
  const hosts = group.inside?.[0]?.top ?? [];
  return {
    process: process ? baseName(process) : 'not named',
    destination: fqdn ?? outsideName(null, lists) ?? ip ?? 'unknown',
    resolved_by_name: fqdn !== null,
    ...serviceFields(proto, port),
    policy_decision: policy ?? 'unknown',
    permitted_today: policy !== 'blocked',
    connections: group.connections,
    process_runs_on: hosts.flatMap(({ key: [host] }) => host ?? []),
    ...present({
      likely_provider: provider?.provider ?? null,
      provider_confidence: provider?.confidence ?? null,
      matched_rule: rule,
    }),
  };
}

/** One finding for equal ones: a place has several addresses, a program several folders. Most connections first. */
function merged(rows: readonly EgressFinding[]): readonly EgressFinding[] {
  const sums = new Map<string, EgressFinding>();
  for (const row of rows) {
    const { process, destination, port, proto, policy_decision: policy, matched_rule: rule } = row;
    const key = JSON.stringify([process, destination, port, proto, policy, rule]);
    const known = sums.get(key);
    sums.set(
      key,
      known === undefined
        ? row
        : {
            ...known,
            connections: known.connections + row.connections,
            process_runs_on: [...new Set([...known.process_runs_on, ...row.process_runs_on])].slice(0, 3),
          },
    );
  }
  return [...sums.values()].toSorted(
    (a, b) => b.connections - a.connections || (a.process + a.destination < b.process + b.destination ? -1 : 1),
  );
}
