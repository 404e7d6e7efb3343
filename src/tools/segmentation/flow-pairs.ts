import type { FlowQuestion } from '../../model/policy/decision.ts';
import type { Pair } from './explain-rows.ts';
import type { Ends, NamedEnd } from './flow-ends.ts';

/** Pairs judged at most: more hosts than this differ in nothing that a person could follow. */
const MAX_PAIRS = 50_000;

/** Every source address with every destination address of its family that is not the same host. */
export function flowPairs(
  { ends: sources }: Ends,
  { ends: destinations }: Ends,
  service: Pick<FlowQuestion, 'proto' | 'port' | 'process'>,
): { readonly pairs: readonly Pair[]; readonly gaps: readonly string[] } {
  const pairs: Pair[] = [];
  let left = 0;
  for (const source of sources) {
    for (const destination of destinations) {
      if (!canTalk(source, destination)) continue;
      if (pairs.length === MAX_PAIRS) left += 1;
      else pairs.push({ source, destination, question: { src: source.end, dst: destination.end, ...service } });
    }
  }
  return { pairs, gaps: left === 0 ? [] : [`${left} of ${left + MAX_PAIRS} pairs of addresses: name fewer hosts`] };
}

function canTalk({ end: from }: NamedEnd, { end: to }: NamedEnd): boolean {
  if (from.workload !== undefined && from.workload === to.workload) return false;
  return to.fqdn !== undefined || from.ip.includes(':') === to.ip.includes(':');
}
