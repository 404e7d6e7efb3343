import { isLateralPort, knownPort } from '../../analysis/known-ports.ts';
import type { Dimension, FlowFilter, FlowGroup } from '../../model/flows/question.ts';
import { TO_MANY } from '../../model/flows/party.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import { ALL_GROUPS } from './limits.ts';
import { serviceFields } from './service.ts';

/** One edge between a workload and something no agent runs on, or that carries no app label. */
export interface StrangerRow {
  readonly direction: 'inbound' | 'outbound';
  readonly src_ip?: string;
  readonly dst_ip?: string;
  /** What it is called: workload, FQDN; absent for a bare address. */
  readonly name?: string;
  /** `unmanaged`, `internal`, `internet` …, or `unlabelled` for a workload with an agent but without app label. */
  readonly kind: string;
  readonly src_app?: string;
  readonly src_env?: string;
  readonly dst_app?: string;
  readonly dst_env?: string;
  readonly port?: number;
  readonly proto?: string;
  readonly service?: string;
  readonly policy: string;
  readonly connections: number;
  readonly last_seen?: string;
  readonly risk?: string;
}

export interface Strangers {
  /** Risky ones first, then by connections. */
  readonly rows: readonly StrangerRow[];
  /** Broadcast and multicast connections left out. */
  readonly toMany: number;
}

interface StrangerOptions {
  readonly minimum: number;
  readonly internalOnly: boolean;
  readonly signal: AbortSignal;
}

/**
 * Edges of one direction whose other end is a workload (reference-server.md §2.7). Unlike there, a missing label, port or protocol drops
 * nothing, and a host counts as unmanaged because no agent runs on it, not because it lacks a label; those are `unlabelled`.
 */
export async function strangers(
  table: RemoteFlowTable,
  direction: StrangerRow['direction'],
  { minimum, internalOnly, signal }: StrangerOptions,
): Promise<Strangers> {
  const [far, near] =
    direction === 'inbound' ? (['source', 'destination'] as const) : (['destination', 'source'] as const);
  const kind: Dimension = `${far}_address_kind`;
  const ours: FlowFilter = { dimension: `${near}_workload`, notIn: [null] };
  const unicast: FlowFilter = { dimension: 'transmission', notIn: [...TO_MANY] };
  const by: readonly Dimension[] = [`${far}_ip`, far, kind, `${near}_app`, `${near}_env`, 'port', 'proto', 'policy'];
  const ask = (...where: readonly FlowFilter[]) =>
    table.ask({ by, where: [ours, unicast, ...where], limit: ALL_GROUPS }, signal);
  const leftOut = ['managed', 'multicast', 'broadcast', ...(internalOnly ? ['internet'] : [])];
  const [outside, unlabelled, toMany] = await Promise.all([
    ask({ dimension: kind, notIn: leftOut }),
    ask({ dimension: kind, in: ['managed'] }, { dimension: `${far}_app`, in: [null] }),
    table.ask({ by: [], where: [ours, { dimension: 'transmission', in: [...TO_MANY] }], limit: 0 }, signal),
  ]);
  const rows = [...outside.groups, ...unlabelled.groups]
    .filter(({ connections }) => connections >= minimum)
    .map((group) => rowOf(group, direction));
  return { rows: rows.sort(byRisk), toMany: direction === 'inbound' ? 0 : toMany.totals.connections };
}

const byRisk = (a: StrangerRow, b: StrangerRow): number =>
  Number(b.risk !== undefined) - Number(a.risk !== undefined) ||
  b.connections - a.connections ||
  compareText(a.src_ip ?? a.dst_ip ?? '', b.src_ip ?? b.dst_ip ?? '') ||
  (a.port ?? 0) - (b.port ?? 0);

function rowOf(group: FlowGroup, direction: StrangerRow['direction']): StrangerRow {
  const [ip = null, name = null, kind, app, env, port, proto, policy] = group.key;
  const known = port === null || proto === null ? null : knownPort(Number(port), Number(proto));
  const near = direction === 'inbound' ? { dst_app: app, dst_env: env } : { src_app: app, src_env: env };
  return {
    direction,
    ...present(direction === 'inbound' ? { src_ip: ip } : { dst_ip: ip }),
    ...present({ name: name === ip ? null : name }),
    kind: kind === 'managed' ? 'unlabelled' : (kind ?? 'unknown'),
    ...present(near),
    ...serviceFields(proto, port),
    ...present({ service: known?.name ?? null }),
    policy: policy ?? 'unknown',
    connections: group.connections,
    ...present({
      last_seen: group.lastSeen,
      risk: riskOf(kind ?? null, port ?? null, proto ?? null, direction),
    }),
  };
}

/** An address that nobody accounts for, at a port by which machines are taken over. */
function riskOf(kind: string | null, port: string | null, proto: string | null, direction: string): string | null {
  if (port === null || proto === null || kind === 'managed' || kind === 'unmanaged') return null;
  if (!isLateralPort(Number(port), Number(proto))) return null;
  const whom = kind === 'internet' ? 'internet' : 'unknown host';
  return direction === 'inbound' ? `admin port, ${whom}` : `admin port of ${whom}`;
}
