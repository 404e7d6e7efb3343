import type { Href } from '../../core/href.ts';
import type { DecidingClass } from '../../model/policy/decision.ts';
import type { PolicySource, SourceWorkload } from '../../model/policy/source.ts';
import { decideFlow } from '../decide.ts';
import { kindsOf } from './kinds.ts';

/** Who could use a port of a workload if the provisioned rules were enforced to this degree. */
export interface Exposure {
  /** Numbers of workloads that could connect. */
  readonly full: number;
  readonly selective: number;
  readonly visibility: number;
  /** In the mode the workload is in. */
  readonly current: number;
  /** Open to any address, and to the addresses of some IP list besides. */
  readonly any: boolean;
  readonly ipList: boolean;
}

/** No list of addresses has this one but lists of everything: nothing can have it (RFC 1112, class E). */
const STRANGER = '240.0.0.1';

/** Everybody in full enforcement: then the deciding class of a rule says how each mode would treat a connection. */
const enforced = new WeakMap<PolicySource, PolicySource>();
const known = new WeakMap<PolicySource, Map<string, Reach | null>>();

/** Exposure without the mode of the workload. */
type Reach = Omit<Exposure, 'current'>;

function inFull(source: PolicySource): PolicySource {
  const made = enforced.get(source) ?? {
    ...source,
    workloads: source.workloads.map((workload) => ({ ...workload, mode: 'full' as const })),
  };
  enforced.set(source, made);
  return made;
}

/** How exposed a port of a workload is under a policy; null where no VEN could enforce anything. Remembered per policy. */
export function exposureOf(source: PolicySource, workload: Href, proto: number, port: number): Exposure | null {
  const kind = kindsOf(source).get(workload);
  const own = kind?.members.find(({ href }) => href === workload);
  if (!kind || !own) return null;
  const cache = known.get(source) ?? new Map<string, Reach | null>();
  known.set(source, cache);
  const key = `${kind.number} ${proto} ${port}`;
  const found = cache.get(key);
  const reach = found === undefined ? reachOf(source, own, proto, port) : found;
  cache.set(key, reach);
  if (reach === null) return null;
  const { full, selective, visibility } = reach;
  return { ...reach, current: { full, selective, visibility_only: visibility, idle: visibility }[own.mode] };
}

function reachOf(source: PolicySource, own: SourceWorkload, proto: number, port: number): Reach | null {
  const { href: target } = own;
  const [ip] = own.addresses;
  if (!own.managed || ip === undefined) return null;
  const policy = inFull(source);
  const classOf = (srcIp: string, src?: Href): DecidingClass | null =>
    decideFlow(policy, { src: { ip: srcIp, workload: src }, dst: { ip, workload: target }, proto, port }).ends
      .destination?.class ?? null;
  const count = { full: 0, selective: 0, visibility: 0 };
  for (const { members } of new Set(kindsOf(source).values())) {
    const others = members.filter(({ href, addresses }) => href !== target && addresses.length > 0);
    const [first] = others;
    const [from] = first?.addresses ?? [];
    if (first === undefined || from === undefined) continue;
    const decided = classOf(from, first.href);
    count.visibility += others.length;
    if (opens(decided)) count.full += others.length;
    if (!denies(decided)) count.selective += others.length;
  }
  const lists = source.ipLists.flatMap(({ ranges }) => ranges.filter(({ exclusion }) => !exclusion).slice(0, 1));
  const inLists = lists
    .map(({ from }) => from.split('/')[0] ?? '')
    .filter((from) => from !== '0.0.0.0' && from !== '::');
  return {
    ...count,
    any: opens(classOf(STRANGER)),
    ipList: inLists.some((from) => opens(classOf(from))),
  };
}

const opens = (decided: DecidingClass | null): boolean => decided === 'allow' || decided === 'essential';
const denies = (decided: DecidingClass | null): boolean => decided === 'deny' || decided === 'override_deny';

/**
 * The V-E score of a finding. The PCE's own function is not public; this is the open formula of users.md §4.6 on a CVSS of 0–10: severity
 * × log2(1 + who can connect), doubled where any address can.
 */
export const exposureScore = (score: number, sources: number, any: boolean): number =>
  Math.round((score / 10) * Math.log2(1 + sources) * (any ? 2 : 1));
