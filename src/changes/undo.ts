import { Failure } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { wayBackOfRows } from './bulk-rows.ts';
import { fillBody, fillPath, mapHrefs } from './placeholders.ts';
import type { BareRequest, Check, Plan, PlanDraft, PlannedRequest, RequestOutcome, WayBack } from './plan.ts';
import { targetOf, touchedBy } from './target.ts';
import { draftHref, hrefsInSubset } from './wire.ts';

export interface UndoDraft extends PlanDraft {
  readonly takesBack: readonly number[];
}

export interface UndoOptions {
  /** Hrefs of what is not provisioned, where a way back depends on that. */
  readonly pending?: ReadonlySet<string>;
  /** The plan ran to its end, where objects that several requests changed were read again. */
  readonly readAtEnd: boolean;
}

/**
 * The way back of what a plan did, last request first, each guarded by a check that nobody changed the object since. Throws `conflict` when nothing of it can be taken back. What comes back
 * differently, and what cannot be taken back at all, is among the warnings.
 */
export function planUndo(
  plan: Plan,
  journal: readonly RequestOutcome[],
  { pending = new Set(), readAtEnd }: UndoOptions,
): UndoDraft {
  const created = new Map(
    journal.flatMap(({ href }, index) => (href === null ? [] : [[String(index + 1), href] as const])),
  );
  const requests: PlannedRequest[] = [];
  const takesBack: number[] = [];
  const warnings: string[] = [];
  const finished = plan.requests.every((_, index) => journal[index]?.result === 'done');
  for (const [index, outcome] of [...journal.entries()].toReversed()) {
    const request = plan.requests[index];
    if (request === undefined) continue;
    if (outcome.result === 'unknown')
      warnings.push(`Not undone, as it is not known whether it was done: ${request.says}.`);
    if (outcome.result !== 'done' && outcome.result !== 'undo_failed') continue;
    const { undo } = request;
    if (undo.kind === 'none') {
      warnings.push(`Cannot be undone: ${request.says} (${undo.why}).`);
      continue;
    }
    if (undo.unfinishedOnly === true && finished) continue;
    const { way, since } = wayOf(request, outcome, created, pending);
    if (way.loses.length > 0) warnings.push(`Comes back differently (${way.loses.join(', ')}): ${request.says}.`);
    const names = new Map([...created, ...(outcome.href === null ? [] : [['self', outcome.href] as const])]);
    const first = requests.length;
    // A plan that got half-way was not read again at its end: what later requests made of the object is not known.
    const comparable = readAtEnd || !touchedLater(plan, journal, index, created);
    for (const [at, one] of way.requests.entries()) {
      requests.push(planned(one, first, names, at === 0 && comparable ? since : NO_CHECK));
      takesBack.push(index);
    }
  }
  if (requests.length === 0)
    throw new Failure('conflict', { message: `Nothing of this plan can be undone. ${warnings.join(' ')}`.trim() });
  return {
    tool: 'undo-change',
    title: `Undo: ${plan.title}${warnings.length > 0 ? ' (partial)' : ''}`,
    requests,
    takesBack,
    widening: [],
    warnings,
    mode: plan.mode,
    effect: plan.effect,
  };
}

const NO_CHECK: Check = Object.freeze({ kind: 'none' });

function touchedLater(
  plan: Plan,
  journal: readonly RequestOutcome[],
  index: number,
  created: ReadonlyMap<string, string>,
): boolean {
  const request = plan.requests[index];
  const target =
    request === undefined
      ? null
      : targetOf(request.method, fillPath(request.path, created), journal[index]?.href ?? null);
  const range = { from: index + 1, to: journal.length };
  return target !== null && touchedBy(plan, journal, target, range, (path) => fillPath(path, created)) !== null;
}

/** The way that fits: once a draft change has been provisioned, reverting it is no longer one. */
function wayOf(
  request: PlannedRequest,
  outcome: RequestOutcome,
  created: ReadonlyMap<string, string>,
  pending: ReadonlySet<string>,
): { readonly way: WayBack; readonly since: Check } {
  const { undo } = request;
  if (undo.kind === 'none') return { way: { requests: [], loses: [] }, since: NO_CHECK };
  const target = targetOf(request.method, fillPath(request.path, created), outcome.href);
  const reverted = undo.requests.flatMap(({ body }) => hrefsInSubset(body));
  const provisioned = undo.later !== undefined && !reverted.some((href) => pending.has(draftHref(href)));
  const way = wayBackOfRows(provisioned && undo.later !== undefined ? undo.later : undo, outcome.rows);
  // A deletion that went live left nothing to compare.
  const gone = provisioned && request.method === 'DELETE';
  const comparable = target !== null && outcome.after !== null && !gone;
  return {
    way,
    since: comparable ? { kind: 'unchanged', href: target, digest: outcome.after, fields: null } : NO_CHECK,
  };
}

function planned(one: BareRequest, first: number, names: ReadonlyMap<string, string>, since: Check): PlannedRequest {
  const { method, path, body, says, check = since, trace = { kind: 'none' }, proof } = one;
  const filled = (text: string): string => numbered(first)(fillPath(text, names));
  return {
    method,
    path: filled(path),
    body: mapHrefs(fillBody(body, names), numbered(first)),
    says,
    check: filledCheck(check, names),
    trace: trace.kind === 'new_in' ? { kind: 'new_in', list: filled(trace.list) } : trace,
    ...(proof === undefined ? {} : { proof }),
    undo: { kind: 'none', why: 'it is itself the way back' },
    diff: [],
  };
}

function filledCheck(check: Check, names: ReadonlyMap<string, string>): Check {
  if (check.kind === 'clean') return { kind: 'clean', version: check.version ?? versionOf(names.get('self')) };
  if (check.kind !== 'each') return check;
  return { ...check, items: check.items.map(({ href, is }) => ({ href, is: fillBody(is, names) as JsonObject })) }; // the same shape
}

/** The version that a commit made, by its href; none that exists where that is not known. */
const versionOf = (href: string | undefined): number => Number(/\/sec_policy\/(\d+)$/.exec(href ?? '')?.[1] ?? -1);

/** `{+2}`, the second request of this way back, by its number in the whole undo. */
const numbered =
  (first: number) =>
  (text: string): string =>
    text.replace(/\{\+(\d+)\}/g, (_, n: string) => `{${first + Number(n)}}`);
