import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject } from '../../src/core/json.ts';
import { ERROR_META_KEY } from '../../src/dispatch/sdk.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { connectStdio, type Program, REVISIONS, type Revision } from './clients.ts';
import { built, pointingAt, sandbox, SOURCE } from './programs.ts';
import { initialize, initialized, quickest, request, rpc, runRaw } from './raw.ts';

let box: Awaited<ReturnType<typeof sandbox>>;
let pce: Simulator;
let bundle: string;

beforeAll(async () => {
  box = await sandbox();
  [bundle, pce] = await Promise.all([built(box.folder), createSimulator({ profile: 'small' })]);
});
afterAll(async () => {
  await pce.close();
  await box.remove();
});

async function asked(program: Program, revision: Revision, questions: readonly [string, Record<string, unknown>][]) {
  const { client } = await connectStdio(revision, program);
  try {
    const { tools } = await client.listTools();
    const results = [];
    for (const [name, args] of questions) results.push(await client.callTool({ name, arguments: args }));
    return { names: tools.map(({ name }) => name), results };
  } finally {
    await client.close();
  }
}

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

interface Result {
  readonly isError?: boolean | undefined;
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
  readonly structuredContent?: unknown;
}

/** The data of an error, from where clients find it. */
const errorOf = (result: Result | undefined): unknown => {
  expect(result?.isError).toBe(true);
  // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
  return result?._meta?.[ERROR_META_KEY];
};

/** Without the cursor, which is sealed anew each time. */
const contentOf = ({ structuredContent }: Result): unknown =>
  isObject(structuredContent)
    ? { ...structuredContent, cursor: typeof structuredContent['cursor'] }
    : structuredContent;

