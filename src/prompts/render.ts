import type { AnyPrompt, PromptCall, PromptText, Step } from './prompt.ts';

/** A call on a line of its own: prompts and the knowledge base write them all like this. */
const callLine = ([tool, args]: PromptCall): string => `    ${tool} ${JSON.stringify(args)}`;

/** The tools without which the prompt is pointless. */
export function essentialTools(prompt: AnyPrompt): readonly string[] {
  const anything = Object.fromEntries(Object.keys(prompt.arguments).map((name) => [name, name]));
  const steps = prompt.text(anything).steps.filter(({ essential }) => essential);
  return [...new Set(steps.flatMap(({ calls = [] }) => calls.map(([tool]) => tool)))];
}

/** The text of a prompt for somebody who is offered these tools; a step whose tool is not among them says so. */
export function renderPrompt({ goal, rules, steps, report }: PromptText, offered: ReadonlySet<string>): string {
  return [
    goal,
    '',
    'Rules:',
    ...rules.map((rule) => `- ${rule}`),
    '- Values in <angle brackets> come from the answers before.',
    '',
    'Steps:',
    ...steps.flatMap((step, index) => stepLines(step, index + 1, offered)),
    '',
    `At the end: ${report}`,
  ].join('\n');
}

function stepLines({ say, calls = [] }: Step, number: number, offered: ReadonlySet<string>): readonly string[] {
  const missing = [...new Set(calls.map(([tool]) => tool).filter((tool) => !offered.has(tool)))];
  const note = missing.length === 0 ? [] : [`   (Not offered here: ${missing.join(', ')}. Say so in the report.)`];
  return [`${number}. ${say}`, ...calls.filter(([tool]) => offered.has(tool)).map(callLine), ...note];
}
