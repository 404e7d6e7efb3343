import { checkFramework, complianceScore, type Finding } from '../../analysis/compliance/check.ts';
import { type FrameworkName, FRAMEWORKS } from '../../analysis/compliance/frameworks.ts';
import { TESTS } from '../../analysis/compliance/tests.ts';
import type { Verdict } from '../../analysis/compliance/facts.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, number, oneOf, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { modeCounts } from '../segmentation/enforcement-readiness.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { namedLabel } from './application.ts';
import { complianceFacts } from './compliance-facts.ts';

const DEFAULT_LOOKBACK_DAYS = 30;
const NAMES = ['pci-dss', 'nist', 'cis', 'swift-csp', 'iso-27001', 'dora', 'hipaa', 'general'] as const;

const STATUS: Readonly<Record<Verdict, string>> = {
  pass: 'PASS',
  partial: 'WARNING',
  fail: 'FAIL',
  not_testable: 'NOT_TESTABLE',
};

/** A control with its status; `detail` says why. */
interface Row {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly detail: string;
  readonly tests: readonly string[];
  readonly objects: readonly string[];
  readonly sample_flows: readonly string[];
}

export default defineTool({
  name: 'compliance-check',
  title: 'Compliance check',
  description:
    'Tests the segmentation controls of a framework on policy, modes and traffic, with evidence. Use it per app and env where you can; not a certification: the assessor decides.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      framework: described(oneOf(...NAMES), 'Default general'),
      app_name: described(text, 'Scope; default the whole estate'),
      env_name: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
  },
  output: envelope(
    {
      id: text,
      name: text,
      description: text,
      status: text,
      detail: text,
      tests: texts,
      objects: texts,
      sample_flows: texts,
    },
    { total_checks: integer, passed: integer, failed: integer, warnings: integer, not_testable: integer },
    {
      extra: {
        framework: text,
        resource_uri: text,
        resource_hint: text,
        scope: { type: 'object', properties: { app: text, env: text, lookback_days: integer } },
        compliance_score: number,
        summary: counts,
        failing: texts,
        workloads_analyzed: integer,
        enforcement_modes: counts,
        limits: texts,
        recommendation: text,
      },
    },
  ),
  example: { framework: 'pci-dss', app_name: 'payments', env_name: 'prod' },
  columns: [
    { header: 'id', value: (row: Row) => row.id },
    { header: 'control', value: (row) => row.name },
    { header: 'status', value: (row) => row.status },
    { header: 'detail', value: (row) => row.detail },
    { header: 'tests', value: (row) => row.tests.join(', ') },
    { header: 'about', value: (row) => row.description },
    { header: 'objects', value: (row) => row.objects.join('; ') },
    { header: 'flows', value: (row) => row.sample_flows.join('; ') },
  ],

  async run({ framework = 'general', app_name, env_name, lookback_days: days = DEFAULT_LOOKBACK_DAYS }, context) {
    const [app, env] = await Promise.all([
      app_name === undefined ? null : namedLabel('app', app_name, context),
      env_name === undefined ? null : namedLabel('env', env_name, context),
    ]);
    const scope = [app, env].flatMap((label) => (label === null ? [] : [label.href]));
    const [policy, { query }] = await Promise.all([
      readPolicy('active', context),
      trafficQuery({ lookback_days: days }, context),
    ]);
    const own = { include: scope.length === 0 ? [] : [scope.map((label) => ({ label }))], exclude: [] };
    const scoped = { ...query, sources: own, destinations: own, sourcesOrDestinations: scope.length > 0 };
    return withFlows(scoped, context, async ({ table, coverage }) => {
      const facts = await complianceFacts(policy, table, { scope, start: query.start, end: query.end }, context);
      const findings = checkFramework(FRAMEWORKS[framework], facts);
      const summary = summarise(findings);
      const score = complianceScore(findings);
      const inScope = policy.workloads.filter((_, index) => facts.scope.has(index));
      return {
        answer: sentence(framework, score, summary, findings),
        items: findings.map(rowOf),
        totals: summary,
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !policy.complete || facts.gaps.length > 0,
          gaps: [...coverage.gaps, ...facts.gaps, ...policy.gaps, 'drafts: the active policy is tested'],
        },
        extra: {
          framework,
          resource_uri: `illumio://compliance/${FRAMEWORKS[framework].resource}`,
          resource_hint: `${FRAMEWORKS[framework].title}: what it asks of segmentation, in our words.`,
          scope: { ...present({ app: app?.value, env: env?.value }), lookback_days: days },
          ...present({ compliance_score: score }),
          summary,
          failing: failingIds(findings),
          workloads_analyzed: inScope.length,
          enforcement_modes: modeCounts(inScope),
          limits: LIMITS,
          recommendation: recommendation(score),
        },
        next: findings
          .filter(({ verdict }) => verdict === 'fail')
          .slice(0, 1)
          .map(({ control }) => `Mend ${control.id} first: its objects and sample_flows say where.`),
      };
    });
  },
});

const LIMITS = [
  'Segmentation controls scope; the assessor decides compliance.',
  'The PCE cannot see hosts without an agent that talk to each other, wireless, physical access or encryption.',
  'Production, pre-production, jump hosts and the DMZ are told by the label values of env, role, app and zone.',
];

function summarise(findings: readonly Finding[]) {
  const count = (wanted: Verdict): number => findings.filter(({ verdict }) => verdict === wanted).length;
  return {
    total_checks: findings.length,
    passed: count('pass'),
    failed: count('fail'),
    warnings: count('partial'),
    not_testable: count('not_testable'),
  };
}

const rowOf = ({ control: { id, title }, verdict, tests }: Finding): Row => ({
  id,
  name: title,
  description:
    tests.length === 0 ? 'no test: nothing of it is in the PCE' : tests.map((test) => TESTS[test.id].title).join('; '),
  status: STATUS[verdict],
  detail:
    tests.length === 0
      ? 'not testable from the PCE'
      : tests.map(({ id: test, because }) => `${test}: ${because}`).join('; '),
  tests: tests.map((test) => `${test.id} ${STATUS[test.verdict]}`),
  objects: tests.flatMap(({ objects }) => objects),
  sample_flows: tests.flatMap(({ samples }) => samples),
});

const failingIds = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ verdict }) => verdict === 'fail').map(({ control }) => control.id);

function sentence(
  framework: FrameworkName,
  score: number | null,
  { passed, failed, warnings, not_testable: untestable }: ReturnType<typeof summarise>,
  findings: readonly Finding[],
): string {
  const failing = failingIds(findings);
  return [
    `${FRAMEWORKS[framework].title}: ${passed} pass, ${failed} fail, ${warnings} with warnings, ${untestable} not testable from the PCE`,
    score === null ? '.' : ` (${score} % of the testable ones pass).`,
    failing.length === 0 ? '' : ` Failing: ${failing.join(', ')}.`,
  ].join('');
}

function recommendation(score: number | null): string {
  if (score === null) return 'Nothing could be tested: check the scope.';
  if (score >= 90) return 'Strong: mend what is left and keep the evidence.';
  if (score >= 70) return 'Good, with gaps: mend what fails first.';
  return score >= 40
    ? 'Significant gaps: start with default deny and the sources that are too wide.'
    : 'Critical gaps: start with a ringfence of the scope (create-ringfence).';
}
