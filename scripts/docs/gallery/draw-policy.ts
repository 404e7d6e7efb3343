import { isObject } from '../../../src/core/json.ts';
import { type Asked, numberOf, sums, textOf } from './ask.ts';
import { answer, type Draw, some, toneOf } from './draw.ts';
import { bars, grid } from './svg.ts';

/** `CORE | Monitoring` is of the category CORE; names without a bar are a category of their own. */
const categoryOf = (name: string): string => (name.includes('|') ? (name.split('|')[0] ?? '').trim() : 'others');

export const rulesetCategories: Draw = (answers) => {
  const { rows } = answer(answers);
  // A long ruleset comes in several parts.
  const rulesets = [...new Map(rows.map((row) => [textOf(row, 'href'), row])).values()];
  const counts = sums(
    rulesets,
    (row) => categoryOf(textOf(row, 'name')),
    () => 1,
  );
  const rules = new Map(
    sums(
      rulesets,
      (row) => categoryOf(textOf(row, 'name')),
      (row) => numberOf(row, 'rule_count'),
    ),
  );
  return {
    sentence: `${rulesets.length} rulesets in ${counts.length} categories, by the first part of their names.`,
    forms: [
      bars(
        counts.map(([category, value]) => ({
          label: category,
          parts: [{ value, tone: 'violet' as const }],
          note: `${value} rulesets, ${rules.get(category) ?? 0} rules`,
        })),
      ),
    ],
  };
};

export const rulesOf: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const rules = rows.flatMap((ruleset) =>
    (Array.isArray(ruleset['rules']) ? ruleset['rules'] : [])
      .filter(isObject)
      .map((rule) => ({ name: textOf(ruleset, 'name'), rule })),
  );
  return {
    sentence,
    forms: [
      grid(
        [
          { title: 'Ruleset', width: 170 },
          { title: 'Kind', width: 90 },
          { title: 'Sources', width: 260 },
          { title: 'Destinations', width: 190 },
          { title: 'Services', width: 162 },
        ],
        some(rules, 'rules').map(({ name, rule }) => [
          name,
          { text: textOf(rule, 'rule_type'), tone: toneOf(textOf(rule, 'rule_type')) },
          textOf(rule, 'consumers'),
          textOf(rule, 'providers'),
          textOf(rule, 'ingress_services'),
        ]),
      ),
    ],
  };
};

/** The readiest first; where policy is missing, that is the first thing to do. */
export const projectPlan: Draw = (answers) => {
  const scored = answers
    .map(({ beside }) => ({ beside, score: numberOf(beside, 'readiness_score') }))
    .toSorted((a, b) => b.score - a.score);
  const size = Math.ceil(scored.length / 3);
  const rows = scored.map(({ beside, score }, index) => [
    `Wave ${Math.floor(index / size) + 1}`,
    `${textOf(beside, 'app')} (${textOf(beside, 'env')})`,
    {
      text: String(score),
      tone: score >= 80 ? ('green' as const) : score >= 50 ? ('amber' as const) : ('red' as const),
    },
    firstOf(beside),
  ]);
  return {
    sentence: `${scored.length} applications in three waves, the readiest first; what each needs before it is enforced.`,
    forms: [
      grid(
        [
          { title: 'When', width: 80 },
          { title: 'Application', width: 190 },
          { title: 'Readiness', width: 90 },
          { title: 'First', width: 512 },
        ],
        rows,
      ),
    ],
  };
};

function firstOf(beside: Asked['beside']): string {
  const recommendations = beside['recommendations'];
  return Array.isArray(recommendations) ? String(recommendations[0] ?? 'nothing is missing') : '';
}
