import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../calendar.ts';
import { ANCHORS } from '../estate-testing.ts';
import type { Estate, FlowRow } from '../estate.ts';
import { buildEstate } from '../index.ts';

const nowMs = ANCHORS.thirtyFirst;
const mid = buildEstate({ profile: 'mid', seed: 7, nowMs });
const month = (estate: Estate): FlowRow[] => [...estate.traffic.rows(estate.nowMs - 30 * DAY, estate.nowMs)];
const rows = month(mid);

const keyOf = (row: FlowRow): string =>
  [row.srcIp, row.dstIp, row.proto, row.port, row.process, row.user, row.reporter].join(' ');

describe('the flows of the demo estate', () => {
  it.each(Object.entries(ANCHORS))('are about 9,000 rows in 30 days at %s', (_name, anchor) => {
    for (const seed of [1, 7]) {
      const { length } = month(buildEstate({ profile: 'mid', seed, nowMs: anchor }));
      expect(length).toBeGreaterThan(8_700);
      expect(length).toBeLessThan(9_300);
    }
  });

  it('have one row for each pair, service, program, account and reporter', () => {
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
  });

  it('name workloads by the addresses they have', () => {
    const own = mid.workloads.map(({ interfaces }) => new Set(interfaces.map(({ address }) => address)));
    const outsiders = new Set(own.flatMap((addresses, i) => (mid.workloads[i]?.managed ? [...addresses] : [])));
    for (const row of rows) {
      const selfAssigned = row.srcIp.startsWith('169.254.') || row.srcIp.startsWith('fe80:');
      if (row.src >= 0) expect(selfAssigned || own[row.src]?.has(row.srcIp)).toBe(true);
      else expect(outsiders.has(row.srcIp)).toBe(false);
      if (row.dst >= 0) expect(own[row.dst]?.has(row.dstIp)).toBe(true);
      else expect(outsiders.has(row.dstIp)).toBe(false);
    }
  });

  it('are reported by those who can: a row from each managed end, the rest by a collector', () => {
    const seen = new Map<string, Set<string>>();
    for (const row of rows) {
      if (row.reporter === 'source') expect(mid.workloads[row.src]?.managed).toBe(true);
      if (row.reporter === 'destination') expect(mid.workloads[row.dst]?.managed).toBe(true);
      const pair = `${row.srcIp} ${row.dstIp} ${row.proto} ${row.port}`;
      seen.set(pair, (seen.get(pair) ?? new Set()).add(row.reporter));
    }
    for (const row of rows)
      if (row.transmission === 'unicast' && mid.workloads[row.src]?.managed && mid.workloads[row.dst]?.managed)
        expect(seen.get(`${row.srcIp} ${row.dstIp} ${row.proto} ${row.port}`)).toEqual(
          new Set(['source', 'destination']),
        );
  });

  it('lie within the range they were asked for', () => {
    const [from, to] = [nowMs - 3 * DAY - 1_234, nowMs - DAY + 777];
    let count = 0;
    for (const row of mid.traffic.rows(from, to)) {
      count++;
      expect(row.firstMs).toBeGreaterThanOrEqual(from);
      expect(row.lastMs).toBeLessThan(to);
      expect(row.firstMs).toBeLessThanOrEqual(row.lastMs);
      expect(row.connections).toBeGreaterThan(0);
    }
    expect(count).toBeGreaterThan(1_000);
  });

  it('carry the noise of a real network, all reporters, states and transmissions', () => {
    const values = <K extends keyof FlowRow>(field: K) => new Set(rows.map((row) => row[field]));
    expect(values('reporter')).toEqual(new Set(['source', 'destination', 'flowlink']));
    expect(values('transmission')).toEqual(new Set(['unicast', 'broadcast', 'multicast']));
    for (const state of ['active', 'closed', 'timed out', 'snapshot', 'new', 'incomplete'] as const)
      expect(values('state').has(state), state).toBe(true);
    expect(values('proto')).toEqual(new Set([1, 6, 17]));
    expect(rows.some((row) => row.srcIp.startsWith('fe80:'))).toBe(true);
    expect(rows.some((row) => row.droppedByHost)).toBe(true);
    expect(rows.some((row) => row.dstFqdn !== null)).toBe(true);
    expect(rows.some((row) => row.windowsService !== null && row.reporter === 'source')).toBe(false);
    expect(rows.filter((row) => row.user?.startsWith('MRG\\')).length).toBeGreaterThan(100);
  });
});

