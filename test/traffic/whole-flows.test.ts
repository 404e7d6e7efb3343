import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { randomCursorKey } from '../../src/answer/cursor.ts';
import getTrafficFlows from '../../src/tools/traffic/get-traffic-flows.ts';
import whoTalksTo from '../../src/tools/traffic/who-talks-to.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { callTool, callWith, dispatcherOf } from '../catalogue/call.ts';
import { flowRow } from '../catalogue/flow-rows.ts';
import { type CappedOptions, cappedPce } from './capped-pce.ts';

const flows = flowTables();
afterAll(() => flows.close());

const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };
const DECISIONS = ['allowed', 'potentially_blocked', 'blocked', 'unknown'] as const;

/** 400 rows that differ in decision, port, protocol and source; each lasts a minute. */
const rows = Array.from({ length: 400 }, (_, n) => ({
  ...flowRow({
    from: { ip: `10.${n % 200}.${n % 7}.1` },
    to: { ip: '10.9.9.9' },
    port: [443, 22, 8080, 40_000, 50_000][n % 5] ?? 443,
    proto: n % 3 === 0 ? 17 : 6,
    policy: DECISIONS[n % 11 === 0 ? n % 4 : 0] ?? 'allowed',
    connections: n + 1,
  }),
  timestamp_range: {
    first_detected: `2025-06-${String(1 + (n % 14)).padStart(2, '0')}T10:00:00Z`,
    last_detected: `2025-06-${String(1 + (n % 14)).padStart(2, '0')}T10:01:00Z`,
  },
}));
const connections = rows.reduce((sum, row) => sum + row.num_connections, 0);

const all = { group_by: ['policy'] };
const ask = (options: Partial<CappedOptions>, args: object = all) => {
  const pce = cappedPce({ rows, cap: 40, ...options });
  return { pce, called: callTool(getTrafficFlows, args, { pce, flows, clock }) };
};

describe('a result the PCE cut', () => {
  it('is read whole in parts with nothing in common, and every query is freed', async () => {
    const { pce, called } = ask({});
    const { structured } = await called;
    expect(structured.totals).toMatchObject({ total_pce_flows: 400, connections });
    expect(structured.coverage).toMatchObject({ rows_read: 400, truncated: false, gaps: [] });
    expect(pce.queries.length).toBeGreaterThan(10);
    expect(pce.discarded()).toBe(pce.queries.length);
  });

  it('is left as it is where max_results is the wish of the caller', async () => {
    const { pce, called } = ask({ cap: 1_000 }, { ...all, max_results: 400 });
    const { structured } = await called;
    expect(pce.queries).toHaveLength(1);
    expect(structured.coverage).toMatchObject({ rows_read: 400, row_cap: 400, truncated: true });
  });

  it('names the part that failed, and is an error when all do', async () => {
    const { called } = ask({ fails: ({ decisions }) => decisions.length === 1 && decisions[0] === 'blocked' });
    const { structured, text } = await called;
    const without = rows.filter((row) => row.policy_decision !== 'blocked');
    expect(structured.totals.total_pce_flows).toBe(without.length);
    expect(structured.coverage.truncated).toBe(true);
    expect(structured.coverage.gaps).toEqual(['blocked: The PCE could not finish the traffic query.']);
    expect(text).toContain('CUT');
    const none = await ask({ fails: ({ decisions }) => decisions.length === 1 }).called;
    expect(none).toMatchObject({ isError: true, structured: { error: 'pce_unavailable' } });
  });

  it('has upper bounds where it had to be cut in time, and says so', async () => {
    // One decision, port and source: nothing but time is left. Every flow lasted all the time.
    const same = Array.from({ length: 60 }, (_, n) => ({
      ...flowRow({ from: { ip: '10.0.0.1' }, to: { ip: `10.1.0.${n}` }, port: 443 }),
      timestamp_range: {
        first_detected: n < 30 ? '2025-05-17T00:00:00Z' : '2025-06-10T00:00:00Z',
        last_detected: n < 30 ? '2025-05-20T00:00:00Z' : n === 59 ? '2025-06-10T00:00:00Z' : '2025-06-12T00:00:00Z',
      },
    }));
    const exact = await ask({ rows: same, cap: 40 }).called;
    expect(exact.structured.totals.total_pce_flows).toBe(60);
    expect(exact.structured.coverage.gaps.join()).toContain('upper bounds');
    expect(exact.structured.answer).toContain('at most');
  });

  it('says what is left when nothing divides it any more', async () => {
    const row = {
      ...flowRow({ from: { ip: '10.0.0.1' }, to: { ip: '10.1.0.1' }, port: 443 }),
      timestamp_range: { first_detected: '2025-06-10T00:00:00Z', last_detected: '2025-06-10T00:00:01Z' },
    };
    const { called } = ask(
      { rows: Array.from({ length: 200_001 }, () => row), cap: 200_000 },
      { ...all, start_date: '2025-06-10T00:00:00Z', end_date: '2025-06-10T01:00:00Z', policy_decisions: ['allowed'] },
    );
    const { structured } = await called;
    expect(structured.totals.total_pce_flows).toBe(200_000);
    expect(structured.coverage.truncated).toBe(true);
    expect(structured.coverage.gaps.join()).toContain('rows beyond max_results (200000)');
  });
});

