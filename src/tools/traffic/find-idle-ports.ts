import { isLateralPort, knownPort } from '../../analysis/known-ports.ts';
import type { Column } from '../../answer/answer.ts';
import type { OpenPort, Workload } from '../../model/inventory.ts';
import { protocolName } from '../../model/services/protocols.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text } from '../fields.ts';
import { workloadFilter } from '../label-argument.ts';
import { compareText, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from './filters.ts';
import { ALL_GROUPS } from './limits.ts';
import { withFlows } from './read-flows.ts';
import { targetAsDestination } from './target.ts';

const DEFAULT_LOOKBACK_DAYS = 30;

interface IdlePortRow {
  readonly host: string;
  readonly href: string;
  readonly app?: string;
  readonly env?: string;
  readonly port: number;
  readonly proto: string;
  readonly service?: string;
  readonly process?: string;
  readonly user?: string;
  readonly risk: 'high' | 'medium' | 'low';
  readonly visibility?: string;
}

const columns: readonly Column<IdlePortRow>[] = [
  { header: 'host', value: (row) => row.host },
  { header: 'app', value: (row) => row.app },
  { header: 'env', value: (row) => row.env },
  { header: 'port', value: (row) => row.port },
  { header: 'proto', value: (row) => row.proto },
  { header: 'service', value: (row) => row.service },
  { header: 'process', value: (row) => row.process },
  { header: 'user', value: (row) => row.user },
  { header: 'risk', value: (row) => row.risk },
  { header: 'visibility', value: (row) => row.visibility },
  { header: 'href', value: (row) => row.href },
];

export default defineTool({
  name: 'find-idle-ports',
  title: 'Find open ports nobody uses',
  description:
    'Lists open ports of workloads that had no inbound flow in the window, riskiest first: candidates for a deny. Not proof: yearly jobs need a longer window.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      scope: described(text, 'Labels, like app=ordering env=prod'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      include_low_risk: described(flag, 'Default true'),
    },
  },
  output: envelope(
    {
      host: text,
      href: text,
      app: text,
      env: text,
      port: integer,
      proto: text,
      service: text,
      process: text,
      user: text,
      risk: text,
      visibility: text,
    },
    { hosts: integer, open_ports: integer, idle_ports: integer, high: integer, hosts_not_judged: integer },
  ),
  example: { scope: 'app=ordering env=prod', lookback_days: 90 },
  columns,

  async run(args, context) {
    const { scope, include_low_risk: low = true } = args;
    const { pce, signal } = context;
    const filter = scope === undefined ? {} : await workloadFilter(scope, pce.resolve, { signal });
    const [{ query }, workloads] = await Promise.all([
      trafficQuery({ lookback_days: args.lookback_days ?? DEFAULT_LOOKBACK_DAYS }, context),
      pce.workloads({ ...filter, managed: true }, { signal }),
    ]);
    const destinations = scope === undefined ? query.destinations : await targetAsDestination(scope, context);
    return withFlows({ ...query, destinations }, context, async ({ table, coverage }) => {
      const used = await usedPorts(table, signal);
      const withPorts = workloads.items.filter(({ openPorts }) => openPorts.length > 0);
      const blind = withPorts.filter(({ visibility }) => visibility === 'flow_off' || visibility === 'flow_drops');
      const judged = withPorts.filter((workload) => !blind.includes(workload));
      const all = judged.flatMap((workload) =>
        workload.openPorts.filter(isReachable).map((port) => ({ workload, port })),
      );
      const idle = all
        .filter(({ workload, port }) => !used.has(keyOf(workload.href, port.proto, port.port)))
        .map(rowOf);
      const items = idle.filter(({ risk }) => low || risk !== 'low').toSorted(byRisk);
      const high = idle.filter(({ risk }) => risk === 'high').length;
      return {
        answer: `${plural(idle.length, 'open port')} of ${all.length} on ${plural(judged.length, 'host')} had no inbound flow${coverage.window === undefined ? '' : ` from ${coverage.window.start} to ${coverage.window.end}`}; ${high} are remote control or file sharing.`,
        items,
        totals: {
          hosts: judged.length,
          open_ports: all.length,
          idle_ports: idle.length,
          high,
          hosts_not_judged: blind.length,
        },
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !workloads.complete,
          gaps: [
            ...coverage.gaps,
            ...(workloads.complete ? [] : ['some workloads']),
            ...(blind.length > 0
              ? [
                  `${plural(blind.length, 'host')} whose agent logs no allowed flows (visibility flow_off or flow_drops)`,
                ]
              : []),
            ...(withPorts.length < workloads.items.length
              ? [`${plural(workloads.items.length - withPorts.length, 'host')} whose agent tells no open ports`]
              : []),
            ...(items.length < idle.length ? [`${idle.length - items.length} idle ports of low risk`] : []),
            'ports bound to loopback, which no other host can reach',
          ],
        },
      };
    });
  },
});

const keyOf = (workload: string, proto: number | string | null, port: number | string | null): string =>
  `${workload} ${proto} ${port}`;

/** Ports of workloads that any flow went to, whatever was decided about it. */
async function usedPorts(table: RemoteFlowTable, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { groups } = await table.ask({ by: ['destination_workload', 'proto', 'port'], limit: ALL_GROUPS }, signal);
  return new Set(groups.map(({ key: [workload, proto, port] }) => keyOf(workload ?? '', proto ?? null, port ?? null)));
}

const isReachable = ({ address }: OpenPort): boolean => address === null || !/^(?:127\.|::1$)/.test(address);

function rowOf({ workload, port }: { readonly workload: Workload; readonly port: OpenPort }): IdlePortRow {
  const known = knownPort(port.port, port.proto);
  const label = (key: string): string | null => workload.labels.find((each) => each.key === key)?.value ?? null;
  return {
    host: workload.name ?? workload.hostname ?? workload.href,
    href: workload.href,
    ...present({ app: label('app'), env: label('env') }),
    port: port.port,
    proto: protocolName(port.proto),
    ...present({ service: known?.name ?? null, process: port.process, user: port.user }),
    risk: isLateralPort(port.port, port.proto) ? 'high' : known === null ? 'low' : 'medium',
    ...present({ visibility: workload.visibility }),
  };
}

const RANK = { high: 0, medium: 1, low: 2 } as const;
const byRisk = (a: IdlePortRow, b: IdlePortRow): number =>
  RANK[a.risk] - RANK[b.risk] || compareText(a.host, b.host) || a.port - b.port;
