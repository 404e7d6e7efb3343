import { FRAMEWORKS, type Framework } from '../analysis/compliance/frameworks.ts';
import { TESTS } from '../analysis/compliance/tests.ts';
import type { Page } from './page.ts';

/** One page a framework, from the data that `compliance-check` tests by. */
export const compliancePages: readonly Page[] = Object.entries<Framework>(FRAMEWORKS).map(([name, framework]) => ({
  path: `compliance/${framework.resource}`,
  title: framework.title,
  description: 'Which of its requirements segmentation answers, and how each is tested.',
  text: () => pageOf(name, framework),
}));

function pageOf(name: string, { title, controls }: Framework): string {
  const testable = controls.filter(({ tests }) => tests.length > 0);
  const others = controls.filter(({ tests }) => tests.length === 0);
  const used = [...new Set(testable.flatMap(({ tests }) => tests))];
  return [
    `# ${title}`,
    '',
    'Segmentation decides what is in scope and limits what reaches it. Whether a requirement is met is for the assessor to decide: a test here says what the PCE shows, never more.',
    '',
    '| Requirement | What it asks | Tested by |',
    '|---|---|---|',
    ...testable.map(({ id, title: asks, tests }) => `| ${id} | ${asks} | ${tests.join(', ')} |`),
    '',
    '## The tests',
    '',
    ...used.map((id) => `- **${id}**: ${TESTS[id].title}`),
    '',
    ...(others.length === 0
      ? []
      : [
          '## What the PCE cannot tell',
          '',
          ...others.map(({ id, title: asks }) => `- ${id}: ${asks}`),
          '',
          'Nor does it see hosts without an agent from the inside, physical and wireless networks, or encryption.',
          '',
        ]),
    '## Ask',
    '',
    'Each requirement with its verdict, the objects looked at and sample flows; `not_testable` is never counted as passed:',
    '',
    `    compliance-check ${JSON.stringify({ framework: name, env_name: 'prod', lookback_days: 30 })}`,
    '',
  ].join('\n');
}
