import type { Principal } from '../core/authority.ts';
import { Failure } from '../core/errors.ts';
import { nearest } from '../core/near.ts';
import type { AnyPrompt } from '../prompts/prompt.ts';
import { prompts } from '../prompts/index.ts';
import { essentialTools, renderPrompt } from '../prompts/render.ts';
import type { Caller, Dispatcher } from './call.ts';

/** As long as the value of a label may be (objects.md), and a little more. */
const MAX_ARGUMENT = 300;

export interface PromptListing {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[];
}

const offeredTo = (dispatcher: Dispatcher, principal: Principal): ReadonlySet<string> =>
  new Set(dispatcher.list(principal).map(({ name }) => name));

const missingFor = (prompt: AnyPrompt, offered: ReadonlySet<string>): readonly string[] =>
  essentialTools(prompt).filter((tool) => !offered.has(tool));

/** The prompts whose essential tools this principal is offered. */
export function listPrompts(dispatcher: Dispatcher, principal: Principal): readonly PromptListing[] {
  const offered = offeredTo(dispatcher, principal);
  return prompts
    .filter((prompt) => missingFor(prompt, offered).length === 0)
    .map(({ name, title, description, arguments: known }) => ({
      name,
      title,
      description,
      arguments: Object.entries(known).map(([argument, { description: about, required }]) => ({
        name: argument,
        description: about,
        required,
      })),
    }));
}

/** The prompt of that name. Throws `not_found` with the nearest one. */
export function promptNamed(name: string): AnyPrompt {
  const found = prompts.find((prompt) => prompt.name === name);
  if (found) return found;
  const near = nearest(
    name,
    prompts.map((prompt) => prompt.name),
  );
  throw new Failure('not_found', {
    message: `There is no prompt ${JSON.stringify(name.slice(0, 80))}.${near ? ` Did you mean ${near}?` : ''}`,
    remedy: 'List the prompts.',
  });
}

/**
 * The text of a prompt. Throws `invalid_arguments` naming every argument that is missing, unknown or not usable; `forbidden` where its
 * essential tools are not offered to this principal.
 */
export async function getPrompt(
  dispatcher: Dispatcher,
  caller: Caller,
  { name, args }: { readonly name: string; readonly args: Readonly<Record<string, string>> },
): Promise<{ readonly description: string; readonly text: string }> {
  const prompt = promptNamed(name);
  await dispatcher.authorise(caller, { kind: 'prompt', name });
  const offered = offeredTo(dispatcher, caller.principal);
  const missing = missingFor(prompt, offered);
  if (missing.length > 0)
    throw new Failure('forbidden', {
      message: `${name} needs tools that are not offered to you: ${missing.join(', ')}.`,
      remedy: 'The operator chooses the tools with MCP_TOOLSETS and MCP_ALLOWED_TOOLS; your role may not allow them.',
    });
  const text = renderPrompt(prompt.text(checked(prompt, args)), offered);
  return { description: prompt.description, text };
}

function checked(
  { name, arguments: known }: AnyPrompt,
  args: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  // An empty field of a form is no value.
  const given = Object.entries(args).filter(([, value]) => value !== '');
  const names = Object.keys(known);
  const problems = [
    ...Object.entries(known)
      .filter(([argument, { required }]) => required && !given.some(([one]) => one === argument))
      .map(([argument, { description }]) => `${argument} is missing: ${description}.`),
    ...given
      .filter(([argument]) => !names.includes(argument))
      .map(([argument]) => unknownArgument(argument.slice(0, 80), names)),
    ...given
      // A line break would let a value pass as a line of the prompt.
      .filter(([argument, value]) => names.includes(argument) && (value.length > MAX_ARGUMENT || /\p{C}/u.test(value)))
      .map(([argument]) => `${argument} must be one line of at most ${MAX_ARGUMENT} characters.`),
  ];
  if (problems.length === 0) return Object.fromEntries(given);
  throw new Failure('invalid_arguments', {
    message: problems.join(' '),
    remedy: `${name} takes ${names.length === 0 ? 'no arguments' : names.join(', ')}.`,
  });
}

function unknownArgument(argument: string, names: readonly string[]): string {
  const near = nearest(argument, names);
  return `${JSON.stringify(argument)} is not an argument.${near ? ` Did you mean ${near}?` : ''}`;
}
