import type { Answer } from '../../answer/answer.ts';
import type { ChangeOutcome } from '../../changes/plan.ts';
import { hrefsInSubset, policyTypeOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import { changeAnswer, undoText } from '../change.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import type { ToolContext } from '../tool.ts';
import type { PolicyChangeRow } from './policy-change-row.ts';
import { type ProvisionPreview, previewProvision } from './provision-preview.ts';
import { refuseDifference, versionMade } from './provisioned.ts';
import { impactOf, withImpact } from './traffic-impact.ts';

export const TOOL = 'provision-policy';

/** Plans the provisioning of a preview and, unless it is only planned, does it. */
export async function provision(
  preview: ProvisionPreview,
  { note, planOnly, days }: { readonly note: string; readonly planOnly: boolean; readonly days: number | undefined },
  context: ToolContext,
): Promise<Answer<PolicyChangeRow>> {
  const changes = await context.changes();
  const { request } = preview;
  const draft = draftOf(preview);
  const { title } = draft;
  // Before the commit: then what is pending is no longer there to be read.
  const traffic = await impactOf([request], context, { days });
  const options = { dryRun: planOnly, signal: context.signal, onProgress: context.progress };
  const outcome = await changes
    .propose(draft, options)
    .catch((error: unknown) => previewAnew(error, request.body, note, context));
  await refuseDifference(outcome, changes, context);
  // Throws where it did not go through.
  if (!planOnly) changeAnswer(outcome, { done: title });
  const made = await versionMade(outcome, changes);
  return withImpact(provisionAnswer(preview, outcome, { note, made }), traffic);
}

const draftOf = ({ request, warnings, widening, changes: objects }: ProvisionPreview) =>
  ({
    tool: TOOL,
    title: `provision ${plural(objects.length, 'object')}`,
    requests: [request],
    widening,
    warnings,
    mode: 'atomic',
    effect: 'provision',
  }) as const;

function provisionAnswer(
  { rows, changes: objects, added, impact, warnings, widening, request }: ProvisionPreview,
  { plan, state, outcomes }: ChangeOutcome,
  { note, made }: { readonly note: string; readonly made: Awaited<ReturnType<typeof versionMade>> },
): Answer<PolicyChangeRow> {
  const shown = firstRows(rows);
  const left = rows.length - shown.length;
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
    answer: [said, ...widening.map((one) => `Widens policy: ${one}.`)].join(' '),
    items: shown,
    totals: { total: objects.length, added },
    coverage: {
      rows_read: objects.length,
      truncated: left > 0,
      gaps:
        left > 0
          ? [`${left} of ${rows.length} rows of differences are not shown: compare-draft-active lists what is pending`]
          : [],
    },
    extra: {
      message: said,
      change_description: note,
      ...present({ version: made?.version, workloads_affected: made?.workloads_affected, href: made?.href, impact }),
      plan_id: plan.id,
      state,
      dry_run: made === null,
      // One line for each object, so that a long list is shortened visibly and not in the middle.
      requests: [
        `${request.method} ${request.path} update_description=${JSON.stringify(note)}`,
        ...hrefsInSubset(request.body).map((href) => `change_subset ${policyTypeOf(href) ?? ''} ${href}`),
      ],
      undo: undoText(plan.requests),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(widening.length > 0 ? { widening } : {}),
    },
    next:
      made === null
        ? [`apply-plan plan_id=${plan.id}`]
        : [`undo-change plan_id=${plan.id}`, `rollback-policy version=${made.version - 1}`],
    evidence: objects.map(({ href }) => href),
  };
}

const MAX_SHOWN_CHARACTERS = 4_000;

/** As many rows as fit one page: a tool that changes something has no second one. */
function firstRows(rows: readonly PolicyChangeRow[]): readonly PolicyChangeRow[] {
  let room = MAX_SHOWN_CHARACTERS;
  const end = rows.findIndex((row) => (room -= JSON.stringify(row).length) < 0);
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
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
  const { rows, widening, request } = preview;
  const changes = await context.changes();
  const { plan } = await changes.propose(draftOf(preview), { dryRun: true });
  const traffic = await impactOf([request], context);
  throw new Failure('conflict', {
    message: `${error.message} Nothing was provisioned.`,
    remedy: `Look at the new preview; apply-plan plan_id=${plan.id} provisions that.`,
    data: {
      plan_id: plan.id,
      ...(widening.length > 0 ? { widening } : {}),
      ...(traffic === null ? {} : { traffic: traffic.impact.sentence }),
      preview: firstRows(rows).map(
        ({ change, type, name, href, diff }) => `${change} ${type} ${name} (${href}): ${diff.join('; ')}`,
      ),
    },
  });
}
