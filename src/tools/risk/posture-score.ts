import { coverageOf, type AppFlow } from '../../analysis/coverage.ts';
import { protection } from '../../analysis/graph/exposure.ts';
import { type Factor, posture, POSTURE_WEIGHTS } from '../../analysis/posture.ts';
import { literalAnomalies, permissive, shadowed } from '../../analysis/rules/anomalies.ts';
import { ruleReach } from '../../analysis/rules/members.ts';
import type { Workload } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { described, integer, number, text } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { modeCounts } from '../segmentation/enforcement-readiness.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { defineTool } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { hostExposures } from './ransomware-hosts.ts';
import { rulesOfScope } from './rules-of-scope.ts';

interface Row {
  readonly factor: Factor;
  readonly value?: number;
  readonly weight: number;
  readonly points?: number;
  readonly change?: number;
  readonly what_if?: number;
  readonly because: string;
}

const DEFAULT_LOOKBACK_DAYS = 30;
const FACTORS = Object.keys(POSTURE_WEIGHTS) as Factor[]; // keys of a constant

export default defineTool({
  name: 'posture-score',
  title: 'Segmentation posture',
  description:
    'One number, 0 to 100, for the whole estate with its factors, weights and what would raise it most. Use it for reports and trends; not for one app: enforcement-readiness.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      lookback_days: described({ ...integer, minimum: 1 }, 'For coverage; default 30'),
      compare_to: described({ type: 'object', additionalProperties: number }, 'factor values of an earlier answer'),
    },
  },
  output: envelope(
    { factor: text, value: number, weight: integer, points: number, change: number, what_if: number, because: text },
    { score: number, score_before: number, movement: number },
    { extra: { grade: text, factors: { type: 'object', additionalProperties: number }, methodology: text } },
  ),
  example: { compare_to: { enforcement: 40, coverage: 55 } },
  columns: [
    { header: 'factor', value: (row: Row) => row.factor },
    { header: 'value', value: (row) => row.value },
    { header: 'weight', value: (row) => row.weight },
    { header: 'points', value: (row) => row.points },
    { header: 'change', value: (row) => row.change },
    { header: 'score if 100', value: (row) => row.what_if },
    { header: 'because', value: (row) => row.because },
  ],

  async run({ lookback_days: days = DEFAULT_LOOKBACK_DAYS, compare_to: before }, context) {
    const policy = await readPolicy('active', context);
    const { query } = await trafficQuery({ lookback_days: days }, context);
    return withFlows(query, context, async ({ table, coverage }) => {
      const decisions = Object.entries(table.totals.byDecision).map(
        ([decision, sums]): AppFlow => ({
          direction: 'inbound',
          app: null,
          env: null,
          decision,
          port: null,
          proto: null,
          ...sums,
        }),
      );
      const measured = { ...hostFactors(policy.workloads), ...(await ruleFactors(policy, context)) };
      const covered = coverageOf(decisions).percentage;
      const found: Readonly<Record<Factor, Measured>> = {
        ...measured,
        coverage: {
          value: covered,
          because: covered === null ? 'no evaluated traffic' : `rules allow ${covered} % of evaluated connections`,
        },
      };
      const values = Object.fromEntries(FACTORS.map((factor) => [factor, found[factor].value])) as Record<
        Factor,
        number | null
      >;
      const { score, grade } = posture(values);
      const earlier = before === undefined ? null : posture({ ...NOTHING, ...known(before) }).score;
      const items = FACTORS.map((factor): Row => {
        const { value, because } = found[factor];
        const was = before?.[factor];
        return {
          factor,
          weight: POSTURE_WEIGHTS[factor],
          because,
          ...present({
            value,
            points: value === null ? null : round((POSTURE_WEIGHTS[factor] * value) / 100),
            change: value === null || was === undefined ? null : round(value - was),
            what_if: posture({ ...values, [factor]: 100 }).score,
          }),
        };
      });
      const best = items.toSorted((a, b) => (b.what_if ?? 0) - (a.what_if ?? 0))[0];
      return {
        answer: `Posture ${score ?? 'cannot be scored'}${score === null ? '' : ` (${grade})`}${earlier === null || score === null ? '' : `, ${score >= earlier ? 'up' : 'down'} ${Math.abs(round(score - earlier))} from ${earlier}`}.${best === undefined ? '' : ` Most to gain: ${best.factor} (${best.because}).`}`,
        items,
        totals: {
          ...present({ score, score_before: earlier }),
          ...(score === null || earlier === null ? {} : { movement: round(score - earlier) }),
        },
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !policy.complete,
          gaps: [
            ...coverage.gaps,
            ...policy.gaps,
            'earlier scores are not kept: pass factors of an earlier answer as compare_to',
          ],
        },
        extra: {
          grade,
          factors: Object.fromEntries(
            FACTORS.flatMap((factor) => (values[factor] === null ? [] : [[factor, values[factor]]])),
          ),
          methodology: METHODOLOGY,
        },
        next: ['plan-rollout orders the applications; ransomware-exposure names the hosts.'],
      };
    });
  },
});

