import type { Answer, Column } from '../../answer/answer.ts';
import type { ChangeOutcome } from '../../changes/plan.ts';
import { MAX_BULK_ITEMS } from '../../changes/bulk.ts';
import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { changeAnswer, changeOutput, type Told, wholePlan } from '../change.ts';
import { integer, text, texts } from '../fields.ts';
import { plural, tally, tallyText } from '../listing.ts';
import { present } from '../present.ts';

/** What is to become of one workload. */
export interface BulkRow {
  /** Of the rows given, from 1. */
  readonly row?: number | undefined;
  readonly workload: string;
  readonly href: string | null;
  /** `env: Dev → Prod; name: a → b`. */
  readonly change: string;
  /** Why nothing is sent for it; null: it is changed. */
  readonly stays: 'unchanged' | 'skipped' | 'exists' | 'not_found' | 'ambiguous' | 'duplicate' | 'refused' | null;
  readonly detail?: string | undefined;
}

export interface BulkItem {
  readonly row?: number;
  readonly workload: string;
  readonly change: string;
  readonly result: string;
  readonly href?: string;
  readonly detail?: string;
}

export const bulkColumns: readonly Column<BulkItem>[] = [
  { header: 'row', value: (item) => item.row },
  { header: 'workload', value: (item) => item.workload },
  { header: 'change', value: (item) => item.change },
  { header: 'result', value: (item) => [item.result, item.detail].filter((part) => part !== undefined).join(': ') },
  { header: 'href', value: (item) => item.href },
];

/**
 * The published output of a bulk tool. It has no cursor: asking for the next page would send the changes again. So it shows the first
 * rows only, those that went wrong before the others, and counts all.
 */
export function bulkOutput() {
  const { cursor: _cursor, ...properties } = changeOutput({ undo_csv: texts }).properties;
  const item = { row: integer, workload: text, change: text, result: text, href: text, detail: text };
  return {
    ...changeOutput(),
    properties: {
      ...properties,
      items: { type: 'array' as const, items: { type: 'object' as const, properties: item } },
      totals: { type: 'object' as const, additionalProperties: integer },
    },
  };
}

const MAX_SHOWN = 15;
const MAX_WORKLOAD = 60;
const MAX_TEXT = 110;

/** What somebody has to look at comes first. */
const ORDER = ['failed', 'unknown', 'not_sent', 'refused', 'ambiguous', 'not_found', 'duplicate', 'exists'];

export interface BulkTold extends Pick<Told, 'extra' | 'next'> {
  /** What a row is: `row`, `workload`. */
  readonly noun: string;
  /** `3 of 5 rows` → `relabel 3 of 5 rows`. */
  planned(share: string): string;
  /** `3 of 5 rows` → `3 of 5 rows relabelled`. */
  done(share: string): string;
}

/** The answer of a bulk tool. `rows` whose change was sent are in the order of the plan's bulk requests, its last ones. */
export function bulkAnswer(
  outcome: ChangeOutcome,
  rows: readonly BulkRow[],
  { noun, extra = {}, next, ...told }: BulkTold,
): Answer<BulkItem> {
  const changing = rows.filter(({ stays }) => stays === null).length;
  const first = outcome.plan.requests.length - Math.ceil(changing / MAX_BULK_ITEMS);
  let at = 0;
  const items = rows.map((row): BulkItem => {
    if (row.stays !== null) return itemOf(row, row.stays, row.detail, row.href);
    const place = at++;
    return sentItem(row, outcome, first + Math.floor(place / MAX_BULK_ITEMS), place % MAX_BULK_ITEMS);
  });
  const base = changeAnswer(outcome, { done: outcome.plan.title, extra, ...(next === undefined ? {} : { next }) });
  const results = tally(items.map(({ result }) => result));
  const planned = outcome.state === 'planned';
  const went = items.filter(({ result }) => ['created', 'updated', 'deleted'].includes(result)).length;
  if (!planned && went === 0) throw noneWent(outcome);
  const others = results.filter(([result]) => !['created', 'updated', 'deleted', 'planned'].includes(result));
  const requests = plural(outcome.plan.requests.length, 'request');
  const share = (count: number): string => `${count} of ${plural(rows.length, noun)}`;
  const said = planned
    ? `Planned, nothing sent: ${told.planned(share(changing))} (${requests}).`
    : `${told.done(share(went))} (${requests}).`;
  const { widening } = outcome.plan;
  const shown = items.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, MAX_SHOWN);
  const hidden = items.length - shown.length;
  return {
    ...base,
    answer: [
      said,
      ...(others.length === 0 ? [] : [`${planned ? 'Left alone' : 'Others'}: ${tallyText(others)}.`]),
      ...widening.map((one) => `Widens policy: ${one}.`),
    ].join(' '),
    extra: { ...base.extra, message: said },
    items: shown,
    totals: { rows: rows.length, requests: outcome.plan.requests.length, ...Object.fromEntries(results) },
    coverage: {
      rows_read: rows.length,
      truncated: hidden > 0,
      gaps: hidden === 0 ? [] : [`${hidden} of ${rows.length} rows are counted but not listed here`],
    },
    next: [...(base.next ?? []), ...(hidden === 0 ? [] : [wholePlan(outcome.plan.id)])],
    // The rows name them.
    evidence: [],
  };
}

