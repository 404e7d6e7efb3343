import type { Answer } from '../../answer/answer.ts';
import type { ChangeOutcome } from '../../changes/plan.ts';
import { hrefsInSubset } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import { changeAnswer, undoText } from '../change.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import type { ToolContext } from '../tool.ts';
import type { PolicyChangeRow } from './policy-change-row.ts';
import { type ProvisionPreview, previewProvision } from './provision-preview.ts';
import { refuseDifference, versionMade } from './provisioned.ts';

export const TOOL = 'provision-policy';

/** Plans the provisioning of a preview and, unless it is only planned, does it. */
export async function provision(
  preview: ProvisionPreview,
  { note, planOnly }: { readonly note: string; readonly planOnly: boolean },
  context: ToolContext,
): Promise<Answer<PolicyChangeRow>> {
  const changes = await context.changes();
  const { request, warnings, changes: objects } = preview;
  const title = `provision ${plural(objects.length, 'object')}`;
  const draft = {
    tool: TOOL,
    title,
    requests: [request],
    widening: [],
    warnings,
    mode: 'atomic',
    effect: 'provision',
  } as const;
  const options = { dryRun: planOnly, signal: context.signal, onProgress: context.progress };
  const outcome = await changes
    .propose(draft, options)
    .catch((error: unknown) => previewAnew(error, request.body, note, context));
  await refuseDifference(outcome, changes, context);
  // Throws where it did not go through.
  if (!planOnly) changeAnswer(outcome, { done: title });
  const made = await versionMade(outcome, changes);
  return provisionAnswer(preview, outcome, { note, made });
}

function provisionAnswer(
  { rows, changes: objects, added, impact, warnings, request }: ProvisionPreview,
  { plan, state, outcomes }: ChangeOutcome,
  { note, made }: { readonly note: string; readonly made: Awaited<ReturnType<typeof versionMade>> },
): Answer<PolicyChangeRow> {
  const along = added === 0 ? '' : `, ${added} of them because others need them`;
  const touched =
    impact === null ? '' : ` ${plural(impact.managed_workloads, 'managed workload')} would get new policy.`;
  const affected =
    made?.workloads_affected === null ? '' : `, ${plural(made?.workloads_affected ?? 0, 'workload')} affected`;
  const uncompared = outcomes[0]?.message?.startsWith('Provisioned, but') === true ? ` ${outcomes[0].message}` : '';
  const said =
    made === null
      ? `Planned, nothing sent: provision ${plural(objects.length, 'object')}${along}.${touched}`
      : `Provisioned ${plural(objects.length, 'object')}${along} as version ${made.version}${affected}.${uncompared}`;
  return {
    answer: said,
    items: rows,
    totals: { total: objects.length, added },
    coverage: { rows_read: objects.length, truncated: false, gaps: [] },
    extra: {
      message: said,
      change_description: note,
      ...present({ version: made?.version, workloads_affected: made?.workloads_affected, href: made?.href, impact }),
      plan_id: plan.id,
      state,
      dry_run: made === null,
      requests: [`${request.method} ${request.path} ${JSON.stringify(request.body)}`],
      undo: undoText(plan.requests),
      ...(warnings.length > 0 ? { warnings } : {}),
    },
    next:
      made === null
        ? [`apply-plan plan_id=${plan.id}`]
        : [`undo-change plan_id=${plan.id}`, `rollback-policy version=${made.version - 1}`],
    evidence: objects.map(({ href }) => href),
  };
}

/**
 * After a `conflict`, nothing was provisioned: throws it again with a new preview of the same objects, as a plan that can be applied.
 * Anything else is thrown as it is.
 */
export async function previewAnew(error: unknown, body: unknown, note: string, context: ToolContext): Promise<never> {
  if (!(error instanceof Failure) || error.code !== 'conflict') throw error;
  const hrefs = hrefsInSubset(isObject(body) ? (body as Parameters<typeof hrefsInSubset>[0]) : undefined); // JSON of the plan
  const preview = await previewProvision(hrefs, note, context);
  if (preview === null) throw error;
  const { request, warnings, rows, changes: objects } = preview;
  const changes = await context.changes();
  const title = `provision ${plural(objects.length, 'object')}`;
  const { plan } = await changes.propose(
    { tool: TOOL, title, requests: [request], widening: [], warnings, mode: 'atomic', effect: 'provision' },
    { dryRun: true },
  );
  throw new Failure('conflict', {
    message: `${error.message} Nothing was provisioned.`,
    remedy: `Look at the new preview; apply-plan plan_id=${plan.id} provisions that.`,
    data: {
      plan_id: plan.id,
      preview: rows.map(
        ({ change, type, name, href, diff }) => `${change} ${type} ${name} (${href}): ${diff.join('; ')}`,
      ),
    },
  });
}
