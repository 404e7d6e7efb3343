import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectPce, type PceConnection } from '../../src/pce/index.ts';
import { noWaiting } from '../../src/pce/testing/fixture.ts';
import type { Fault, FaultEffect } from '../../src/simulator/faults/fault.ts';
import getTrafficFlows from '../../src/tools/traffic/get-traffic-flows.ts';
import whoTalksTo from '../../src/tools/traffic/who-talks-to.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { callWith, dispatcherOf } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../client/simulated.ts';

// What a PCE does to a traffic question on its way: whatever comes of it is the whole answer, or an error that names what is missing.
let sim: Simulated;
let pce: PceConnection;
let whole: Readonly<Record<string, unknown>>;
const flows = flowTables();
const QUERIES = '/orgs/1/traffic_flows/async_queries';
const STEPS = {
  'the posting': { method: 'POST', path: QUERIES },
  'the polling': { method: 'GET', path: `${QUERIES}/*` },
  'the download': { method: 'GET', path: `${QUERIES}/*/download` },
  'the deleting': { method: 'DELETE', path: `${QUERIES}/*` },
} as const;
type Step = keyof typeof STEPS;

const NOW_MS = Date.UTC(2026, 4, 12, 9);
const args = { group_by: ['policy'], lookback_days: 3 };

/** Every call is a question of its own: nothing that was read before answers it. */
function ask(tool = 'get-traffic-flows', given: object = args) {
  const dispatcher = dispatcherOf([getTrafficFlows, whoTalksTo], {
    pce,
    flows: freshFlows(),
    clock: { now: () => NOW_MS },
  });
  return callWith(dispatcher, tool, given);
}
const freshFlows = () => ({ ...flows });

beforeAll(async () => {
  sim = await simulated({ delays: { queuedMs: 0, workingMs: 0, rulesMs: 0 } });
  pce = connectPce(sim.settings(), noWaiting());
  whole = (await ask()).structured.totals;
  expect(whole.total_pce_flows).toBeGreaterThan(0);
});
afterAll(async () => {
  await pce.close();
  await flows.close();
  await sim.close();
});
beforeEach(async () => {
  await sim.faults();
  await sim.requests();
});

const at = (step: Step, effect: FaultEffect, count: number): Fault => ({ match: { ...STEPS[step], count }, effect });
const LIMITED: FaultEffect = { kind: 'rate_limit', retry_after: 2 };

describe('a storm of 429', () => {
  it.each<[Step, number]>([
    ['the posting', 1],
    ['the polling', 1],
    ['the polling', 4],
    ['the download', 1],
    ['the download', 4],
    ['the deleting', 0],
  ])('that hits %s (%i times, 0: for ever) costs nothing but time', async (step, count) => {
    await sim.faults(at(step, LIMITED, count));
    const { structured, text } = await ask();
    expect(structured.totals, text).toEqual(whole);
    expect(structured.coverage).toMatchObject({ truncated: false, gaps: [] });
  });

  it('that hits everything now and then costs nothing but time', async () => {
    await sim.faults({ match: { path: `${QUERIES}/**`, probability: 0.3, count: 0 }, effect: LIMITED });
    for (let asked = 0; asked < 5; asked++) {
      const { structured, isError } = await ask();
      // Five times in a row at the same request is given up, and said.
      if (isError) expect(structured.error).toBe('pce_rate_limited');
      else expect(structured.totals).toEqual(whole);
    }
  });

  it.each<[Step]>([['the posting'], ['the polling'], ['the download']])(
    'that lasts at %s is said, with how long to wait, and nothing is answered',
    async (step) => {
      await sim.faults(at(step, LIMITED, 0));
      const { structured, isError, text } = await ask();
      expect(isError).toBe(true);
      expect(structured).toMatchObject({ error: 'pce_rate_limited', retry_after_seconds: 2 });
      expect(structured.items).toBeUndefined();
      expect(text).toContain('Too many requests');
    },
  );

  it('that hits the posting twice does not post a query twice that may be running', async () => {
    await sim.faults(at('the posting', LIMITED, 0));
    await ask();
    const posts = (await sim.requests()).filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(2);
  });
});

