import { Failure } from '../../core/errors.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text, texts } from '../fields.ts';
import { defineTool } from '../tool.ts';
import { dryRun, unlessDryRun } from '../change.ts';
import { policyChangeColumns, policyChangeFields } from './policy-change-row.ts';
import { previewProvision } from './provision-preview.ts';
import { provision } from './provision-run.ts';
import { lookbackDays, trafficImpact } from './traffic-impact.ts';

export default defineTool({
  name: 'provision-policy',
  title: 'Provision draft policy',
  description:
    'Puts pending draft changes into force: those given by href with all they need, or everything. Preview with dry_run. Not for reverting: revert-draft.',
  toolset: 'lifecycle',
  effect: 'provision',
  input: {
    type: 'object',
    properties: {
      hrefs: described(texts, 'Pending objects; without: everything'),
      change_description: described(text, 'Note of the new version'),
      lookback_days: lookbackDays,
      ...dryRun,
    },
  },
  output: envelope(
    policyChangeFields,
    { total: integer, added: integer },
    {
      extra: {
        message: text,
        status: text,
        change_description: text,
        version: integer,
        workloads_affected: integer,
        href: text,
        plan_id: text,
        state: text,
        dry_run: flag,
        requests: texts,
        undo: text,
        warnings: texts,
        widening: texts,
        traffic_impact: trafficImpact,
        impact: {
          type: 'object',
          properties: {
            objects: integer,
            managed_workloads: integer,
            unmanaged_workloads: integer,
            container_workloads: integer,
            all_workloads: flag,
          },
        },
      },
    },
  ),
  example: {
    hrefs: ['/orgs/1/sec_policy/draft/rule_sets/12'],
    change_description: 'Open orders to payments',
    dry_run: true,
  },
  columns: policyChangeColumns,
  effectOf: unlessDryRun('provision'),

  async run(
    { hrefs, change_description: note = 'Provisioned via MCP', lookback_days: days, dry_run: planOnly = false },
    context,
  ) {
    // Whoever names nothing by mistake must not provision everything.
    if (hrefs?.length === 0)
      throw new Failure('invalid_arguments', {
        message: 'hrefs is empty: name pending objects, or leave it out for everything.',
      });
    const preview = await previewProvision(hrefs ?? null, note, context);
    if (preview === null) {
      const said = 'Nothing is pending; nothing was provisioned.';
      return {
        answer: said,
        items: [],
        totals: { total: 0, added: 0 },
        coverage: { rows_read: 0, truncated: false, gaps: [] },
        extra: { message: said, status: 'no_changes', change_description: note, dry_run: planOnly },
      };
    }
    return provision(preview, { note, planOnly, days }, context);
  },
});
