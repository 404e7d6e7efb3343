import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../src/core/errors.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';

// The tools of the suite (stack.md §2.4) that are within what a tool of ours is: they go through the dispatcher like every tool.

const coverage = { rows_read: 0, truncated: false, gaps: [] };
const said = (answer: string) => ({ answer, items: [], totals: {}, coverage });
const common = {
  toolset: 'operations',
  effect: 'read',
  output: { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] },
  example: {},
  columns: [],
} as const;
const nothing = { type: 'object', properties: {} } as const;

const simpleText: AnyTool = {
  ...common,
  name: 'test_simple_text',
  title: 'Text',
  description: 'Answers with text.',
  input: nothing,
  run: async () => said('This is a simple text response for testing.'),
};

const errorHandling: AnyTool = {
  ...common,
  name: 'test_error_handling',
  title: 'Error',
  description: 'Fails.',
  input: nothing,
  run() {
    throw new Failure('pce_rejected', { message: 'This tool intentionally returns an error for testing' });
  },
};

const withProgress: AnyTool = {
  ...common,
  name: 'test_tool_with_progress',
  title: 'Progress',
  description: 'Tells how far it is.',
  input: nothing,
  async run(_args, { progress, signal }) {
    for (const done of [0, 50, 100]) {
      progress(`${done} of 100`, done, 100);
      await delay(50, undefined, { signal });
    }
    return said('Done.');
  },
};

const withJsonSchema: AnyTool = {
  ...common,
  name: 'json_schema_2020_12_tool',
  title: 'JSON Schema',
  description: 'Has a schema with the vocabulary of 2020-12.',
  input: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // oxlint-disable-next-line unicorn/no-thenable -- the vocabulary's name
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  } as AnyTool['input'], // wider than what our own tools may use
  run: async () => said('Read.'),
};

const withHeader: AnyTool = {
  ...common,
  name: 'test_header',
  title: 'Header',
  description: 'Has an argument that clients repeat in a header.',
  input: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
  run: async () => said('Read.'),
};

export const DISPATCHED: readonly AnyTool[] = [simpleText, errorHandling, withProgress, withJsonSchema, withHeader];
