import type { Dimension, FlowFilter, FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { MAX_ROWS } from './filters.ts';
import { outsideName, TO_MANY } from './outside.ts';
import { serviceText } from './service.ts';
import type { SectionRows } from './summary-row.ts';

type Side = 'source' | 'destination';

// Groups are merged here under the names of the applications, so all of them are wanted; there are never more than rows.
const ALL_GROUPS = MAX_ROWS;
const PORTS_NAMED = 3;

/** One kind of end: the dimensions that name it and the name they give. */
interface End {
  readonly by: readonly Dimension[];
  readonly where: readonly FlowFilter[];
  name(values: readonly (string | null)[]): string;
}

/**
 * Who talks to whom by application: each end is a workload named by its identity labels (`ordering (prod)`, `unlabelled`), or an address
 * without one (`external:<fqdn>`, else `external:<ip lists>`; `broadcast`, `multicast`). Pairs of an application with itself are left
 * out, as in the reference server (reference-server.md §2.8). Most connections first.
 */
export async function appPairs(
  table: RemoteFlowTable,
  {
    identity,
    limit,
    signal,
  }: { readonly identity: readonly string[]; readonly limit: number; readonly signal: AbortSignal },
): Promise<SectionRows> {
  const pairs = new Map<string, Pair>();
  for (const from of ends('source', identity)) {
    for (const to of ends('destination', identity)) {
      const { groups } = await table.ask(
        {
          by: [...from.by, ...to.by, 'policy', 'proto', 'port'],
          where: [...from.where, ...to.where],
          limit: ALL_GROUPS,
        },
        signal,
      );
      for (const group of groups) merge(pairs, group, from, to);
    }
  }
  const sorted = [...pairs.values()].sort(
    (a, b) =>
      b.connections - a.connections ||
      compareText(a.from, b.from) ||
      compareText(a.to, b.to) ||
      compareText(a.policy, b.policy),
  );
  return { rows: sorted.slice(0, limit).map(row), total: sorted.length };
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly policy: string;
  connections: number;
  readonly ports: Map<string, number>;
}

function merge(pairs: Map<string, Pair>, { key, connections }: FlowGroup, source: End, destination: End): void {
  const split = source.by.length;
  const [policy = null, proto = null, port = null] = key.slice(-3);
  const from = source.name(key.slice(0, split));
  const to = destination.name(key.slice(split, -3));
  if (from === to) return;
  const id = JSON.stringify([from, to, policy]);
  const pair = pairs.get(id) ?? { from, to, policy: policy ?? 'unknown', connections: 0, ports: new Map() };
  const service = serviceText(proto, port);
  pair.connections += connections;
  pair.ports.set(service, (pair.ports.get(service) ?? 0) + connections);
  pairs.set(id, pair);
}

function ends(side: Side, identity: readonly string[]): readonly End[] {
  const workload: Dimension = `${side}_workload`;
  const outside: FlowFilter = { dimension: workload, in: [null] };
  return [
    {
      by: identity.map((key): Dimension => `${side}_${key}`),
      where: [{ dimension: workload, notIn: [null] }],
      name: ([first = null, ...rest]) => {
        const others = rest.filter((value) => value !== null);
        return `${first ?? 'unlabelled'}${others.length === 0 ? '' : ` (${others.join(', ')})`}`;
      },
    },
    {
      by: side === 'source' ? ['source_ip_list'] : ['destination_fqdn', 'destination_ip_list'],
      where: side === 'source' ? [outside] : [outside, { dimension: 'transmission', notIn: [...TO_MANY] }],
      name: (values) => `external:${outsideName(values.at(-2) ?? null, values.at(-1) ?? null) ?? 'unlisted'}`,
    },
    ...(side === 'source'
      ? []
      : [
          {
            by: ['transmission' as const],
            where: [outside, { dimension: 'transmission' as const, in: [...TO_MANY] }],
            name: ([transmission = null]: readonly (string | null)[]) => transmission ?? 'broadcast',
          },
        ]),
  ];
}

function row({ from, to, policy, connections, ports }: Pair) {
  const busiest = [...ports].sort(([a, m], [b, n]) => n - m || compareText(a, b)).map(([service]) => service);
  const more = busiest.length - PORTS_NAMED;
  const services = [...busiest.slice(0, PORTS_NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
  return { section: 'app_to_app' as const, from, to, services, policy, connections };
}
