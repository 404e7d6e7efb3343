import type { Href } from '../../core/href.ts';
import type { DecidingClass } from '../../model/policy/decision.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import { decideFlow } from '../decide.ts';

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
const known = new WeakMap<PolicySource, Map<string, Exposure | null>>();

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
  const cache = known.get(source) ?? new Map<string, Exposure | null>();
  known.set(source, cache);
  const key = `${workload} ${proto} ${port}`;
  const found = cache.get(key);
  if (found !== undefined) return found;
  const exposure = computed(source, workload, proto, port);
  cache.set(key, exposure);
  return exposure;
}

function computed(source: PolicySource, target: Href, proto: number, port: number): Exposure | null {
  const own = source.workloads.find(({ href }) => href === target);
  const [ip] = own?.addresses ?? [];
  if (!own?.managed || ip === undefined) return null;
  const policy = inFull(source);
  const classOf = (srcIp: string, src?: Href): DecidingClass | null =>
    decideFlow(policy, { src: { ip: srcIp, workload: src }, dst: { ip, workload: target }, proto, port }).ends
      .destination?.class ?? null;
  const count = { full: 0, selective: 0, visibility: 0 };
  for (const { href, addresses } of source.workloads) {
    const [from] = addresses;
    if (href === target || from === undefined) continue;
    const decided = classOf(from, href);
    count.visibility++;
    if (opens(decided)) count.full++;
    if (!denies(decided)) count.selective++;
  }
  const lists = source.ipLists.flatMap(({ ranges }) => ranges.filter(({ exclusion }) => !exclusion).slice(0, 1));
  const inLists = lists
    .map(({ from }) => from.split('/')[0] ?? '')
    .filter((from) => from !== '0.0.0.0' && from !== '::');
  const byMode = {
    full: count.full,
    selective: count.selective,
    visibility_only: count.visibility,
    idle: count.visibility,
  };
  return {
    ...count,
    current: byMode[own.mode],
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
