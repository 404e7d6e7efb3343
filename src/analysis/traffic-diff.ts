import { isLateralPort, knownPort } from './known-ports.ts';

/** One edge as one window shows it. */
export interface SeenEdge {
  readonly from: string;
  readonly to: string;
  readonly proto: number | null;
  readonly port: number | null;
  readonly policy: string;
  readonly connections: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

export interface ChangedEdge extends SeenEdge {
  readonly change: 'new' | 'vanished' | 'grown';
  /** In the earlier window. */
  readonly before: number;
  readonly risk: 'high' | 'medium' | 'low';
  readonly why: string;
}

interface DiffOptions {
  /** Lengths of the windows; rates are compared, not counts. */
  readonly daysBefore: number;
  readonly daysAfter: number;
}

/** So many times as many a day is growth, from this many a day on. */
const GROWTH = 5;
const MIN_PER_DAY = 20;

const keyOf = ({ from, to, proto, port }: SeenEdge): string => JSON.stringify([from, to, proto, port]);

/** Edges that are new, gone or much busier, riskiest first. Equal edges with several decisions are added up. */
export function diffEdges(
  before: readonly SeenEdge[],
  after: readonly SeenEdge[],
  { daysBefore, daysAfter }: DiffOptions,
): readonly ChangedEdge[] {
  const [old, now] = [summed(before), summed(after)];
  const changed: ChangedEdge[] = [];
  for (const [key, edge] of now) {
    const known = old.get(key);
    if (known === undefined) changed.push({ ...edge, change: 'new', before: 0, ...riskOf(edge) });
    else {
      const [then, today] = [known.connections / daysBefore, edge.connections / daysAfter];
      if (today >= MIN_PER_DAY && today > then * GROWTH)
        changed.push({ ...edge, change: 'grown', before: known.connections, ...riskOf(edge) });
    }
  }
  for (const [key, edge] of old)
    if (!now.has(key))
      changed.push({
        ...edge,
        connections: 0,
        change: 'vanished',
        before: edge.connections,
        risk: 'low',
        why: 'no longer seen',
      });
  const rank = { high: 0, medium: 1, low: 2 } as const;
  const order = { new: 0, grown: 1, vanished: 2 } as const;
  return changed.sort(
    (a, b) =>
      rank[a.risk] - rank[b.risk] ||
      order[a.change] - order[b.change] ||
      b.connections + b.before - (a.connections + a.before) ||
      (keyOf(a) < keyOf(b) ? -1 : 1),
  );
}

function summed(edges: readonly SeenEdge[]): Map<string, SeenEdge> {
  const sums = new Map<string, SeenEdge>();
  for (const edge of edges) {
    const known = sums.get(keyOf(edge));
    sums.set(
      keyOf(edge),
      known === undefined
        ? edge
        : {
            ...known,
            policy: known.policy === edge.policy ? known.policy : 'several',
            connections: known.connections + edge.connections,
            firstSeen: earlier(known.firstSeen, edge.firstSeen),
            lastSeen: later(known.lastSeen, edge.lastSeen),
          },
    );
  }
  return sums;
}

const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a);
const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

/** By what the service is and where the ends are; which environment and application only the labels tell. */
function riskOf({ from, to, proto, port }: SeenEdge): Pick<ChangedEdge, 'risk' | 'why'> {
  if (proto === null || port === null) return { risk: 'low', why: 'no port' };
  const known = knownPort(port, proto);
  const outside = from.startsWith('external:') || to.startsWith('external:');
  const another = applicationOf(from) !== applicationOf(to);
  if (known?.role === 'database' && another) return { risk: 'high', why: `${known.name} of another application` };
  if (isLateralPort(port, proto) && another)
    return { risk: 'high', why: `${known?.name ?? port}: remote control or files of another application` };
  if (outside) return { risk: 'medium', why: 'one end is no workload' };
  if (another) return { risk: 'medium', why: 'between two applications' };
  return { risk: 'low', why: 'within an application' };
}

/** `payments (prod, db)` is of payments (prod). */
const applicationOf = (party: string): string => party.replace(/^([^(]*\([^,)]*).*$/, '$1');

/** Where Linux begins to choose ports by itself; Windows does at 49,152. */
const FIRST_DYNAMIC_PORT = 32_768;

/** What comes and goes without meaning anything: discovery, address assignment, ICMP and dynamic ports. */
export function isNoise({ proto, port, to }: Pick<SeenEdge, 'proto' | 'port' | 'to'>): boolean {
  if (to === 'broadcast' || to === 'multicast') return true;
  if (proto === null || port === null || (proto !== 6 && proto !== 17)) return true;
  const known = knownPort(port, proto);
  if (known === null) return port >= FIRST_DYNAMIC_PORT;
  return known.role === 'discovery' || known.role === 'address assignment';
}
