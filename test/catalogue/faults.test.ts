import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/faults/fault.ts';
import { allPages, callWith } from './call.ts';
import { type Simulated, simulated } from './simulated.ts';

let pce: Simulated;
let wholeSummary: unknown;
beforeEach(async () => {
  pce = await simulated({ profile: 'small' }, { impatient: true });
});
afterEach(() => pce.close());

async function faults(...planned: readonly Fault[]): Promise<void> {
  const { url, apiKey, apiSecret } = pce.simulator;
  const answer = await fetch(`${url}/_sim/faults`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
    },
    body: JSON.stringify(planned),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

const workloads = async (): Promise<number> => {
  const pages = await allPages(pce.dispatcher, 'get-workloads', {});
  return new Set(pages.flatMap(({ structured }) => structured.items.map(({ href }) => href))).size;
};

const path = '/orgs/1/workloads';

describe('get-workloads', () => {
  it('waits out a storm of 429', async () => {
    await faults({ match: { path, count: 2 }, effect: { kind: 'rate_limit', retry_after: 1 } });
    expect(await workloads()).toBe(160);
  });

  it.each([
    ['a connection that breaks in the body', { kind: 'reset', after_bytes: 20_000 }],
    ['an answer that ends early', { kind: 'truncate', after_bytes: 20_000 }],
    ['a server error', { kind: 'status', status: 503 }],
    ['a page that is no JSON', { kind: 'content_type', value: 'text/html' }],
  ] as const)('tells everything or fails clearly after %s, once or for ever', async (_what, effect) => {
    await faults({ match: { path, count: 1 }, effect });
    const once = await callWith(pce.dispatcher, 'get-workloads', {});
    if (once.isError) expect(once.structured.error).toMatch(/^pce_/);
    else expect(once.structured.totals.total).toBe(160);

    await faults({ match: { path, count: 0 }, effect });
    const always = await callWith(pce.dispatcher, 'get-workloads', { name: 'a' });
    expect(always.isError).toBe(true);
    expect(always.structured.error).toMatch(/^(pce_|timeout)/);
    expect(always.structured.items).toBeUndefined();
  });
});

describe('get-traffic-flows-summary', () => {
  // Another question over the same rows: an equal one would be answered with the rows that are there already.
  const anew = { max_results: 150_000 };
  const download = '/orgs/1/traffic_flows/async_queries/*/download';
  beforeEach(async () => {
    const { structured, text } = await callWith(pce.dispatcher, 'get-traffic-flows-summary', {});
    expect(structured.totals.rows, text).toBeGreaterThan(0);
    wholeSummary = structured.totals;
  });

  it.each([
    ['a result that was announced before it was there', { kind: 'empty_result' }],
    ['a connection that breaks in the body', { kind: 'reset', after_bytes: 30_000 }],
    ['a download that ends early', { kind: 'truncate', after_bytes: 30_000 }],
    ['an expired query', { kind: 'expire_query' }],
  ] as const)('counts everything or fails clearly after %s', async (_what, effect) => {
    await faults({ match: { path: download, count: 1 }, effect });
    const { structured, isError } = await callWith(pce.dispatcher, 'get-traffic-flows-summary', anew);
    if (isError) expect(structured.error).toMatch(/^pce_/);
    else expect(structured.totals).toEqual(wholeSummary);
  });

  it('never takes the missing result for no traffic', async () => {
    await faults({ match: { path: download, count: 0 }, effect: { kind: 'empty_result' } });
    const { structured, isError } = await callWith(pce.dispatcher, 'get-traffic-flows-summary', anew);
    expect(isError).toBe(true);
    expect(structured.error).toBe('pce_bad_answer');
  });
});

describe('check-pce-connection', () => {
  it('is an error when the PCE does not accept the key or does not answer', async () => {
    await faults({ match: { count: 0 }, effect: { kind: 'status', status: 401 } });
    const refused = await callWith(pce.dispatcher, 'check-pce-connection', {});
    expect(refused).toMatchObject({ isError: true, structured: { error: 'pce_unauthorized' } });
  });
});
