import { type AppSpec, countIn, type Env } from './applications.ts';
import { type Edge, EDGES, nearestEnv, readEnd } from './edges.ts';
import type { Host } from './host.ts';
import type { Profile } from './profiles.ts';

/** What exists in an estate: applications by name, with the environments they have. */
export interface Landscape {
  readonly apps: ReadonlyMap<string, { readonly spec: AppSpec; readonly envs: readonly Env[] }>;
  /** Suffixes of the replicas, the originals' empty one first. */
  readonly copies: readonly string[];
}

export function landscapeOf(profile: Profile, hosts: readonly Host[]): Landscape {
  return {
    apps: new Map(profile.apps.map((entry) => [entry.spec.app, entry])),
    copies: [...new Set(hosts.map((host) => host.copy))],
  };
}

/** One edge between two groups that exist, or between one and the outside. */
export interface PlacedEdge {
  readonly edge: Edge;
  readonly copy: string;
  readonly from: Group | string;
  readonly to: Group | string;
}

export interface Group {
  readonly app: string;
  readonly spec: string;
  readonly role: string;
  readonly env: Env;
}

const isReplicated = (spec: AppSpec): boolean =>
  spec.infrastructure !== true && spec.app !== 'vdi' && spec.app !== 'cicd';

/** The edges of the table, placed in every environment and replica where both ends exist. */
export function placeEdges(landscape: Landscape): PlacedEdge[] {
  return landscape.copies.flatMap((copy) => EDGES.flatMap((edge) => placeEdge(landscape, edge, copy)));
}

function placeEdge(landscape: Landscape, edge: Edge, copy: string): PlacedEdge[] {
  const from = readEnd(edge.from);
  const to = readEnd(edge.to);
  const source = from && landscape.apps.get(from.app);
  const target = to && landscape.apps.get(to.app);
  if ((from && !source) || (to && !target)) return [];
  const replicated = (source && isReplicated(source.spec)) || (target && isReplicated(target.spec));
  if (copy !== '' && !replicated) return [];
  const inCopy = (spec: AppSpec): string => (isReplicated(spec) ? spec.app + copy : spec.app);
  const group = (spec: AppSpec, role: string, env: Env): Group | null =>
    spec.roles.some((each) => each.role === role && countIn(spec, each, env) > 0)
      ? { app: inCopy(spec), spec: spec.app, role, env }
      : null;
  const placed: PlacedEdge[] = [];
  // An end outside the applications meets the main environment; a source in the applications brings its own.
  const envs = source ? source.envs : (target?.envs.slice(0, 1) ?? []);
  for (const env of envs) {
    if (from?.env && from.env !== env) continue;
    const toEnv = target && (to?.env ?? nearestEnv(env, target.envs));
    const targetEnv = target?.envs.find((each) => each === toEnv);
    if (target && targetEnv === undefined) continue;
    const start = source && from ? group(source.spec, from.role, env) : edge.from;
    const end = target && to && targetEnv ? group(target.spec, to.role, targetEnv) : edge.to;
    if (start !== null && end !== null) placed.push({ edge, copy, from: start, to: end });
  }
  return placed;
}
