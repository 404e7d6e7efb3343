import { MAX_BULK_ITEMS } from '../../changes/bulk.ts';
import type { PceReader, PlannedRequest } from '../../changes/plan.ts';
import { Failure } from '../../core/errors.ts';
import type { PceView } from '../../pce/view.ts';
import type { BulkRow } from './bulk-answer.ts';
import type { Matched } from './bulk-workloads-match.ts';
import type { GivenRow } from './bulk-workloads-rows.ts';
import type { Previous } from './bulk-workloads-undo-file.ts';
import type { MatchOn } from './workload-index.ts';
import type { LabelPlanner } from './workload-labels.ts';

export interface BulkWish {
  readonly operation: 'create' | 'update' | 'relabel' | 'delete';
  readonly by: MatchOn;
  readonly given: readonly GivenRow[];
  readonly planner: LabelPlanner;
}

export interface Reading {
  readonly pce: PceReader;
  readonly view: PceView;
  readonly signal: AbortSignal;
}

export interface BulkPlan {
  /** One for each row given, in their order. */
  readonly rows: readonly BulkRow[];
  /** The bulk requests: the rows that change, in their order, a thousand in each. */
  readonly steps: readonly PlannedRequest[];
  readonly previous: readonly Previous[];
  readonly widening: readonly string[];
  readonly warnings: readonly string[];
}

/** As many in each as one bulk call takes. */
export const chunks = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / MAX_BULK_ITEMS) }, (_, n) =>
    items.slice(n * MAX_BULK_ITEMS, (n + 1) * MAX_BULK_ITEMS),
  );

/** A row that cannot be carried out stays as it is and says why; the others go on. */
export function refusedRow(error: unknown): Pick<BulkRow, 'stays' | 'detail'> {
  if (!(error instanceof Failure)) throw error;
  const { candidates } = error.data;
  const near = Array.isArray(candidates) && candidates.length > 0 ? ` Near: ${candidates.slice(0, 3).join(', ')}` : '';
  return { stays: 'refused', detail: `${error.message}${near}` };
}

export const unmatched = ({ given, name, why }: Extract<Matched, { readonly workload: null }>): BulkRow => ({
  row: given.number,
  workload: name,
  change: '',
  ...why,
});