/** Sums by key, to compare ranges with their parts. */
function sums(parts: readonly Iterable<FlowRow>[]): Map<string, string> {
  const total = new Map<string, { connections: number; bytes: number; first: number; last: number }>();
  for (const part of parts)
    for (const row of part) {
      const known = total.get(keyOf(row)) ?? { connections: 0, bytes: 0, first: Number.POSITIVE_INFINITY, last: 0 };
      total.set(keyOf(row), {
        connections: known.connections + row.connections,
        bytes: known.bytes + row.bytesIn + row.bytesOut,
        first: Math.min(known.first, row.firstMs),
        last: Math.max(known.last, row.lastMs),
      });
    }
  return new Map([...total].map(([key, value]) => [key, JSON.stringify(value)]));
}

describe('a range is the sum of its parts', () => {
  const small = buildEstate({ profile: 'small', seed: 11, nowMs, flows: 4_000 });

  it('wherever it is cut', () => {
    assert(
      property(array(integer({ min: 0, max: 40 * DAY }), { minLength: 3, maxLength: 5 }), (times) => {
        const cuts = times.map((ago) => nowMs - ago).toSorted((a, b) => a - b);
        const [first = 0, last = 0] = [cuts[0], cuts.at(-1)];
        const parts = cuts.slice(1).map((cut, i) => small.traffic.rows(cuts[i] ?? cut, cut));
        expect(sums(parts)).toEqual(sums([small.traffic.rows(first, last)]));
      }),
      { numRuns: 25, seed: 5 },
    );
  });

  it('also when it goes on after the start', () => {
    const later = sums([small.traffic.rows(nowMs - DAY, nowMs), small.traffic.rows(nowMs, nowMs + 2 * DAY)]);
    expect(later).toEqual(sums([small.traffic.rows(nowMs - DAY, nowMs + 2 * DAY)]));
    expect([...small.traffic.rows(nowMs + HOUR, nowMs + DAY)].length).toBeGreaterThan(100);
  });

  it('and there is nothing before the history begins', () => {
    expect([...mid.traffic.rows(0, mid.traffic.oldestMs)]).toEqual([]);
    expect(nowMs - mid.traffic.oldestMs).toBeGreaterThanOrEqual(90 * DAY);
    expect([...mid.traffic.rows(mid.traffic.oldestMs, mid.traffic.oldestMs + 7 * DAY)].length).toBeGreaterThan(3_000);
  });
});

describe('the number of rows asked for', () => {
  it.each([
    ['mid', 20_000],
    ['mid', 450_000],
    ['mid', 1_000_000],
    ['small', 50_000],
  ] as const)('%s with %d', (profile, flows) => {
    const estate = buildEstate({ profile, seed: 7, nowMs, flows });
    const shop = new Set(
      estate.workloads.flatMap(({ hostname }, i) => (hostname?.includes('-ecommerce-') === true ? [i] : [])),
    );
    let count = 0;
    let ofShop = 0;
    for (const row of estate.traffic.rows(nowMs - 30 * DAY, nowMs)) {
      count++;
      if (shop.has(row.dst)) ofShop++;
    }
    expect(Math.abs(count - flows) / flows).toBeLessThan(0.02);
    // One application alone passes the cap of a single traffic query (issue 4).
    if (flows === 450_000) expect(ofShop).toBeGreaterThan(200_000);
  });

  it('few rows keep every planted lane', () => {
    const estate = buildEstate({ profile: 'mid', seed: 7, nowMs, flows: 1_000 });
    const few = month(estate);
    expect(few.length).toBeLessThan(4_000);
    expect(few.some((row) => row.dstIp === '203.0.113.77')).toBe(true);
  });

  it('bulk rows are different connections', () => {
    const estate = buildEstate({ profile: 'mid', seed: 7, nowMs, flows: 60_000 });
    const keys = new Set<string>();
    let count = 0;
    for (const row of estate.traffic.rows(nowMs - 30 * DAY, nowMs)) {
      keys.add(keyOf(row));
      count++;
    }
    expect(keys.size).toBe(count);
  });
});