describe('what else goes wrong, once', () => {
  const ONCE: readonly (readonly [Step, string, FaultEffect])[] = [
    ['the polling', 'a broken connection', { kind: 'reset' }],
    ['the polling', 'an answer cut short', { kind: 'truncate', after_bytes: 40 }],
    ['the polling', 'a server error', { kind: 'status', status: 502 }],
    ['the download', 'a broken connection', { kind: 'reset', after_bytes: 30_000 }],
    ['the download', 'an answer cut short', { kind: 'truncate', after_bytes: 30_000 }],
    ['the download', 'a server error', { kind: 'status', status: 503 }],
    ['the download', 'a result that is not there yet', { kind: 'empty_result' }],
    ['the download', 'a slow drip', { kind: 'drip', bytes: 200_000, every_ms: 1 }],
  ];
  it.each(ONCE)('%s: %s is mended', async (step, _what, effect) => {
    await sim.faults(at(step, effect, 1));
    const { structured, text } = await ask();
    expect(structured.totals, text).toEqual(whole);
    expect(structured.coverage).toMatchObject({ truncated: false, gaps: [] });
  });
});

describe('what goes wrong for good', () => {
  // A reset may take with it what was sent before: then the connection broke before the answer began.
  const ALWAYS: readonly (readonly [Step, string, FaultEffect, RegExp, RegExp])[] = [
    ['the posting', 'a connection broken after it', { kind: 'reset', when: 'after' }, /^pce_unreachable$/, /reached/],
    [
      'the polling',
      'an answer cut short',
      { kind: 'truncate', after_bytes: 40 },
      /^pce_bad_answer$/,
      /could not be read/,
    ],
    ['the polling', 'an expired query', { kind: 'expire_query' }, /^pce_not_found$/, /no longer on the PCE/],
    [
      'the download',
      'a broken connection',
      { kind: 'reset', after_bytes: 30_000 },
      /^pce_(?:bad_answer|unreachable)$/,
      /broke off before its end|could not be reached/,
    ],
    [
      'the download',
      'an answer cut short',
      { kind: 'truncate', after_bytes: 30_000 },
      /^pce_bad_answer$/,
      /ends in the middle/,
    ],
    ['the download', 'an empty result', { kind: 'empty_result' }, /^pce_bad_answer$/, /counted \d+ flows.*empty/],
    ['the download', 'an expired query', { kind: 'expire_query' }, /^pce_not_found$/, /no longer on the PCE/],
    [
      'the download',
      'a page that is no JSON',
      { kind: 'content_type', value: 'text/html' },
      /^pce_bad_answer$/,
      /not what was asked for/,
    ],
  ];
  it.each(ALWAYS)('%s: %s is an error that says so, never an answer', async (step, _what, effect, code, says) => {
    await sim.faults(at(step, effect, 0));
    const { structured, isError, text } = await ask();
    expect([isError, structured.totals]).toEqual([true, undefined]);
    expect(structured.error).toMatch(code);
    expect(text).toMatch(says);
  });

  it('for one of two queries is an error for the question, and the other query is not left running', async () => {
    // Both are posted; the first download that is asked for fails for good, whichever it is.
    await sim.faults(at('the download', { kind: 'empty_result' }, 0));
    const { structured, isError } = await ask('who-talks-to', {
      target: 'env=prod',
      direction: 'both',
      lookback_days: 3,
    });
    expect([isError, structured.error]).toEqual([true, 'pce_bad_answer']);
    await expect
      .poll(async () => (await sim.raw(QUERIES)).filter(({ status }) => status === 'queued' || status === 'working'))
      .toEqual([]);
  });
});
