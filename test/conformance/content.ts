import { setTimeout as delay } from 'node:timers/promises';
import type { CallToolResult, InputRequiredResult, Server, ServerContext, Tool } from '@modelcontextprotocol/server';

/** A tool whose results ours never have (pictures, sounds, questions to a model): it stands beside the dispatcher, not behind it. */
export interface RawTool {
  readonly name: string;
  readonly description: string;
  readonly input?: Tool['inputSchema'];
  call(call: RawCall): Promise<CallToolResult | InputRequiredResult>;
}

export interface RawCall {
  readonly args: Readonly<Record<string, unknown>>;
  readonly context: ServerContext;
  readonly server: Server;
}

/** One red pixel. */
export const IMAGE = {
  type: 'image',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  mimeType: 'image/png',
} as const;
/** A WAV file of no length. */
const AUDIO = {
  type: 'audio',
  data: 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=',
  mimeType: 'audio/wav',
} as const;

export const text = (words: string) => ({ type: 'text', text: words }) as const;

export const embedded = (uri: string, mimeType: string, words: string) =>
  ({ type: 'resource', resource: { uri, mimeType, text: words } }) as const;

const gives = (name: string, description: string, ...content: CallToolResult['content']): RawTool => ({
  name,
  description,
  call: async () => ({ content }),
});

export const CONTENT: readonly RawTool[] = [
  gives('test_image_content', 'Answers with a picture.', IMAGE),
  gives('test_audio_content', 'Answers with a sound.', AUDIO),
  gives(
    'test_embedded_resource',
    'Answers with a resource.',
    embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ),
  gives(
    'test_multiple_content_types',
    'Answers with several kinds of content.',
    text('Multiple content types test:'),
    IMAGE,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ),
  {
    name: 'test_tool_with_logging',
    description: 'Sends messages while it works.',
    async call({ context: { mcpReq } }) {
      await mcpReq.log('info', 'Tool execution started');
      await delay(50);
      await mcpReq.log('info', 'Tool processing data');
      await delay(50);
      await mcpReq.log('info', 'Tool execution completed');
      return { content: [text('Done.')] };
    },
  },
  {
    name: 'test_logging_tool',
    description: 'Sends a message where the request asks for it.',
    async call({ context: { mcpReq } }) {
      await mcpReq.log('info', 'Working');
      return { content: [text('Done.')] };
    },
  },
];
