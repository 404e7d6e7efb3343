import { printTerm } from '../../core/expression.ts';
import type { EdgeEnd, JudgedEdge } from '../../model/impact/question.ts';
import { hasPorts } from '../../model/services/protocols.ts';
import { type RiskyService, riskyService } from '../graph/port-risk.ts';

/** `ringfence`: whole applications on every service; `tiered`: role by role on every service; `strict`: role by role, only the ports seen. */
export type Tier = 'ringfence' | 'tiered' | 'strict';

/**
 * Where a rule belongs: inside the application, from others into it, from it to addresses outside; `remote` belongs into the ruleset of
 * another application, and `unknown` has an end that no label or list names.
 */
export type Direction = 'inside' | 'inbound' | 'outbound' | 'remote' | 'unknown';

export interface ServiceSeen {
  readonly proto: number;
  readonly port: number | null;
}

export interface Candidate {
  readonly direction: Direction;
  /** Terms of label expressions that must all hold. */
  readonly consumers: readonly string[];
  readonly providers: readonly string[];
  /** Null: every service. */
  readonly services: readonly ServiceSeen[] | null;
  readonly risky: readonly RiskyService[];
  readonly edges: readonly JudgedEdge[];
}

export interface Application {
  readonly app: string;
  readonly env: string;
}

const EVERYTHING = 'Any (0.0.0.0/0 and ::/0)';
const term = (key: string, value: string): string => printTerm({ kind: 'label', key, negated: false, values: [value] });

export const isOwn = ({ labels }: EdgeEnd, { app, env }: Application): boolean =>
  labels['app'] === app && labels['env'] === env;

/** An end in a rule: what labels, lists or names select it; null when nothing does. */
function selector(end: EdgeEnd, own: Application, tier: Tier): readonly string[] | null {
  const { labels, workload, name, ipLists } = end;
  const role = labels['role'];
  const byRole = tier === 'ringfence' || role === undefined ? [] : [term('role', role)];
  if (isOwn(end, own)) return byRole.length > 0 ? byRole : ['ams'];
  if (workload !== null) {
    const { app, env } = labels;
    if (app === undefined) return [printTerm({ kind: 'workload', name })];
    return [term('app', app), ...(env === undefined ? [] : [term('env', env)]), ...byRole];
  }
  const [list] = ipLists.filter((one) => one !== EVERYTHING);
  return list === undefined ? null : [printTerm({ kind: 'iplist', name: list })];
}

function directionOf({ source, destination }: JudgedEdge, own: Application): Direction {
  if (isOwn(destination, own)) return isOwn(source, own) ? 'inside' : 'inbound';
  return destination.workload === null ? 'outbound' : 'remote';
}

/** One candidate for all edges it would cover; risky services stand apart in the strict tier, so that they can be looked at by themselves. */
export function candidates(edges: readonly JudgedEdge[], own: Application, tier: Tier): readonly Candidate[] {
  const groups = new Map<string, { candidate: Omit<Candidate, 'edges' | 'services' | 'risky'>; edges: JudgedEdge[] }>();
  for (const edge of edges) {
    const [consumers, providers] = [selector(edge.source, own, tier), selector(edge.destination, own, tier)];
    const known = consumers !== null && providers !== null && edge.proto !== null;
    const direction = known ? directionOf(edge, own) : 'unknown';
    const isRisky = tier === 'strict' && edge.proto !== null && riskyService(edge.proto, edge.port) !== null;
    const candidate = {
      direction,
      consumers: consumers ?? [edge.source.ip ?? edge.source.name],
      providers: providers ?? [edge.destination.ip ?? edge.destination.name],
    };
    const key = JSON.stringify([candidate, isRisky]);
    const group = groups.get(key) ?? { candidate, edges: [] };
    group.edges.push(edge);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ candidate, edges: covered }) => ({
    ...candidate,
    edges: covered,
    services: tier === 'strict' ? servicesOf(covered) : null,
    risky: [
      ...new Set(covered.flatMap(({ proto, port }) => (proto === null ? [] : (riskyService(proto, port) ?? [])))),
    ],
  }));
}

function servicesOf(edges: readonly JudgedEdge[]): readonly ServiceSeen[] {
  const seen = new Map<string, ServiceSeen>();
  for (const { proto, port } of edges) {
    if (proto === null) continue;
    const service = { proto, port: hasPorts(proto) ? port : null };
    seen.set(`${proto}/${service.port}`, service);
  }
  return [...seen.values()].sort((a, b) => a.proto - b.proto || (a.port ?? 0) - (b.port ?? 0));
}

export interface Evidence {
  readonly connections: number;
  readonly sources: number;
  readonly destinations: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Enough to justify a rule (users.md §4.3): ten connections. */
  readonly verdict: 'justified' | 'weak';
}

const JUSTIFIED_CONNECTIONS = 10;

export function evidenceOf({ edges }: Candidate): Evidence {
  const connections = edges.reduce((sum, edge) => sum + edge.connections, 0);
  const times = edges
    .flatMap(({ firstSeen, lastSeen }) => [firstSeen, lastSeen])
    .filter((time) => time !== null)
    .sort();
  return {
    connections,
    sources: new Set(edges.map(({ source }) => node(source))).size,
    destinations: new Set(edges.map(({ destination }) => node(destination))).size,
    first: times[0] ?? null,
    last: times.at(-1) ?? null,
    verdict: connections >= JUSTIFIED_CONNECTIONS ? 'justified' : 'weak',
  };
}

const node = ({ workload, ip, name }: EdgeEnd): string => workload ?? ip ?? name;

/** How many pairs of hosts were seen. */
export const observedPairs = ({ edges }: Candidate): number =>
  new Set(edges.map(({ source, destination }) => `${node(source)} ${node(destination)}`)).size;