describe.each(['source', 'bundle'])('the server from %s', (form) => {
  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    box.program(form === 'source' ? SOURCE : bundle, args, env);

  it('gives the same structured content in every revision, from a PCE', async () => {
    const questions: [string, Record<string, unknown>][] = [
      ['get-workload-enforcement-status', {}],
      ['get-workloads', { max_results: '50' }],
      ['get-labels', { key: 'env' }],
      ['get-labels', { kee: 'env' }],
      ['get-traffic-flows-summary', { start_date: daysAgo(4), end_date: daysAgo(2) }],
    ];
    const program = start([], pointingAt(pce));
    const answers = await Promise.all(REVISIONS.map((revision) => asked(program, revision, questions)));
    const contents = answers.map(({ results }) => results.map(contentOf));
    for (const content of contents) expect(content).toEqual(contents[0]);
    expect(contents[0]?.[1]).toMatchObject({ notes: ['max_results: read "50" as 50.'], totals: { returned: 50 } });
    expect(errorOf(answers[0]?.results[3])).toMatchObject({ error: 'invalid_arguments' });
    expect(contents[0]?.[4]).toMatchObject({ answer: expect.stringMatching(/\d+ connections/) });
  });

  it('--demo needs no configuration', async () => {
    const question: [string, Record<string, unknown>] = ['get-workload-enforcement-status', {}];
    const answers = await Promise.all(
      (['2026-07-28', '2025-03-26'] as const).map((revision) => asked(start(['--demo']), revision, [question])),
    );
    const [modern, legacy] = answers.map(({ results }) => results[0]?.structuredContent);
    expect(modern).toMatchObject({ answer: expect.stringContaining('640 workloads') });
    expect(legacy).toEqual(modern);
  });

  it('--demo writes nothing but JSON-RPC to stdout and ends within a second of its input', async () => {
    const messages = [
      initialize(1, '2025-06-18'),
      initialized,
      request(2, 'tools/list'),
      request(3, 'tools/call', { name: 'check-pce-connection', arguments: {} }),
    ];
    const run = await quickest(() => runRaw(start(['--demo']), messages, 3));
    expect(run.lines.map(rpc).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(run.code).toBe(0);
    expect(run.exitMs).toBeLessThan(1_000);
  });
});

describe('the server', () => {
  const start = (args: readonly string[], env: Record<string, string> = {}) => box.program(bundle, args, env);

  it('starts and lists without a PCE; a call says what to set', async () => {
    const { names, results } = await asked(start([], { PCE_HOST: 'pce.example.com', API_KEY: 'api_1' }), '2026-07-28', [
      ['get-labels', {}],
    ]);
    expect(names).toContain('get-labels');
    expect(errorOf(results[0])).toMatchObject({
      error: 'not_configured',
      message: 'No PCE is configured: PCE_ORG_ID, API_SECRET are not set.',
      remedy: expect.stringContaining('--demo'),
    });
  });

  it('offers and does no change in read-only mode', async () => {
    const call: [string, Record<string, unknown>] = ['create-label', { key: 'app', value: 'never' }];
    const { names, results } = await asked(start(['--read-only'], pointingAt(pce)), '2025-11-25', [call]);
    expect(names).toContain('get-labels');
    expect(names.filter((name) => /^(?:create|update|delete)-/.test(name))).toEqual([]);
    expect(errorOf(results[0])).toMatchObject({ error: 'read_only' });
  });

  it('offers the toolsets and tools that were chosen', async () => {
    const names = async (args: readonly string[], env: Record<string, string> = {}) =>
      (await asked(start(args, env), '2026-07-28', [])).names;
    expect(await names(['--toolsets', 'operations'])).toEqual([
      'check-pce-connection',
      'get-events',
      'get-server-changelog',
    ]);
    expect(await names([], { MCP_ALLOWED_TOOLS: 'get-vens,get-labels' })).toEqual(['get-labels', 'get-vens']);
    expect(await names([], { MCP_ALLOWED_TOOLS: 'get-vens,get-labels', MCP_TOOLSETS: 'default' })).toEqual([
      'get-labels',
    ]);
    const { results } = await asked(start(['--toolsets', 'operations']), '2026-07-28', [['get-labels', {}]]);
    expect(errorOf(results[0])).toMatchObject({ error: 'forbidden' });
  });

  it('sends text alone when told so', async () => {
    const env = { ...pointingAt(pce), MCP_STRUCTURED: 'off' };
    const { results } = await asked(start([], env), '2025-11-25', [['get-labels', {}]]);
    expect(results[0]).not.toHaveProperty('structuredContent');
    expect(results[0]?.isError).toBeUndefined();
  });

  it('does not start with a configuration that is wrong, and says all of it at once', async () => {
    const run = await runRaw(start([], { PCE_PORT: 'x', MCP_READONLY: '1', MCP_ALLOWED_TOOLS: 'get-lables' }), [], 0);
    expect(run.code).toBe(1);
    expect(run.lines).toEqual([]);
    expect(run.stderr).toContain('- PCE_PORT must be');
    expect(run.stderr).toContain('- MCP_READONLY is not a setting; did you mean MCP_READ_ONLY?');
    const other = await runRaw(start([], { MCP_ALLOWED_TOOLS: 'get-lables' }), [], 0);
    expect(other.stderr).toContain('get-lables (did you mean get-labels?)');
    expect(other.code).toBe(1);
  });

  it('keeps the API key out of its log, whatever happens', async () => {
    const file = join(box.folder, 'logs', 'server.log');
    const env = {
      ...pointingAt(pce),
      API_SECRET: 'canary-4711-canary',
      MCP_LOG_LEVEL: 'debug',
      MCP_LOG_FILE: file,
    };
    const messages = [
      initialize(1, '2025-06-18'),
      initialized,
      request(2, 'tools/call', { name: 'get-labels', arguments: {} }),
      request(3, 'tools/call', { name: 'canary-4711-canary', arguments: {} }),
    ];
    const run = await runRaw(start([], env), messages, 3);
    expect(run.lines.map(rpc).find(({ id }) => id === 2)).toMatchObject({ result: { isError: true } });
    for (const text of [run.stderr, readFileSync(file, 'utf8')]) {
      expect(text).toContain('pce_unauthorized');
      expect(text).not.toContain('canary-4711');
    }
  });
});
