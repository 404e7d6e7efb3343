import { type UsageVerdict, usageOf } from '../../analysis/rules/usage.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text } from '../fields.ts';
import { compareText, plural } from '../listing.ts';
import { present } from '../present.ts';
import { lastDays } from '../segmentation/policy-impact.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { defineTool } from '../tool.ts';
import { rulesInWords } from './compliance-facts.ts';
import { hitCounts } from './rule-hit-counts.ts';
import { matchedRules } from './rule-usage.ts';
import { rulesOfScope } from './rules-of-scope.ts';

interface Row {
  readonly verdict: UsageVerdict;
  readonly ruleset: string;
  readonly rule: string;
  readonly href: string;
  readonly reason: string;
  /** By the PCE's own count; absent where it has none or never counted one. */
  readonly last_hit_days?: number;
}

const DEFAULT_DAYS = 90;
const ORDER: readonly UsageVerdict[] = ['unused', 'likely', 'unknown'];

export default defineTool({
  name: 'find-unused-rules',
  title: 'Unused rules',
  description:
    'Finds allow rules that no traffic of the window needed, and says where it cannot know. Use it for rule reviews; for duplicates and shadowed rules use analyze-rules.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      days: described({ ...integer, minimum: 1 }, 'Default 90'),
      scope: described(text, 'Workloads, like app=ordering env=prod'),
      method: described(oneOf('auto', 'hits', 'flows'), 'Default auto; hits: PCE counts needed'),
    },
  },
  output: envelope(
    { verdict: text, ruleset: text, rule: text, href: text, reason: text, last_hit_days: integer },
    {
      rules_examined: integer,
      used: integer,
      unused: integer,
      likely_unused: integer,
      unknown: integer,
      disabled: integer,
      deny_rules: integer,
    },
    { extra: { days: integer, method: text, hits_report: text } },
  ),
  example: { days: 90, scope: 'app=ordering env=prod' },
  columns: [
    { header: 'verdict', value: (row: Row) => row.verdict },
    { header: 'ruleset', value: (row) => row.ruleset },
    { header: 'rule', value: (row) => row.rule },
    { header: 'last hit', value: (row) => row.last_hit_days },
    { header: 'href', value: (row) => row.href },
    { header: 'reason', value: (row) => row.reason },
  ],

  async run({ days = DEFAULT_DAYS, scope, method = 'auto' }, context) {
    const hits = await hitCounts(method, context);
    const policy = await readPolicy('active', context);
    const examined = await rulesOfScope(policy, scope, context);
    const { used, beaten, coverage } = await matchedRules(policy, lastDays(context.clock, days), context);
    const words = await rulesInWords(policy, context);
    const allow = examined.filter(({ rule }) => rule.kind === 'allow');
    const nowMs = context.clock.now();
    const facts = { workloads: policy.workloads, used, beaten, lastHit: hits.lastHit, days, nowMs };
    const judged = allow.map(({ ruleSet, rule, parts }): Row => {
      const { text: said, justification } = words(rule.href);
      const { href, createdAt } = rule;
      const usage = usageOf(parts, { href, createdAt, note: `${ruleSet.name} ${justification}` }, facts);
      return {
        ...usage,
        ruleset: ruleSet.name,
        rule: said,
        href,
        ...present({ last_hit_days: hits.lastHit(href) ?? null }),
      };
    });
    // Rows beyond a cap may be the ones that need a rule.
    const rows = coverage.truncated ? judged.map(unsure) : judged;
    const count = (verdict: UsageVerdict): number => rows.filter((row) => row.verdict === verdict).length;
    const items = rows
      .filter(({ verdict }) => verdict !== 'used')
      .sort(
        (a, b) =>
          ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
          compareText(`${a.rule}${a.href}`, `${b.rule}${b.href}`),
      );
    const disabled = policy.ruleSets.flatMap((set) => set.rules.filter((rule) => !set.enabled || !rule.enabled)).length;
    return {
      answer: `${plural(count('unused'), 'rule')} unused for ${days} days, ${count('likely')} likely unused, ${count('unknown')} cannot be told, ${count('used')} used, of ${allow.length} enabled allow rules.`,
      items,
      totals: {
        rules_examined: allow.length,
        used: count('used'),
        unused: count('unused'),
        likely_unused: count('likely'),
        unknown: count('unknown'),
        disabled,
        deny_rules: examined.length - allow.length,
      },
      coverage: {
        ...coverage,
        truncated: coverage.truncated || !policy.complete,
        gaps: [
          ...coverage.gaps,
          ...policy.gaps,
          'deny rules: one without hits does its work',
          ...(disabled === 0 ? [] : [`${plural(disabled, 'rule')} that are disabled, or whose ruleset is`]),
          ...hits.gaps,
        ],
      },
      extra: { days, method: hits.method, ...present({ hits_report: hits.report }) },
      evidence: items
        .filter(({ verdict }) => verdict === 'unused')
        .slice(0, 20)
        .map(({ href }) => href),
      next: items.slice(0, 1).map(({ href }) => `simulate-change can show that nothing breaks without ${href}.`),
    };
  },
});

const unsure = (row: Row): Row =>
  row.verdict === 'unused' || row.verdict === 'likely'
    ? { ...row, verdict: 'unknown', reason: 'not all flows of the window were read' }
    : row;
