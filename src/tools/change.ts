import type { ChangeOutcome, FieldDiff, PlanDraft, PlannedRequest, RequestOutcome } from '../changes/plan.ts';
import type { Answer, Column } from '../answer/answer.ts';
import type { Effect } from '../core/authority.ts';
import { Failure } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { envelope } from './envelope.ts';
import { described, flag, integer, text, texts } from './fields.ts';
import { type ImpactOptions, impactOf, trafficImpact, withImpact } from './lifecycle/traffic-impact.ts';
import { plural } from './listing.ts';
import type { ToolContext } from './tool.ts';

/** One request of a change, as a person reads it. */
export interface ChangeRow {
  readonly step: number;
  readonly request: string;
  readonly does: string;
  readonly diff: readonly string[];
  readonly result: string;
  readonly href?: string;
  readonly detail?: string;
}

/** The field every writing tool has. */
export const dryRun = { dry_run: described(flag, 'Only plan: show requests, send nothing') } as const;

type Properties = Parameters<typeof envelope>[0];

/** The published output of a writing tool: the envelope over its requests, the plan, and the fields of the reference server. */
export const changeOutput = (extra: Properties = {}) =>
  envelope(
    { step: integer, request: text, does: text, diff: texts, result: text, href: text, detail: text },
    { requests: integer, done: integer },
    {
      extra: {
        plan_id: text,
        state: text,
        dry_run: flag,
        message: text,
        undo: text,
        warnings: texts,
        widening: texts,
        traffic_impact: trafficImpact,
        ...extra,
      },
    },
  );

export const changeColumns: readonly Column<ChangeRow>[] = [
  { header: 'step', value: (row) => row.step },
  { header: 'does', value: (row) => row.does },
  { header: 'request', value: (row) => row.request },
  { header: 'diff', value: (row) => row.diff.join('; ') },
  {
    header: 'result',
    value: (row) => [row.result, row.href, row.detail].filter((part) => part !== undefined).join(' '),
  },
];

/** A dry run changes nothing: authority and confirmation treat it as a read. */
export const unlessDryRun =
  (effect: Effect) =>
  ({ dry_run: planOnly }: { readonly dry_run?: boolean | undefined }): Effect =>
    planOnly === true ? 'read' : effect;

type Draft = Pick<PlanDraft, 'tool' | 'title' | 'effect'> & {
  /** Steps that would change nothing are null and left out. */
  readonly requests: readonly (PlannedRequest | null)[];
} & Partial<Pick<PlanDraft, 'widening' | 'warnings' | 'mode'>>;

/**
 * Plans a change and, without `dryRun`, applies it; a plan that touches policy carries what it does to traffic. Throws `nothing_to_change`
 * when no step is left.
 */
export async function carryOut(
  context: ToolContext,
  { requests, widening = [], warnings = [], mode = 'atomic', ...draft }: Draft,
  {
    dryRun: planOnly = false,
    query,
    ...told
  }: Told & Pick<ImpactOptions, 'query'> & { readonly dryRun: boolean | undefined },
): Promise<Answer<ChangeRow>> {
  const steps = requests.filter((request) => request !== null);
  if (steps.length === 0) throw new Failure('nothing_to_change');
  const changes = await context.changes();
  const outcome = await changes.propose(
    { ...draft, requests: steps, widening, warnings, mode },
    { dryRun: planOnly, signal: context.signal, onProgress: context.progress },
  );
  const answer = changeAnswer(outcome, told);
  return planOnly ? withImpact(answer, await impactOf(steps, context, { query })) : answer;
}

/** Above so many requests an answer may not hold them all, and an answer of a change has no second page. */
const SHOWN_SURELY = 10;

/** Where all of a plan is shown. */
export const wholePlan = (id: string): string => `get-plan plan_id=${id} lists every step, page by page`;

export interface Told {
  /** What was done, in words: `Label env=qa created`. */
  readonly done: string;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  readonly next?: readonly string[] | undefined;
}

