import { bulkUpdateStep } from '../../changes/bulk.ts';
import { nameOf, textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { dryRun, unlessDryRun } from '../change.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { workloadFilter } from '../label-argument.ts';
import { impactOf, withImpact } from '../lifecycle/traffic-impact.ts';
import { plural, tally } from '../listing.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import {
  bulkAnswer,
  bulkColumns,
  bulkOutput,
  type BulkRow,
  DEFAULT_MAX_CHANGES,
  refuseNothing,
  refuseTooMany,
} from './bulk-answer.ts';
import { chunks } from './bulk-workloads-row.ts';
import { meaningOf, type Mode, MODES } from './mode-change.ts';
import { isManaged, restoredField } from './workload-fields.ts';
import { chosenWorkloads, workloadsPath } from './workload-index.ts';
import { workloadTarget } from './workload-target.ts';

export default defineTool({
  name: 'set-enforcement-mode',
  title: 'Set the enforcement mode of workloads',
  description:
    'Sets the enforcement mode of managed workloads at once, chosen by labels or as a list. Look at enforcement-readiness first. Not for labels: bulk-workloads.',
  toolset: 'inventory',
  effect: 'live',
  input: {
    type: 'object',
    properties: {
      enforcement_mode: oneOf(...MODES),
      labels: described(text, 'Like app=ordering env=prod'),
      workloads: described(texts, 'Exact names, host names or hrefs'),
      max_changes: described({ ...integer, minimum: 1 }, 'Refuse above this (default 1000)'),
      ...dryRun,
    },
    required: ['enforcement_mode'],
  },
  output: bulkOutput(),
  example: { enforcement_mode: 'selective', labels: 'app=ordering env=staging', dry_run: true },
  columns: bulkColumns,
  effectOf: unlessDryRun('live'),

  async run({ enforcement_mode: mode, max_changes: maxChanges = DEFAULT_MAX_CHANGES, ...args }, context) {
    const changes = await context.changes();
    const workloads = await targets(args, context);
    const rows = workloads.map((workload) => rowOf(workload, mode));
    refuseNothing(rows);
    refuseTooMany(rows, maxChanges);
    const moving = workloads.filter((_, index) => rows[index]?.stays === null);
    const notes = modesOf(moving).map(([old, count]) => meaningOf(old, mode, plural(count, 'workload')));
    const requests = chunks(moving).map((part) =>
      bulkUpdateStep({
        collection: workloadsPath(changes.pce),
        items: part.map((before) => ({ before, changes: { enforcement_mode: mode } })),
        says: `set ${plural(part.length, 'workload')} to ${mode}`,
        restore: restoredField,
        diff: modesOf(part).map(([old, count]) => ({
          field: `enforcement_mode of ${plural(count, 'workload')}`,
          before: old,
          after: mode,
        })),
      }),
    );
    const outcome = await changes.propose(
      {
        tool: 'set-enforcement-mode',
        title: `set ${plural(moving.length, 'workload')} to ${mode}`,
        requests,
        widening: notes.flatMap(({ widening }) => widening),
        warnings: notes.flatMap(({ warnings }) => warnings),
        mode: 'rows',
        effect: 'live',
      },
      { dryRun: args.dry_run === true, signal: context.signal, onProgress: context.progress },
    );
    const answer = bulkAnswer(outcome, rows, {
      noun: 'workload',
      planned: (share) => `set ${share} to ${mode}`,
      done: (share) => `${share} set to ${mode}`,
    });
    return args.dry_run === true ? withImpact(answer, await impactOf(requests, context)) : answer;
  },
});

const modeOf = (workload: JsonObject): string => textOf(workload, 'enforcement_mode') ?? 'unknown';
const modesOf = (workloads: readonly JsonObject[]) => tally(workloads.map(modeOf));

interface Chosen {
  readonly labels?: string | undefined;
  readonly workloads?: readonly string[] | undefined;
}

async function targets({ labels, workloads }: Chosen, context: ToolContext): Promise<readonly JsonObject[]> {
  if ((labels === undefined) === (workloads === undefined))
    throw new Failure('invalid_arguments', { message: 'Give either labels or workloads.' });
  if (labels !== undefined) {
    const { pce, signal } = context;
    return chosenWorkloads(
      await workloadFilter(labels, pce.resolve, { signal }),
      (await context.changes()).pce,
      signal,
    );
  }
  const found = await named(workloads ?? [], context);
  return [...new Map(found.map((workload) => [workload['href'], workload])).values()];
}

/** From so many names on, one listing of all costs less than two filtered ones for each. */
const LISTED_FROM = 10;

/** Each by href or by exactly its name or host name. Throws for the first that is none or several. */
async function named(given: readonly string[], context: ToolContext): Promise<readonly JsonObject[]> {
  const { pce } = await context.changes();
  const all = given.length < LISTED_FROM ? [] : await pce.list(workloadsPath(pce), {}, context.signal);
  const known = new Map<string, readonly JsonObject[]>();
  for (const workload of all)
    for (const key of new Set(['href', 'name', 'hostname'].map((field) => textOf(workload, field) ?? '')))
      known.set(key, [...(known.get(key) ?? []), workload]);
  return Promise.all(
    given.map(async (one) => {
      const [only, second] = known.get(one) ?? [];
      if (only !== undefined && second === undefined) return only;
      return (await workloadTarget(one.startsWith('/') ? { href: one } : { name: one }, context)).before;
    }),
  );
}

function rowOf(workload: JsonObject, mode: Mode): BulkRow {
  const now = modeOf(workload);
  const row = { workload: nameOf(workload), href: textOf(workload, 'href'), change: `${now} → ${mode}` };
  if (!isManaged(workload)) return { ...row, stays: 'skipped', detail: 'unmanaged: nothing is enforced on it' };
  return now === mode ? { ...row, change: now, stays: 'unchanged' } : { ...row, stays: null };
}
