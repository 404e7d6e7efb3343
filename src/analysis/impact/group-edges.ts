import type { Href } from '../../core/href.ts';
import { printTerm } from '../../core/expression.ts';
import { type Change, rankOf } from '../../model/impact/change.ts';
import type { EdgeEnd, EdgeVerdict, JudgedEdge } from '../../model/impact/question.ts';

/** Edges between two groups of hosts on one service that change alike for the same reason. */
export interface EdgeGroup {
  readonly change: Change;
  /** As a label expression where the hosts carry labels. */
  readonly from: string;
  readonly to: string;
  readonly proto: number | null;
  readonly port: number | null;
  readonly fromVerdict: EdgeVerdict;
  readonly toVerdict: EdgeVerdict;
  readonly edges: readonly JudgedEdge[];
  readonly sources: number;
  readonly destinations: number;
  readonly rows: number;
  readonly newlyBlockedRows: number;
  readonly connections: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** True when the ends are not of one application and environment. */
  readonly crossesApps: boolean;
}

/** The label keys that say which group of hosts an end belongs to (users.md §5.1). */
const IDENTITY = ['app', 'env', 'role'] as const;
const EVERYTHING = 'Any (0.0.0.0/0 and ::/0)';

/** Whom an end stands for: its labels, else its name; outside its IP lists, else its DNS name or address. */
export function endName({ workload, labels, name, ipLists, fqdn, ip }: EdgeEnd): string {
  if (workload !== null) {
    const terms = IDENTITY.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [printTerm({ kind: 'label', key, negated: false, values: [value] })];
    });
    return terms.length === 0 ? printTerm({ kind: 'workload', name }) : terms.join(' ');
  }
  const [list] = ipLists.filter((one) => one !== EVERYTHING);
  return fqdn ?? (list === undefined ? (ip ?? name) : printTerm({ kind: 'iplist', name: list }));
}

const rulesKey = ({ class: decidedBy, rules, at }: EdgeVerdict): unknown => [decidedBy, at, [...rules].sort()];

/** Groups by change, ends, service and deciding rules; worst change first, then most connections. */
export function groupEdges(edges: readonly JudgedEdge[]): readonly EdgeGroup[] {
  const groups = new Map<string, JudgedEdge[]>();
  for (const edge of edges) {
    const { change, source, destination, proto, port, from, to } = edge;
    const key = JSON.stringify([
      change,
      endName(source),
      endName(destination),
      proto,
      port,
      rulesKey(from),
      rulesKey(to),
    ]);
    const group = groups.get(key) ?? [];
    group.push(edge);
    groups.set(key, group);
  }
  return [...groups.values()]
    .flatMap((members) => groupOf(members) ?? [])
    .sort(
      (a, b) =>
        rankOf(a.change) - rankOf(b.change) ||
        b.connections - a.connections ||
        (`${a.from} ${a.to} ${a.port}` < `${b.from} ${b.to} ${b.port}` ? -1 : 1),
    );
}

function groupOf(edges: readonly JudgedEdge[]): EdgeGroup | null {
  const [first] = edges;
  if (first === undefined) return null;
  const sum = (pick: (edge: JudgedEdge) => number): number => edges.reduce((total, edge) => total + pick(edge), 0);
  const times = (pick: (edge: JudgedEdge) => string | null) => edges.flatMap((edge) => pick(edge) ?? []).sort();
  const node = ({ workload, ip, name }: EdgeEnd): string => workload ?? ip ?? name;
  return {
    change: first.change,
    from: endName(first.source),
    to: endName(first.destination),
    proto: first.proto,
    port: first.port,
    fromVerdict: first.from,
    toVerdict: first.to,
    edges,
    sources: new Set(edges.map(({ source }) => node(source))).size,
    destinations: new Set(edges.map(({ destination }) => node(destination))).size,
    rows: sum(({ rows }) => rows),
    newlyBlockedRows: sum(({ newlyBlockedRows }) => newlyBlockedRows),
    connections: sum(({ connections }) => connections),
    firstSeen: times(({ firstSeen }) => firstSeen)[0] ?? null,
    lastSeen: times(({ lastSeen }) => lastSeen).at(-1) ?? null,
    crossesApps: ['app', 'env'].some((key) => first.source.labels[key] !== first.destination.labels[key]),
  };
}

/** Every rule the groups name. */
export const rulesOfGroups = (groups: readonly EdgeGroup[]): readonly Href[] =>
  groups.flatMap(({ fromVerdict, toVerdict }) => [...fromVerdict.rules, ...toVerdict.rules]);

export const breaks = ({ change }: EdgeGroup): boolean => change === 'will_break' || change === 'may_break';

const HOUR_MS = 3_600_000;
const ONE_RUN_MS = 36 * HOUR_MS;
const RECENT_MS = 7 * 24 * HOUR_MS;

/** Seen within some hours only, and not in the last week before `endMs`, where a new flow would stand. */
export function isRare({ firstSeen, lastSeen }: EdgeGroup, endMs: number): boolean {
  if (firstSeen === null || lastSeen === null) return false;
  const [first, last] = [Date.parse(firstSeen), Date.parse(lastSeen)];
  return last < endMs - RECENT_MS && (last - first <= ONE_RUN_MS || last - first > 3 * RECENT_MS);
}
