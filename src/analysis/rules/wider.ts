import type { RuleReach } from './members.ts';

interface Reaching {
  readonly parts: readonly RuleReach[];
}

/** A side of more workloads than this stands in a list of its own, not under each of them. */
const BROAD = 200;
const SIDES = ['providers', 'consumers'] as const;

/**
 * Which of `rules` could hold another one inside, in their order: those that select what the other one's first part selects. A policy of
 * tens of thousands of rules cannot be compared pair by pair.
 */
export function candidatesAmong<One extends Reaching>(rules: readonly One[]): (narrow: Reaching) => readonly One[] {
  const postings = { providers: postingsOf(rules, 'providers'), consumers: postingsOf(rules, 'consumers') };
  return ({ parts: [first] }) => {
    if (first === undefined) return [];
    let found: readonly number[] | null = null;
    for (const side of SIDES) {
      const { broad, under } = postings[side];
      for (const workload of [...first[side].workloads].slice(0, BROAD)) {
        const here: readonly number[] = under.get(workload) ?? [];
        if (found === null || here.length + broad.length < found.length) found = merged(here, broad);
      }
    }
    return found === null ? rules : found.flatMap((index) => rules[index] ?? []);
  };
}

interface Postings {
  /** Rules with a part whose side is broad. */
  readonly broad: readonly number[];
  /** Rules by the workloads that a side of theirs selects. */
  readonly under: ReadonlyMap<number, readonly number[]>;
}

function postingsOf(rules: readonly Reaching[], side: (typeof SIDES)[number]): Postings {
  const broad: number[] = [];
  const under = new Map<number, number[]>();
  rules.forEach(({ parts }, index) => {
    if (parts.some((part) => part[side].workloads.size > BROAD)) {
      broad.push(index);
      return;
    }
    for (const workload of new Set(parts.flatMap((part) => [...part[side].workloads]))) {
      const known = under.get(workload) ?? [];
      known.push(index);
      under.set(workload, known);
    }
  });
  return { broad, under };
}

/** Two ascending lists without a number in common as one. */
function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  if (b.length === 0) return a;
  return [...a, ...b].sort((one, other) => one - other);
}
