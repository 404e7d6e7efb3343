import { MAX_VALUE_LENGTH } from '../../answer/sanitise.ts';
import type { ChangeOutcome } from '../../changes/plan.ts';
import { changeColumns, type ChangeRow, changeRow, undoText } from '../change.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { plural, tally, tallyText } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { bulkRows } from './bulk-rows.ts';

/** A request or one of the objects it names; or what a bulk change found, by column. */
type PlanRow = ChangeRow | Readonly<Record<string, string>>;

const isStep = (row: PlanRow): row is ChangeRow => typeof row['step' as keyof PlanRow] === 'number';

export default defineTool({
  name: 'get-plan',
  title: 'Show a plan',
  description:
    'Shows all of a plan, page by page: each request or row and what became of it, or what a bulk change found before. Sends nothing: apply-plan, undo-change.',
  toolset: 'lifecycle',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      plan_id: text,
      show: described(oneOf('steps', 'before'), 'before: old values of a bulk change'),
    },
    required: ['plan_id'],
  },
  output: envelope(
    { step: integer, request: text, does: text, diff: texts, result: text, href: text, detail: text },
    { requests: integer, rows: integer, done: integer },
    { extra: { plan_id: text, tool: text, state: text, undo: text, warnings: texts, widening: texts }, open: true },
  ),
  example: { plan_id: 'plan_0123456789abcdef0123456789abcdef' },
  columns: [
    {
      header: 'before',
      value: (row: PlanRow) =>
        isStep(row) ? undefined : Object.entries(row).map(([column, cell]) => `${column}: ${cell}`),
    },
    ...changeColumns.map((column) => ({
      header: column.header,
      value: (row: PlanRow) => (isStep(row) ? column.value(row) : undefined),
    })),
  ],

  async run({ plan_id: id, show = 'steps' }, context) {
    const changes = await context.changes();
    const stored = await changes.get(id);
    const { plan, state, outcomes } = stored;
    const { undoRows: found = [] } = plan;
    const steps = show === 'before' ? [] : rowsOf(stored);
    const items: readonly PlanRow[] = show === 'before' ? found : steps;
    const long = found.filter((row) => Object.values(row).some((cell) => cell.length > MAX_VALUE_LENGTH)).length;
    const results = tallyText(tally(steps.map(({ result }) => result)));
    return {
      answer:
        show === 'before'
          ? `${plural(found.length, 'row')} with what was there before: ${plan.title}.`
          : `${plan.title}: ${state}; ${plural(steps.length, 'row')} of ${plural(plan.requests.length, 'request')}: ${results}.`,
      items,
      totals: {
        requests: plan.requests.length,
        rows: items.length,
        done: outcomes.filter(({ result }) => result === 'done').length,
      },
      coverage: {
        rows_read: items.length,
        truncated: show === 'before' && long > 0,
        gaps:
          show === 'before' && long > 0
            ? [`the end of long values in ${plural(long, 'row')}: undo-change puts them back whole`]
            : [],
      },
      extra: {
        plan_id: id,
        tool: plan.tool,
        state,
        undo: undoText(plan.requests),
        ...(plan.warnings.length > 0 ? { warnings: plan.warnings } : {}),
        ...(plan.widening.length > 0 ? { widening: plan.widening } : {}),
      },
      next:
        state === 'planned'
          ? [`apply-plan plan_id=${id}`]
          : state === 'applied' || state === 'stuck'
            ? [`undo-change plan_id=${id}`]
            : [],
    };
  },
});

/** One row a request; one an object where the request names many. */
const rowsOf = ({ plan, outcomes }: ChangeOutcome): readonly ChangeRow[] =>
  plan.requests.flatMap((request, index) => {
    const row = changeRow(request, index, outcomes[index]);
    return bulkRows(row, request, outcomes[index]) ?? [row];
  });