const METHODOLOGY = `score = Σ weight × factor ÷ Σ weight of what could be measured; weights ${FACTORS.map((factor) => `${factor} ${POSTURE_WEIGHTS[factor]}`).join(', ')}. enforcement: full counts 1, selective 1/2; coverage: allowed ÷ evaluated connections; ransomware: mean protection of ransomware-exposure; labels: hosts with app and env; visibility: hosts that log what they allow; rules: rules that are no copy, not redundant or defeated, not memberless, and not from too wide a source.`;

interface Measured {
  readonly value: number | null;
  readonly because: string;
}

const NOTHING: Readonly<Record<Factor, null>> = {
  enforcement: null,
  coverage: null,
  ransomware: null,
  labels: null,
  visibility: null,
  rules: null,
};
const round = (value: number): number => Math.round(10 * value) / 10;
const percent = (part: number, whole: number): number | null => (whole === 0 ? null : round((100 * part) / whole));
const known = (given: Readonly<Record<string, number>>): Partial<Record<Factor, number>> =>
  Object.fromEntries(FACTORS.flatMap((factor) => (given[factor] === undefined ? [] : [[factor, given[factor]]])));

function hostFactors(workloads: readonly Workload[]): Record<'enforcement' | 'labels' | 'visibility', Measured> {
  const managed = workloads.filter((workload) => workload.managed);
  const modes = modeCounts(workloads);
  const labelled = managed.filter(({ labels }) =>
    ['app', 'env'].every((key) => labels.some((label) => label.key === key)),
  );
  const logging = managed.filter(
    ({ mode, visibility }) => mode !== 'idle' && visibility !== 'flow_off' && visibility !== 'flow_drops',
  );
  return {
    enforcement: {
      value: percent(modes.full + modes.selective / 2, managed.length),
      because: `${modes.full} full and ${modes.selective} selective of ${plural(managed.length, 'host')} with an agent`,
    },
    labels: {
      value: percent(labelled.length, managed.length),
      because: `${labelled.length} of ${managed.length} carry app and env`,
    },
    visibility: {
      value: percent(logging.length, managed.length),
      because: `${logging.length} of ${managed.length} log what they allow`,
    },
  };
}

async function ruleFactors(
  policy: Awaited<ReturnType<typeof readPolicy>>,
  context: Parameters<typeof rulesOfScope>[2],
): Promise<Record<'ransomware' | 'rules', Measured>> {
  const hosts = hostExposures(policy, ruleReach(policy.source))
    .filter((_, index) => policy.workloads[index]?.managed === true)
    .map(protection);
  const mean = hosts.length === 0 ? null : round(hosts.reduce((sum, one) => sum + one, 0) / hosts.length);
  const rules = await rulesOfScope(policy, undefined, context);
  const findings = [
    ...literalAnomalies(rules),
    ...shadowed(rules),
    ...permissive(rules, { groupOf: [], pairs: new Map() }),
  ];
  const bad = new Set(findings.filter(({ check }) => check !== 'over_grant').map(({ rule }) => rule));
  return {
    ransomware: {
      value: mean,
      because: mean === null ? 'no host with an agent' : `${mean} % mean protection of risky ports`,
    },
    rules: {
      value: percent(rules.length - bad.size, rules.length),
      because: `${bad.size} of ${plural(rules.length, 'rule')} with a finding`,
    },
  };
}