/**
 * The answer of a writing tool. A change that did not go through is a failure that says step by step what happened and whether
 * everything was taken back.
 */
export function changeAnswer(outcome: ChangeOutcome, { done, extra = {}, next = [] }: Told): Answer<ChangeRow> {
  const { plan, state, outcomes, failure } = outcome;
  const items = plan.requests.map((request, index) => changeRow(request, index, outcomes[index]));
  if (failure !== null || state === 'compensated' || state === 'stuck') throw failed(outcome, items);
  const planned = state === 'planned';
  const requests = plan.requests.length;
  const said = planned
    ? `Planned, nothing sent: ${plan.title.replace(/\.$/, '')} (${plural(requests, 'request')}).`
    : `${done} (${plural(requests, 'request')}).`;
  const undo = undoText(plan.requests);
  return {
    answer: [said, ...plan.widening.map((widening) => `Widens policy: ${widening}.`)].join(' '),
    items,
    totals: { requests, done: outcomes.filter(({ result }) => result === 'done').length },
    coverage: { rows_read: requests, truncated: false, gaps: [] },
    extra: {
      ...extra,
      message: said,
      plan_id: plan.id,
      state,
      dry_run: planned,
      undo,
      ...(plan.warnings.length > 0 ? { warnings: plan.warnings } : {}),
      ...(plan.widening.length > 0 ? { widening: plan.widening } : {}),
    },
    next: [
      ...(planned
        ? [`apply-plan plan_id=${plan.id}`]
        : undo === 'full' || undo === 'partial'
          ? [`undo-change plan_id=${plan.id}`]
          : []),
      ...(requests > SHOWN_SURELY ? [wholePlan(plan.id)] : []),
      ...next,
    ],
    evidence: items.flatMap(({ href }) => (href === undefined ? [] : [href])),
  };
}

/** What can be taken back later: `full`, `partial` (something comes back differently or not), `none`. */
export function undoText(requests: readonly PlannedRequest[]): 'full' | 'partial' | 'none' {
  const whole = requests.every(({ undo }) => undo.kind === 'requests' && undo.loses.length === 0);
  if (whole) return 'full';
  return requests.some(({ undo }) => undo.kind === 'requests') ? 'partial' : 'none';
}

/** Request n, from 0, of a plan, and what became of it. */
export function changeRow(request: PlannedRequest, index: number, outcome: RequestOutcome | undefined): ChangeRow {
  return {
    step: index + 1,
    request: `${request.method} ${request.path}`,
    does: request.says,
    diff: request.diff.map(diffText),
    result: outcome?.result ?? 'not_sent',
    ...(outcome?.href ? { href: outcome.href } : {}),
    ...(outcome?.message ? { detail: outcome.message } : {}),
  };
}

export const diffText = ({ field, before, after }: FieldDiff): string =>
  before === undefined ? `${field}: ${short(after)}` : `${field}: ${short(before)} → ${short(after)}`;

const MAX_VALUE_LENGTH = 160;

function short(value: JsonValue | undefined): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return shown.length > MAX_VALUE_LENGTH ? `${shown.slice(0, MAX_VALUE_LENGTH)}…` : shown;
}

function failed({ plan, state, failure }: ChangeOutcome, items: readonly ChangeRow[]): Failure {
  const stands =
    state === 'compensated'
      ? 'Everything that had been done was taken back; nothing stands.'
      : 'A part of it stands: see the steps.';
  return new Failure(state === 'compensated' ? 'change_failed' : 'change_incomplete', {
    message: `${plan.title}: ${failure?.message ?? 'it failed'} ${stands}`,
    data: {
      plan_id: plan.id,
      state,
      cause: failure?.code ?? 'internal',
      steps: items.map(
        ({ step, does, result, href, detail }) =>
          `${step}. ${does}: ${result}${href === undefined ? '' : ` ${href}`}${detail === undefined ? '' : ` (${detail})`}`,
      ),
    },
  });
}
