import { inferTier, judgePeer, OUTSIDE, type PeerClass, type Tier, type TierUse } from '../../analysis/dependencies.ts';
import type { ServiceName } from '../../analysis/service-names.ts';
import type { Dimension, FlowFilter, FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import { ALL_GROUPS } from './limits.ts';
import { serviceFields, serviceText } from './service.ts';

/** One edge of an application: within it, into it or out of it; `onward` from what it needs to what that needs. */
export interface DependencyRow {
  readonly direction: 'intra' | 'inbound' | 'outbound' | 'onward';
  readonly from: string;
  readonly to: string;
  readonly service: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy: string;
  readonly connections: number;
  readonly peer_class?: PeerClass;
  readonly reason?: string;
  readonly processes?: readonly string[];
  readonly hosts?: readonly string[];
  readonly first_seen?: string;
  readonly last_seen?: string;
}

export type Namer = (proto: number, port: number) => ServiceName | null;

/** A row and what of it only the analysis needs. */
export interface Edge {
  readonly row: DependencyRow;
  readonly named: ServiceName | null;
  readonly peer: string;
  readonly addressKind: string | null;
  /** Tiers of the application at the ends; null outside of it. */
  readonly fromTier: string | null;
  readonly toTier: string | null;
  readonly text: string;
}

export interface Dependencies {
  readonly rows: readonly DependencyRow[];
  readonly tiers: readonly Tier[];
  readonly peers: Readonly<Record<PeerClass, number>>;
  readonly internet: Readonly<
    Record<'inbound' | 'outbound', { connections: number; rows: number; services: readonly string[] }>
  >;
}

const NO_TIER = 'no role';

interface Options {
  /** What the application is called as a party. */
  readonly self: string;
  readonly identity: readonly string[];
  readonly namer: Namer;
  readonly signal: AbortSignal;
}

/** Everything a table says about one application. */
export async function dependencies(table: RemoteFlowTable, options: Options): Promise<Dependencies> {
  const edges = (
    await Promise.all(
      (['intra', 'inbound', 'outbound'] as const).map((direction) => edgesOf(table, direction, options)),
    )
  ).flat();
  const rows = judged(edges);
  const peers: Record<PeerClass, number> = { infrastructure: 0, application: 0, internet: 0, network: 0, everybody: 0 };
  for (const judgement of judgements(edges).values()) peers[judgement.class] += 1;
  return {
    rows: busiestOfEachFirst(rows),
    tiers: tiersOf(edges),
    peers,
    internet: { inbound: exposure(rows, 'inbound'), outbound: exposure(rows, 'outbound') },
  };
}

/** The rows of edges, with what the peer of each is. */
export function judged(edges: readonly Edge[]): readonly DependencyRow[] {
  const known = judgements(edges);
  return edges.map(({ row, peer }) => {
    const judgement = known.get(peer);
    return judgement === undefined ? row : { ...row, peer_class: judgement.class, reason: judgement.reason };
  });
}

async function edgesOf(
  table: RemoteFlowTable,
  direction: DependencyRow['direction'],
  { self, identity, namer, signal }: Options,
): Promise<readonly Edge[]> {
  const inside = (side: 'source' | 'destination'): FlowFilter => ({ dimension: `${side}_party`, in: [self] });
  const outside = (side: 'source' | 'destination'): FlowFilter => ({ dimension: `${side}_party`, notIn: [self] });
  const end = (side: 'source' | 'destination', own: boolean): readonly Dimension[] =>
    own ? [`${side}_role`, `${side}_managed`] : [`${side}_party`, `${side}_address_kind`];
  const own = { from: direction !== 'inbound', to: direction !== 'outbound' };
  const { groups } = await table.ask(
    {
      by: [...end('source', own.from), ...end('destination', own.to), 'proto', 'port', 'policy'],
      where: [own.from ? inside('source') : outside('source'), own.to ? inside('destination') : outside('destination')],
      inside: [
        { by: ['process'], top: 2 },
        { by: [direction === 'inbound' ? 'source' : 'destination'], top: 2 },
      ],
      identity,
      limit: ALL_GROUPS,
    },
    signal,
  );
  return groups.map((group) => edgeOf(group, direction, namer));
}

export function edgeOf(group: FlowGroup, direction: DependencyRow['direction'], namer: Namer): Edge {
  const [fromName, fromKind, toName, toKind, proto, port, policy] = group.key;
  const [processes, hosts] = group.inside ?? [];
  const text = serviceText(proto, port);
  const named = port === null || proto === null ? null : namer(Number(proto), Number(port));
  const [from, to] = [fromName ?? NO_TIER, toName ?? NO_TIER];
  const names = (values: typeof processes): readonly string[] =>
    (values?.top ?? []).flatMap(({ key: [value] }) => value ?? []);
  return {
    peer: direction === 'inbound' ? from : direction === 'intra' ? '' : to,
    addressKind: (direction === 'inbound' ? fromKind : toKind) ?? null,
    fromTier: direction === 'inbound' ? null : from,
    toTier: direction === 'outbound' || direction === 'onward' ? null : to,
    named,
    text: named === null ? text : `${named.name} ${text}`,
    row: {
      direction,
      from,
      to,
      service: named?.name ?? text,
      ...serviceFields(proto, port),
      policy: policy ?? 'unknown',
      connections: group.connections,
      ...(names(processes).length > 0 ? { processes: names(processes) } : {}),
      ...(direction === 'intra' || names(hosts).length === 0 ? {} : { hosts: names(hosts) }),
      ...present({ first_seen: group.firstSeen, last_seen: group.lastSeen }),
    },
  };
}

/** What each peer is to the application, by everything it was seen to do with it. */
function judgements(edges: readonly Edge[]) {
  const peers = Map.groupBy(
    edges.filter(({ row }) => row.direction !== 'intra'),
    ({ peer }) => peer,
  );
  return new Map(
    [...peers].map(([party, uses]) => {
      const byService = Map.groupBy(uses, ({ text }) => text);
      const services = [...byService].map(([text, same]) => ({
        text,
        known: same[0]?.named?.known ?? null,
        connections: same.reduce((sum, { row }) => sum + row.connections, 0),
      }));
      const addressKind = uses[0]?.addressKind ?? null;
      return [
        party,
        judgePeer({ party, addressKind, services: services.sort((a, b) => b.connections - a.connections) }),
      ];
    }),
  );
}

function tiersOf(edges: readonly Edge[]): readonly Tier[] {
  const tiers = new Set(edges.flatMap(({ fromTier, toTier }) => [fromTier, toTier]).filter((tier) => tier !== null));
  return [...tiers].toSorted(compareText).map((tier) => {
    const use: TierUse = {
      tier,
      serves: edges
        .filter(({ toTier, fromTier }) => toTier === tier && fromTier !== tier)
        .map(({ fromTier, named, text, row }) => ({
          text,
          known: named?.known ?? null,
          to: fromTier ?? OUTSIDE,
          connections: row.connections,
        })),
      uses: edges
        .filter(({ fromTier, toTier }) => fromTier === tier && toTier !== null && toTier !== tier)
        .map(({ toTier, named, text, row }) => ({
          text,
          known: named?.known ?? null,
          from: toTier ?? OUTSIDE,
          connections: row.connections,
        })),
    };
    return inferTier(use);
  });
}

function exposure(rows: readonly DependencyRow[], direction: 'inbound' | 'outbound') {
  const own = rows.filter((row) => row.direction === direction && row.peer_class === 'internet');
  const services = new Set(own.toSorted((a, b) => b.connections - a.connections).map(({ service }) => service));
  return {
    connections: own.reduce((sum, { connections }) => sum + connections, 0),
    rows: own.length,
    services: [...services].slice(0, 5),
  };
}

const FIRST_OF_EACH = 6;

/** The busiest rows of every direction first, so that a first page shows all three; then the others. */
function busiestOfEachFirst(rows: readonly DependencyRow[]): readonly DependencyRow[] {
  const sorted = rows.toSorted((a, b) => b.connections - a.connections || compareText(a.from + a.to, b.from + b.to));
  const sections = (['intra', 'inbound', 'outbound'] as const).map((direction) =>
    sorted.filter((row) => row.direction === direction),
  );
  return [
    ...sections.flatMap((section) => section.slice(0, FIRST_OF_EACH)),
    ...sections.flatMap((section) => section.slice(FIRST_OF_EACH)),
  ];
}