describe('equal questions', () => {
  const twice = async (
    first: object,
    second: object,
    between: (pce: ReturnType<typeof cappedPce>) => void = () => {},
  ) => {
    const pce = cappedPce({ rows, cap: 1_000 });
    const dispatcher = dispatcherOf([getTrafficFlows], { pce, flows, clock });
    await callWith(dispatcher, 'get-traffic-flows', first);
    between(pce);
    await callWith(dispatcher, 'get-traffic-flows', second);
    return pce.queries.length;
  };

  it('share one download, whatever they group by', async () => {
    expect(await twice(all, { group_by: ['port'], query_name: 'another name' })).toBe(1);
  });

  it('share it at the same time as well', async () => {
    const pce = cappedPce({ rows, cap: 1_000 });
    const dispatcher = dispatcherOf([getTrafficFlows], { pce, flows, clock });
    const both = await Promise.all(
      [all, { group_by: ['port'] }].map((args) => callWith(dispatcher, 'get-traffic-flows', args)),
    );
    expect(both.map(({ structured }) => structured.totals.connections)).toEqual([connections, connections]);
    expect(pce.queries).toHaveLength(1);
  });

  it('do not, when a filter differs or something was written between them', async () => {
    expect(await twice(all, { ...all, policy_decisions: ['allowed'] })).toBe(2);
    expect(await twice(all, { ...all, lookback_days: 7 })).toBe(2);
    expect(await twice(all, all, (pce) => pce.wrote())).toBe(2);
  });
});

describe('a slow query', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends the call after 45 seconds with a cursor that goes on with it', async () => {
    const done = Promise.withResolvers<void>();
    const pce = cappedPce({ rows, cap: 1_000, finished: () => done.promise });
    const dispatcher = dispatcherOf([getTrafficFlows], { pce, flows, clock });
    const calling = callWith(dispatcher, 'get-traffic-flows', all);
    await vi.advanceTimersByTimeAsync(45_000);
    const { structured, isError, text } = await calling;
    expect(isError).toBe(false);
    expect(structured.items).toEqual([]);
    expect(structured.coverage).toMatchObject({ rows_read: 0, truncated: true });
    expect(text).toContain('not finished: repeat the call with cursor=');
    const again = callWith(dispatcher, 'get-traffic-flows', { ...all, cursor: structured.cursor });
    done.resolve();
    expect((await again).structured.totals).toMatchObject({ total_pce_flows: 400, connections });
    expect(pce.queries).toHaveLength(1);
    expect(pce.cancelled()).toBe(0);
  });

  it('of a question that asks two is gone on with by another server: both of them, each for its own side', async () => {
    const done = Promise.withResolvers<void>();
    const pce = cappedPce({ rows, cap: 1_000, finished: () => done.promise });
    const cursorKey = randomCursorKey();
    // Tables are kept with the flows: another object is another server.
    const target = async (items: readonly unknown[]) => ({
      include: items.length === 0 ? [] : [[{ ipAddress: '10.9.9.9' }]],
      exclude: [],
    });
    const resolving = { ...pce, resolve: { ...pce.resolve, sources: target, destinations: target } };
    const server = () => dispatcherOf([whoTalksTo], { pce: resolving, flows: { ...flows }, clock, cursorKey });
    const args = { target: '10.9.9.9', direction: 'both', group_by: ['port'] };
    const calling = callWith(server(), 'who-talks-to', args);
    await vi.advanceTimersByTimeAsync(45_000);
    const { structured } = await calling;
    expect(structured.coverage.gaps).toEqual(['everything: the traffic query is still running']);
    const again = callWith(server(), 'who-talks-to', { ...args, cursor: structured.cursor });
    done.resolve();
    expect((await again).structured.totals).toMatchObject({ rows: 400, connections });
    expect(pce.queries).toHaveLength(2);
    expect(new Set(pce.resumed).size).toBe(2);
  });
});

it('a call that is cancelled cancels the query on the PCE', async () => {
  const pce = cappedPce({ rows, cap: 1_000, finished: () => new Promise(() => undefined) });
  const dispatcher = dispatcherOf([getTrafficFlows], { pce, flows, clock });
  const abort = new AbortController();
  const calling = dispatcher.call({ name: 'get-traffic-flows', args: all, principal: OPERATOR, signal: abort.signal });
  await vi.waitFor(() => expect(pce.queries).toHaveLength(1));
  abort.abort();
  expect(await calling).toMatchObject({ isError: true });
  await vi.waitFor(() => expect(pce.cancelled()).toBe(1));
});

it('a download that breaks is opened once more, and nothing is counted twice', async () => {
  const pce = cappedPce({ rows, cap: 1_000 });
  let opened = 0;
  const breaking = {
    ...pce,
    traffic: async (...given: Parameters<typeof pce.traffic>) => {
      const stream = await pce.traffic(...given);
      return {
        ...stream,
        open: async () => {
          const download = await stream.open();
          opened += 1;
          return opened === 1 ? { ...download, chunks: firstHalf(download.chunks) } : download;
        },
      };
    },
  };
  const { structured } = await callTool(getTrafficFlows, all, { pce: breaking, flows, clock });
  expect(opened).toBe(2);
  expect(structured.totals).toMatchObject({ total_pce_flows: 400, connections });
});

async function* firstHalf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.subarray(0, chunk.length / 2);
}

it('progress tells the rows as they come', async () => {
  const pce = cappedPce({ rows, cap: 1_000 });
  const dispatcher = dispatcherOf([getTrafficFlows], { pce, flows, clock });
  const told: string[] = [];
  await callWith(dispatcher, 'get-traffic-flows', all, ({ message, progress, total }) =>
    told.push(`${message} ${progress} ${total}`),
  );
  expect(told).toContain('Reading flow rows 400 400');
});
