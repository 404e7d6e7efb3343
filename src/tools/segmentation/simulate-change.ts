import { riskOf } from '../../analysis/impact/risk.ts';
import { timeWindow } from '../../core/time-window.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { MAX_ROWS } from '../traffic/filters.ts';
import { hypothetical } from './hypothetical.ts';
import { changeCount, impactColumns, impactItem } from './impact-rows.ts';
import { policyImpact } from './policy-impact.ts';
import { readPolicy } from './policy-reading.ts';

const DEFAULT_DAYS = 30;

export default defineTool({
  name: 'simulate-change',
  title: 'Simulate a policy change',
  description:
    'Says which observed flows a change of rules, lists, services, labels or modes would block or allow. Sends no change; for a pending draft use review-draft.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      changes: described(
        {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            properties: {
              operation: oneOf('create', 'update', 'delete'),
              href: described(text, 'Object; for create its collection'),
              object: described(text, 'JSON: the changed fields'),
            },
            required: ['operation', 'href'],
          },
        },
        'As the requests would be, in order',
      ),
      policy: described(oneOf('draft', 'active'), 'Changed policy (default draft)'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      max_results: described({ ...integer, minimum: 1, maximum: MAX_ROWS }, 'Rows to read (default 200000)'),
    },
    required: ['changes'],
  },
  output: envelope(
    impactItem,
    {
      will_break: changeCount,
      may_break: changeCount,
      newly_allowed: changeCount,
      loses_rule: changeCount,
      gains_rule: changeCount,
      workloads_touched: integer,
      newly_blocked_rows: integer,
      judged_edges: integer,
    },
    {
      extra: { policy: text, changes: integer, risk: text, risk_reasons: texts, blast_count: integer, agreement: text },
    },
  ),
  example: {
    changes: [
      { operation: 'update', href: '/orgs/1/sec_policy/draft/rule_sets/88/sec_rules/98', object: '{"enabled":false}' },
    ],
  },
  columns: impactColumns,

  async run({ changes, policy: version = 'draft', max_results: maxResults = MAX_ROWS, ...dates }, context) {
    const window = timeWindow(
      { startDate: dates.start_date, endDate: dates.end_date, lookbackDays: dates.lookback_days },
      Math.floor(context.clock.now() / 1_000) * 1_000,
      DEFAULT_DAYS,
    );
    const now = await readPolicy(version, context);
    const then = hypothetical(now, changes);
    const impact = await policyImpact(context, now, then, window, { about: { maxResults } });
    const risk = riskOf(impact.answer.totals);
    return {
      answer: `${plural(changes.length, 'change')} of the ${version} policy, risk ${risk.grade}. ${impact.sentence}`,
      items: impact.rows,
      totals: { ...impact.totals },
      coverage: { ...impact.coverage, gaps: [...impact.coverage.gaps, ...window.notes] },
      extra: {
        policy: version,
        changes: changes.length,
        risk: risk.grade,
        risk_reasons: risk.reasons,
        blast_count: impact.totals.workloads_touched,
        ...present({ agreement: version === 'active' ? impact.agreement : null }),
      },
      next: ['The change itself: update-sec-rule, delete-ruleset, … with dry_run=true.'],
      evidence: changes.map(({ href }) => href),
    };
  },
});
