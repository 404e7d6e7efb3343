import {
  type Anomaly,
  type Check,
  CHECKS,
  literalAnomalies,
  type Observed,
  permissive,
  shadowed,
} from '../../analysis/rules/anomalies.ts';
import { hygiene } from '../../analysis/rules/hygiene.ts';
import type { Href } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { JudgedEdge } from '../../model/impact/question.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, oneOf, text } from '../fields.ts';
import { plural, tally, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { lastDays } from '../segmentation/policy-impact.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { defineTool } from '../tool.ts';
import { rulesInWords } from './compliance-facts.ts';
import { matchedRules } from './rule-usage.ts';
import { rulesOfScope } from './rules-of-scope.ts';

interface Row {
  readonly anomaly: Check;
  readonly rule: string;
  readonly href: string;
  readonly because_of?: string;
  readonly proof: string;
  readonly fix: string;
}

const DEFAULT_DAYS = 90;
/** What is looked at in traffic; the others are told by the policy alone. */
const NEEDS_FLOWS: readonly Check[] = ['over_grant'];
const SUPERFLUOUS: readonly Check[] = ['duplicate', 'redundant', 'irrelevant'];

const FIXES: Readonly<Record<Check, (href: Href) => string>> = {
  duplicate: (href) => `delete-sec-rule href=${href} dry_run=true: its copy stays`,
  redundant: (href) => `simulate-change first, then delete-sec-rule href=${href}: the wider rule stays`,
  ineffective_deny: (href) => `decide which is meant: delete-deny-rule href=${href}, or narrow the allow rule`,
  overridden: (href) => `decide which is meant: delete-sec-rule href=${href}, or lift the override deny`,
  irrelevant: (href) => `delete-sec-rule href=${href} dry_run=true: it selects nobody`,
  over_grant: () => 'propose-policy for the application shows the rules its traffic needs',
  wide_source: () => 'name the sources: update-sec-rule with a narrower IP list or labels',
  insecure_service: () => 'replace the service by its encrypted successor, or describe why it must stay',
  wide_ports: () => 'propose-policy with tier=strict shows the ports its traffic needs',
  mergeable: (href) => `update-sec-rule takes its services into the other rule, then delete-sec-rule href=${href}`,
  risky_from_anywhere: () => 'name the sources: update-sec-rule with the administrators’ network or jump hosts',
};

export default defineTool({
  name: 'analyze-rules',
  title: 'Analyse rules',
  description:
    'Finds duplicate, redundant, shadowed, memberless, insecure and too wide rules of the active policy, with proof and a fix. For rules without traffic use find-unused-rules.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      scope: described(text, 'Workloads, like app=ordering env=prod'),
      checks: described({ type: 'array', items: oneOf(...CHECKS) }, 'Default all'),
      lookback_days: described({ ...integer, minimum: 1 }, 'For over_grant; default 90'),
    },
  },
  output: envelope(
    { anomaly: text, rule: text, href: text, because_of: text, proof: text, fix: text },
    { rules_examined: integer, findings: integer, by_anomaly: counts },
  ),
  example: { checks: ['duplicate', 'redundant'] },
  columns: [
    { header: 'anomaly', value: (row: Row) => row.anomaly },
    { header: 'rule', value: (row) => row.rule },
    { header: 'href', value: (row) => row.href },
    { header: 'because of', value: (row) => row.because_of },
    { header: 'proof', value: (row) => row.proof },
    { header: 'fix', value: (row) => row.fix },
  ],

  async run({ scope, checks = CHECKS, lookback_days: days = DEFAULT_DAYS }, context) {
    const policy = await readPolicy('active', context);
    const examined = await rulesOfScope(policy, scope, context);
    const words = await rulesInWords(policy, context);
    const wantsFlows = checks.some((check) => NEEDS_FLOWS.includes(check));
    const matched = wantsFlows ? await matchedRules(policy, lastDays(context.clock, days), context) : null;
    const narrow = [...literalAnomalies(examined), ...shadowed(examined)];
    const superfluous = new Set(narrow.filter(({ check }) => SUPERFLUOUS.includes(check)).map(({ rule }) => rule));
    const found = [
      ...narrow,
      // What goes anyway need not be merged.
      ...hygiene(examined).filter(({ check, rule }) => check !== 'mergeable' || !superfluous.has(rule)),
      ...permissive(examined, observed(matched?.edges ?? [], policy.workloads)),
    ].filter(({ check }) => checks.includes(check));
    const items = found.map(rowWith((href) => words(href).text)).sort(byCheck);
    const byAnomaly = tally(items.map(({ anomaly }) => anomaly));
    return {
      answer: `${plural(items.length, 'finding')} in ${plural(examined.length, 'enabled rule')} of the active policy${items.length === 0 ? '' : `: ${tallyText(byAnomaly)}`}.`,
      items,
      totals: { rules_examined: examined.length, findings: items.length, by_anomaly: Object.fromEntries(byAnomaly) },
      coverage: {
        ...(matched === null ? { rows_read: policy.read, truncated: !policy.complete } : matched.coverage),
        gaps: [
          ...(matched?.coverage.gaps ?? []),
          ...policy.gaps,
          'disabled rules and rulesets; drafts',
          'members are those of today: a redundant rule may matter for hosts that come',
        ],
      },
      evidence: items.slice(0, 20).map(({ href }) => href),
      next: items.slice(0, 1).map(({ fix }) => fix),
    };
  },
});

const rowWith =
  (textOf: (href: Href) => string) =>
  ({ check, rule, other, proof }: Anomaly): Row => ({
    anomaly: check,
    rule: textOf(rule),
    href: rule,
    ...present({ because_of: other }),
    proof,
    fix: FIXES[check](rule),
  });

const byCheck = (a: Row, b: Row): number =>
  CHECKS.indexOf(a.anomaly) - CHECKS.indexOf(b.anomaly) || Number(a.rule > b.rule) - Number(a.rule < b.rule);

/** Which groups of hosts (app, env, role) used which rule. */
function observed(edges: readonly JudgedEdge[], workloads: readonly Workload[]): Observed {
  const groupOf = workloads.map(({ labels }) =>
    JSON.stringify(['app', 'env', 'role'].map((wanted) => labels.find(({ key }) => key === wanted)?.value ?? null)),
  );
  const groups = new Map(workloads.map(({ href }, index) => [href, groupOf[index] ?? '']));
  const nameOf = ({ workload, ip }: JudgedEdge['source']): string => (workload && groups.get(workload)) || (ip ?? '');
  const pairs = new Map<Href, Set<string>>();
  for (const { from, source, destination } of edges)
    for (const rule of from.rules) {
      const known = pairs.get(rule) ?? new Set();
      known.add(`${nameOf(source)} ${nameOf(destination)}`);
      pairs.set(rule, known);
    }
  return { groupOf, pairs };
}
