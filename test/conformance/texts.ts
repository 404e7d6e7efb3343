import {
  acceptedContent,
  type GetPromptResult,
  type InputRequiredResult,
  inputRequired,
  type Prompt,
  type ReadResourceResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { asks } from './asking.ts';
import { embedded, IMAGE, text } from './content.ts';

type Arguments = Readonly<Record<string, string>>;

interface FixturePrompt extends Prompt {
  readonly get: (args: Arguments, context: ServerContext) => GetPromptResult | InputRequiredResult;
}

const said = (...contents: GetPromptResult['messages'][number]['content'][]): GetPromptResult => ({
  messages: contents.map((content) => ({ role: 'user', content })),
});

export const PROMPTS: readonly FixturePrompt[] = [
  {
    name: 'test_simple_prompt',
    description: 'Text.',
    get: () => said(text('This is a simple prompt for testing.')),
  },
  {
    name: 'test_prompt_with_arguments',
    description: 'Text with two arguments in it.',
    arguments: [
      { name: 'arg1', description: 'one', required: true },
      { name: 'arg2', description: 'another', required: true },
    ],
    get: ({ arg1 = '', arg2 = '' }) => said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'A resource.',
    arguments: [{ name: 'resourceUri', description: 'of the resource', required: true }],
    get: ({ resourceUri = '' }) =>
      said(
        embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
  },
  {
    name: 'test_prompt_with_image',
    description: 'A picture.',
    get: () => said(IMAGE, text('Please analyze the image above.')),
  },
  {
    name: 'test_input_required_result_prompt',
    description: 'Asks before it answers.',
    get(_args, { mcpReq }) {
      const answer = acceptedContent(mcpReq.inputResponses, 'user_context');
      if (answer) return said(text(`In the context of ${String(answer['context'])}`));
      const question = asks('What context should the prompt use?', 'context');
      return inputRequired({ inputRequests: { user_context: question } });
    },
  },
];

export const RESOURCES = [
  { uri: 'test://static-text', name: 'static-text', description: 'Text.', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', description: 'A picture.', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched-resource', description: 'May change.', mimeType: 'text/plain' },
];

export const TEMPLATES = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'template',
    description: 'One of many.',
    mimeType: 'application/json',
  },
];

/** Undefined: there is no such resource. */
export function read(uri: string): ReadResourceResult | undefined {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id !== undefined)
    return contents(uri, 'application/json', JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }));
  if (uri === 'test://static-binary') return { contents: [{ uri, mimeType: 'image/png', blob: IMAGE.data }] };
  return RESOURCES.some((resource) => resource.uri === uri)
    ? contents(uri, 'text/plain', 'This is the content of the static text resource.')
    : undefined;
}

const contents = (uri: string, mimeType: string, words: string): ReadResourceResult => ({
  contents: [{ uri, mimeType, text: words }],
});
