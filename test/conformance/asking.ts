import {
  acceptedContent,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { randomBytes } from 'node:crypto';
import { type RawCall, type RawTool, text } from './content.ts';

type Requests = Readonly<Record<string, InputRequests[string]>>;
type Form = Parameters<typeof inputRequired.elicit>[0]['requestedSchema'];

/** One question of a form with one field of text. */
export const asks = (message: string, field: string) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
  });
const samples = (prompt: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 });

/** Nobody but this server can say which round a call is in. */
const rounds = createRequestStateCodec<number>({
  key: randomBytes(32),
  ttlSeconds: 600,
  bind: ({ mcpReq }) => mcpReq.method,
});

async function roundOf(context: ServerContext): Promise<number> {
  const state: unknown = context.mcpReq.requestState();
  if (typeof state !== 'string') return 0;
  try {
    return await rounds.verify(state, context);
  } catch (cause) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Invalid or expired requestState: ${String(cause)}`);
  }
}

const isAnswered = ({ mcpReq }: ServerContext, requests: Requests): boolean =>
  Object.keys(requests).every((key) => {
    const response = inputResponse(mcpReq.inputResponses, key);
    return response.kind === 'elicit' ? response.content !== undefined : response.kind !== 'missing';
  });

/** Asks again until everything is answered. */
const until = (requests: Requests, context: ServerContext): InputRequiredResult | undefined =>
  isAnswered(context, requests) ? undefined : inputRequired({ inputRequests: { ...requests } });

const asking = (name: string, description: string, requestsOf: (call: RawCall) => Requests): RawTool => ({
  name,
  description,
  async call(call) {
    const requests = requestsOf(call);
    const answers = Object.keys(requests).map((key) => inputResponse(call.context.mcpReq.inputResponses, key));
    return until(requests, call.context) ?? { content: [text(`Answered: ${JSON.stringify(answers)}`)] };
  },
});

/** Asks in as many rounds as there are lists of questions; a sealed state says which round it is. */
const askingInRounds = (name: string, description: string, ...questions: readonly Requests[]): RawTool => ({
  name,
  description,
  async call({ context }) {
    const round = await roundOf(context);
    const before = questions[round - 1];
    const next = round > 0 && before && !isAnswered(context, before) ? round - 1 : round;
    const requests = questions[next];
    if (requests === undefined) return { content: [text('state-ok: all rounds answered')] };
    return inputRequired({ inputRequests: { ...requests }, requestState: await rounds.mint(next + 1, context) });
  },
});

const name = asks('What is your name?', 'name');
const form = (message: string, requestedSchema: Form) => () => ({
  form: inputRequired.elicit({ message, requestedSchema }),
});
const title = (values: readonly string[], titles: readonly string[]) =>
  values.map((value, at) => ({ const: value, title: titles[at] ?? value }));
const OPTIONS = ['option1', 'option2', 'option3'];
const VALUES = ['value1', 'value2', 'value3'];

export const ASKING: readonly RawTool[] = [
  {
    ...asking('test_sampling', 'Asks the model of the client.', ({ args }) => ({
      said: samples(String(args['prompt'])),
    })),
    input: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
  },
  {
    ...asking('test_elicitation', 'Asks the person at the client.', ({ args }) => ({
      user: asks(String(args['message']), 'username'),
    })),
    input: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  },
  asking(
    'test_elicitation_sep1034_defaults',
    'Asks with a form that has defaults.',
    form('Please review the form.', {
      type: 'object',
      properties: {
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      },
    }),
  ),
  asking(
    'test_elicitation_sep1330_enums',
    'Asks with a form that has choices.',
    form('Please choose.', {
      type: 'object',
      properties: {
        untitledSingle: { type: 'string', enum: OPTIONS },
        titledSingle: { type: 'string', oneOf: title(VALUES, ['First Option', 'Second Option', 'Third Option']) },
        legacyEnum: {
          type: 'string',
          enum: ['opt1', 'opt2', 'opt3'],
          enumNames: ['Option One', 'Option Two', 'Option Three'],
        },
        untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
        titledMulti: {
          type: 'array',
          items: { anyOf: title(VALUES, ['First Choice', 'Second Choice', 'Third Choice']) },
        },
      },
    }),
  ),
  {
    name: 'test_missing_capability',
    description: 'Cannot do without sampling.',
    async call({ context, server }) {
      if (server.getClientCapabilities()?.sampling === undefined)
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
      return until({ said: samples('Hello') }, context) ?? { content: [text('Done.')] };
    },
  },
  asking('test_streaming_elicitation', 'Asks within its own answer.', () => ({ name })),
  {
    name: 'test_input_required_result_elicitation',
    description: 'Asks for a name.',
    async call({ context }) {
      const answer = acceptedContent(context.mcpReq.inputResponses, 'user_name');
      if (answer === undefined) return inputRequired({ inputRequests: { user_name: name } });
      return { content: [text(`Hello, ${String(answer['name'])}!`)] };
    },
  },
  asking('test_input_required_result_sampling', 'Asks the model of the client.', () => ({
    capital_question: samples('What is the capital of France?'),
  })),
  asking('test_input_required_result_list_roots', 'Asks for the roots of the client.', () => ({
    client_roots: inputRequired.listRoots(),
  })),
  askingInRounds('test_input_required_result_request_state', 'Asks, and knows the call again.', {
    confirm: asks('Please confirm.', 'ok'),
  }),
  askingInRounds('test_input_required_result_multiple_inputs', 'Asks for three things at once.', {
    user_name: name,
    greeting: samples('Generate a greeting'),
    client_roots: inputRequired.listRoots(),
  }),
  askingInRounds(
    'test_input_required_result_multi_round',
    'Asks in two rounds.',
    { step1: asks('Step 1: What is your name?', 'name') },
    { step2: asks('Step 2: What is your favorite color?', 'color') },
  ),
  askingInRounds('test_input_required_result_tampered_state', 'Asks, and refuses a state that is not its own.', {
    confirm: asks('Please confirm.', 'ok'),
  }),
  asking('test_input_required_result_capabilities', 'Asks only what the client can answer.', ({ server }) => {
    const { sampling, elicitation } = server.getClientCapabilities() ?? {};
    return {
      ...(sampling ? { said: samples('Hello') } : {}),
      ...(elicitation ? { name } : {}),
    };
  }),
];
