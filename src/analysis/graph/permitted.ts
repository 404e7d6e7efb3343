import type { Href } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { Decision, FlowQuestion } from '../../model/policy/decision.ts';
import type { RuleReach } from '../rules/members.ts';
import type { HostGroup } from './groups.ts';
import { EASE, levelOf, opens, type Port, type RatedPort, ratedPorts, type RiskLevel } from './port-risk.ts';

/** A way from one group of hosts to another that an allow rule opens, with the hosts and port to ask the policy about. */
export interface Candidate {
  readonly from: number;
  readonly to: number;
  readonly rule: Href;
  readonly level: RiskLevel;
  readonly question: FlowQuestion & Port;
}

export interface PermittedEdge {
  readonly from: number;
  readonly to: number;
  readonly rule: Href;
  readonly level: RiskLevel;
  readonly port: Port;
}

/** Per pair of groups so many ways are tried before it counts as closed. */
const TRIES = 3;
/** Above this the riskiest are kept and the rest is said to be missing. */
const MAX_CANDIDATES = 300_000;

/** Whoever else is in the group, one host that a rule selects makes the way. */
function witnesses(groupOf: Int32Array, members: Iterable<number>): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const index of members) {
    const group = groupOf[index] ?? -1;
    if (!found.has(group)) found.set(group, index);
  }
  return found;
}

interface OpenRule {
  readonly reach: RuleReach;
  /** The port of it that an attacker would try first. */
  readonly port: RatedPort;
}

/** Allow rules by the ease of their easiest port, over `only` these ports where given. */
function easiestFirst(reach: readonly RuleReach[], only: readonly Port[] | null): readonly OpenRule[] {
  const open = reach.flatMap((part): readonly OpenRule[] => {
    const { rule, providers, consumers, services } = part;
    if (rule.kind !== 'allow' || providers.negated || consumers.negated) return [];
    const ports = services.flatMap((entry) =>
      only === null
        ? ratedPorts(entry)
        : only.filter((one) => opens(entry, one)).map((one) => ({ ...one, level: levelOf(one) })),
    );
    const port = ports.reduce<RatedPort | undefined>(
      (best, one) => (best === undefined || EASE[one.level] > EASE[best.level] ? one : best),
      undefined,
    );
    return port === undefined ? [] : [{ reach: part, port }];
  });
  return open.sort((a, b) => EASE[b.port.level] - EASE[a.port.level]);
}

/**
 * What allow rules open between groups: per pair the easiest ways, to be asked of the policy, which knows override denies and the ends'
 * modes. With `only`, ways over these ports alone. `left`: rules whose ways are beyond `limit`; those kept are the easiest.
 */
export function candidates(
  reach: readonly RuleReach[],
  groups: readonly HostGroup[],
  workloads: readonly Workload[],
  { only = null, limit = MAX_CANDIDATES }: { readonly only?: readonly Port[] | null; readonly limit?: number } = {},
): { readonly list: readonly Candidate[]; readonly left: number } {
  const groupOf = new Int32Array(workloads.length).fill(-1);
  for (const { index, members } of groups) for (const member of members) groupOf[member] = index;
  const ways = new Map<number, Candidate[]>();
  const rules = easiestFirst(reach, only);
  let count = 0;
  let done = 0;
  for (const one of rules) {
    if (count >= limit) break;
    for (const way of waysOf(one, groupOf, workloads)) {
      const pair = way.from * groups.length + way.to;
      const known = ways.get(pair);
      if (known === undefined) ways.set(pair, [way]);
      else if (known.length < TRIES) known.push(way);
      else continue;
      count += 1;
      if (count >= limit) break;
    }
    done += 1;
  }
  return { list: [...ways.values()].flat(), left: rules.length - done };
}

/** The ways that one rule opens, from group to group. */
function* waysOf(
  { reach: { rule, providers, consumers }, port }: OpenRule,
  groupOf: Int32Array,
  workloads: readonly Workload[],
): Generator<Candidate> {
  const { proto, port: number, level } = port;
  const targets = witnesses(groupOf, [...providers.workloads, ...providers.byAddress]);
  const sources = witnesses(groupOf, [...consumers.workloads, ...consumers.byAddress]);
  for (const [from, source] of sources)
    for (const [to, destination] of targets) {
      if (from === to) continue;
      const [src, dst] = [endOf(workloads[source]), endOf(workloads[destination])];
      if (src === null || dst === null) continue;
      yield { from, to, rule: rule.href, level, question: { src, dst, proto, port: number } };
    }
}

function endOf(workload: Workload | undefined): FlowQuestion['src'] | null {
  const ip = workload?.interfaces[0]?.address;
  return workload === undefined || ip === undefined ? null : { ip, workload: workload.href };
}

/** The easiest candidate of each pair that the policy lets through; `decisions` are those of `list`, in its order. */
export function permittedEdges(
  list: readonly Candidate[],
  decisions: readonly Pick<Decision, 'verdict'>[],
): readonly PermittedEdge[] {
  const done = new Set<string>();
  return list.flatMap(({ from, to, rule, level, question }, index) => {
    const pair = `${from} ${to}`;
    // A rule matches, so what no end enforces is what will stay open; "potentially blocked" is what a deny will close.
    const verdict = decisions[index]?.verdict;
    const isOpen = verdict === 'allowed' || verdict === 'not_enforced' || verdict === 'maybe';
    if (!isOpen || done.has(pair)) return [];
    done.add(pair);
    return [{ from, to, rule, level, port: { proto: question.proto, port: question.port } }];
  });
}
