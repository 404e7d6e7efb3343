import { prompts } from '../../src/prompts/index.ts';
import type { AnyPrompt } from '../../src/prompts/prompt.ts';
import { code, fence, GENERATED, prose, table } from './markdown.ts';
import type { Page } from './page.ts';

/** Values that exist on the demo estate; other arguments show their own name. */
const SAMPLES: Readonly<Record<string, string>> = {
  application_name: 'ordering',
  application_environment: 'prod',
  app_name: 'ordering',
  env_name: 'prod',
};

/** The prompts and the calls each of them leads to, from their definitions. */
export const promptsPage = (): Page => ({
  path: 'docs/reference/prompts.md',
  content: `${GENERATED}

# Prompts

${prompts.length} prompts. How to use them, step by step: [prompts](../prompts.md). Values in \`<angle brackets>\` come from the answers before.

${prompts.map(section).join('\n\n')}
`,
});

function section(prompt: AnyPrompt): string {
  const given = Object.fromEntries(
    Object.entries(prompt.arguments).flatMap(([name, { required }]) =>
      required || name in SAMPLES ? [[name, SAMPLES[name] ?? `<${name}>`]] : [],
    ),
  );
  const { goal, steps, report } = prompt.text(given);
  const rows = Object.entries(prompt.arguments).map(([name, { description, required }]) => [
    code(name),
    required ? 'yes' : '',
    prose(description),
  ]);
  return [
    `## ${prompt.name}`,
    '',
    `**${prose(prompt.title)}.** ${prose(prompt.description)}`,
    '',
    rows.length === 0 ? 'No arguments.' : table(['Argument', 'Required', 'Meaning'], rows),
    '',
    prose(goal),
    '',
    ...steps.flatMap(({ say, calls = [] }, index) => [
      `${index + 1}. ${prose(say)}`,
      '',
      ...(calls.length === 0
        ? []
        : [indented(fence('call', calls.map(([tool, args]) => `${tool} ${JSON.stringify(args)}`).join('\n'))), '']),
    ]),
    `You get: ${prose(report)}`,
  ].join('\n');
}

const indented = (text: string): string => text.replaceAll(/^/gm, '   ');
