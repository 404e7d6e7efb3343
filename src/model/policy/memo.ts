import { TupleIndex } from '../flows/tuple-index.ts';
import type { Candidates } from './candidates.ts';
import type { FlowQuestion } from './decision.ts';
import type { FlowFacts } from './hits.ts';
import type { Outcome } from './outcome.ts';
import { matchesOf, type PairMatch } from './pairs.ts';
import type { Peer } from './peers.ts';

/** Flows repeat their ends and services; so many answers are kept, then all are forgotten. */
const MAX_KEPT = 300_000;

/** Values by tuples of small numbers, made when first asked for. */
function memo<T>(width: number): (tuple: Int32Array, make: () => T) => T {
  let index = new TupleIndex(width);
  let values: T[] = [];
  return (tuple, make) => {
    const id = index.idOf(tuple);
    const known = values[id];
    if (known !== undefined) return known;
    const value = make();
    if (values.length >= MAX_KEPT) {
      index = new TupleIndex(width);
      values = [];
      values[index.idOf(tuple)] = value;
    } else values[id] = value;
    return value;
  };
}

const NONE: readonly PairMatch[] = [];

/** The clauses that match a pair, whatever the service; of pairs that no rule can tell apart, worked out once. */
export function pairMemo(candidates: Candidates): (source: Peer, destination: Peer) => readonly PairMatch[] {
  const kept = memo<readonly PairMatch[]>(2);
  const tuple = new Int32Array(2);
  return (source, destination) => {
    tuple[0] = source.class;
    tuple[1] = destination.class;
    return kept(tuple, () => {
      const matches = matchesOf(candidates, source, destination);
      return matches.length === 0 ? NONE : matches;
    });
  };
}

/** What is said of a pair and a service; `numberOf` is equal for services that no rule can tell apart. */
export function outcomeMemo(
  numberOf: (question: FlowQuestion) => number,
  judge: (source: Peer, destination: Peer, flow: FlowFacts) => Outcome,
): (source: Peer, destination: Peer, question: FlowQuestion, network: FlowFacts['network']) => Outcome {
  const kept = memo<Outcome>(3);
  const tuple = new Int32Array(3);
  return (source, destination, question, network) => {
    tuple[0] = source.class;
    tuple[1] = destination.class;
    tuple[2] = numberOf(question);
    return kept(tuple, () => judge(source, destination, { ...question, network }));
  };
}
