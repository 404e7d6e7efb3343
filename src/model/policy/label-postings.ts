import { TupleIndex } from '../flows/tuple-index.ts';
import type { KeyCondition, LabelsByKey } from './conditions.ts';

/** Clauses by the combinations of labels that their conditions ask for. */
export interface LabelPostings {
  /** `shareOf` says which conditions leave few workloads: those count where not all can. */
  post(conditions: readonly KeyCondition[], shareOf: (condition: KeyCondition) => number, clause: number): void;
  /** Gives `visit` the clauses whose conditions these labels may meet. */
  ask(labels: LabelsByKey, visit: (clauses: readonly number[]) => void): void;
}

/** A clause stands under so many combinations at most; conditions beyond are left to the test of the clause. */
const MAX_COMBINATIONS = 64;

interface Chosen {
  readonly key: number;
  readonly labels: ReadonlySet<number>;
}

/** The conditions to post by, by key: the most selective, and of the others as many as the combinations allow. */
function chosenOf(
  conditions: readonly KeyCondition[],
  shareOf: (condition: KeyCondition) => number,
): readonly Chosen[] {
  const sorted = conditions.length < 2 ? conditions : conditions.toSorted((a, b) => shareOf(a) - shareOf(b));
  const chosen: Chosen[] = [];
  let combinations = 1;
  for (const { key, include } of sorted) {
    // A scope and a list may both ask for a key: one of them is enough here.
    if (include === null || chosen.some((one) => one.key === key)) continue;
    if (chosen.length > 0 && combinations * include.size > MAX_COMBINATIONS) continue;
    combinations *= include.size;
    chosen.push({ key, labels: include });
  }
  return chosen.sort((a, b) => a.key - b.key);
}

/** The clauses posted under combinations of labels of the same keys. */
interface Shape {
  readonly keys: readonly number[];
  readonly tuple: Int32Array;
  readonly index: TupleIndex;
  readonly lists: number[][];
}

function postAll(shape: Shape, chosen: readonly Chosen[], position: number, clause: number): void {
  const { tuple, index, lists } = shape;
  const next = chosen[position];
  if (next === undefined) {
    const list = (lists[index.idOf(tuple)] ??= []);
    if (list.at(-1) !== clause) list.push(clause);
    return;
  }
  for (const label of next.labels) {
    tuple[position] = label;
    postAll(shape, chosen, position + 1, clause);
  }
}

export function labelPostings(): LabelPostings {
  const shapes = new Map<string, Shape>();
  return {
    post(conditions, shareOf, clause) {
      const chosen = chosenOf(conditions, shareOf);
      if (chosen.length === 0) return;
      const keys = chosen.map(({ key }) => key);
      const name = keys.join(' ');
      const shape: Shape = shapes.get(name) ?? {
        keys,
        tuple: new Int32Array(keys.length),
        index: new TupleIndex(keys.length),
        lists: [],
      };
      shapes.set(name, shape);
      postAll(shape, chosen, 0, clause);
    },
    ask(labels, visit) {
      for (const { keys, tuple, index, lists } of shapes.values()) {
        for (let position = 0; position < keys.length; position += 1) tuple[position] = labels(keys[position] ?? 0);
        const list = lists[index.find(tuple) ?? -1];
        if (list !== undefined) visit(list);
      }
    },
  };
}