/** Labels were made for workloads none of which was changed. */
function noneWent({ plan, outcomes }: ChangeOutcome): Failure {
  const steps = plan.requests.map(({ says }, index) => {
    const { result = 'not_sent', href = null, message = null } = outcomes[index] ?? {};
    return [`${index + 1}. ${says}: ${result}`, href, message === null ? null : `(${message})`]
      .filter((part) => part !== null)
      .join(' ');
  });
  return new Failure('change_incomplete', {
    message: `${plan.title}: no workload was changed, but what was made for it stands.`,
    remedy: 'undo-change with the plan_id takes it back.',
    data: { plan_id: plan.id, steps },
  });
}

const rankOf = ({ result }: BulkItem): number => {
  const place = ORDER.indexOf(result);
  if (place >= 0) return place;
  return result === 'unchanged' || result === 'skipped' ? ORDER.length + 1 : ORDER.length;
};

function sentItem(row: BulkRow, { state, outcomes }: ChangeOutcome, request: number, index: number): BulkItem {
  if (state === 'planned') return itemOf(row, 'planned', row.detail, row.href);
  const outcome = outcomes[request];
  const own = outcome?.rows?.[index];
  if (own === undefined) return itemOf(row, outcome?.result ?? 'not_sent', outcome?.message ?? undefined, row.href);
  return itemOf(
    row,
    textOf(own, 'status') ?? 'unknown',
    textOf(own, 'message') ?? row.detail,
    textOf(own, 'href') ?? row.href,
  );
}

const itemOf = (row: BulkRow, result: string, detail: string | undefined, href: string | null): BulkItem => ({
  ...present({ row: row.row }),
  workload: clip(row.workload, MAX_WORKLOAD),
  change: clip(row.change, MAX_TEXT),
  result,
  ...present({ href, detail: detail === undefined ? undefined : clip(detail, MAX_TEXT) }),
});

const clip = (given: string, length: number): string => (given.length > length ? `${given.slice(0, length)}…` : given);

/** Throws where no row changes anything: then there is nothing to plan. */
export function refuseNothing(rows: readonly BulkRow[]): void {
  if (rows.some(({ stays }) => stays === null)) return;
  const results = tally(rows.map(({ stays }) => stays ?? ''));
  throw new Failure('nothing_to_change', {
    message: `Nothing would change: ${rows.length === 0 ? 'no workload is meant' : tallyText(results)}.`,
    data: {
      rows: rows
        .slice(0, MAX_SHOWN)
        .map(({ row, workload, stays, detail }) =>
          [`${row === undefined ? '' : `${row}. `}${clip(workload, MAX_WORKLOAD)}: ${stays ?? ''}`, detail]
            .filter((part) => part !== undefined)
            .join(', '),
        ),
    },
  });
}

export const DEFAULT_MAX_CHANGES = 1_000;

/** Throws `too_many_changes`. */
export function refuseTooMany(rows: readonly BulkRow[], maxChanges: number): void {
  const changing = rows.filter(({ stays }) => stays === null).length;
  if (changing <= maxChanges) return;
  throw new Failure('too_many_changes', {
    message: `${plural(changing, 'workload')} would change, more than max_changes ${maxChanges}; nothing was sent.`,
    data: { changes: changing, max_changes: maxChanges },
  });
}
