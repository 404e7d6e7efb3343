import type { Href } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { Decision, FlowQuestion } from '../../model/policy/decision.ts';
import type { RuleReach } from '../rules/members.ts';
import type { HostGroup } from './groups.ts';
import { EASE, levelOf, opens, type Port, ratedPorts, type RiskLevel } from './port-risk.ts';

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
export const MAX_CANDIDATES = 300_000;

/** Whoever else is in the group, one host that a rule selects makes the way. */
function witnesses(groupOf: Int32Array, members: Iterable<number>): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const index of members) {
    const group = groupOf[index] ?? -1;
    if (!found.has(group)) found.set(group, index);
  }
  return found;
}

const easiest = (a: Candidate, b: Candidate): number => EASE[b.level] - EASE[a.level];

/**
 * What allow rules open between groups: per pair the easiest ways, to be asked of the policy, which knows override denies and the ends'
 * modes. With `only`, ways over these ports alone.
 */
export function candidates(
  reach: readonly RuleReach[],
  groups: readonly HostGroup[],
  workloads: readonly Workload[],
  only: readonly Port[] | null = null,
): { readonly list: readonly Candidate[]; readonly left: number } {
  const groupOf = new Int32Array(workloads.length).fill(-1);
  for (const { index, members } of groups) for (const member of members) groupOf[member] = index;
  const ways = new Map<number, Candidate[]>();
  let count = 0;
  let left = 0;
  for (const { rule, providers, consumers, services } of reach) {
    if (rule.kind !== 'allow' || providers.negated || consumers.negated) continue;
    const [port] = services
      .flatMap((entry) =>
        only === null
          ? ratedPorts(entry)
          : only.filter((one) => opens(entry, one)).map((one) => ({ ...one, level: levelOf(one) })),
      )
      .sort((a, b) => EASE[b.level] - EASE[a.level]);
    if (port === undefined) continue;
    const targets = witnesses(groupOf, [...providers.workloads, ...providers.byAddress]);
    const sources = witnesses(groupOf, [...consumers.workloads, ...consumers.byAddress]);
    for (const [from, source] of sources)
      for (const [to, destination] of targets) {
        if (from === to) continue;
        const known = ways.get(from * groups.length + to) ?? [];
        const worst = known.length < TRIES ? undefined : known.at(-1);
        if (worst !== undefined && EASE[worst.level] >= EASE[port.level]) continue;
        const [src, dst] = [workloads[source], workloads[destination]];
        const [srcIp, dstIp] = [src?.interfaces[0]?.address, dst?.interfaces[0]?.address];
        if (src === undefined || dst === undefined || srcIp === undefined || dstIp === undefined) continue;
        if (known.length === 0 && count >= MAX_CANDIDATES) {
          left += 1;
          continue;
        }
        const way: Candidate = {
          from,
          to,
          rule: rule.href,
          level: port.level,
          question: {
            src: { ip: srcIp, workload: src.href },
            dst: { ip: dstIp, workload: dst.href },
            proto: port.proto,
            port: port.port,
          },
        };
        known.push(way);
        known.sort(easiest);
        count += known.length > TRIES ? 0 : 1;
        known.length = Math.min(known.length, TRIES);
        ways.set(from * groups.length + to, known);
      }
  }
  return { list: [...ways.values()].flat(), left };
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
