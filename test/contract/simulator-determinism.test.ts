import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { allRoutes } from '../../src/simulator/routes.ts';
import { releaseOf, routesIn } from '../../src/simulator/versions.ts';
import { asking, startPce } from './simulator-traffic/harness.ts';

const DAY_MS = 86_400_000;

/** Every collection that can be read without knowing an id. Jobs and queries are the caller's own. */
const COLLECTIONS = [
  ...new Set(
    routesIn(releaseOf(), allRoutes())
      .filter(
        ({ method, collection, path }) =>
          method === 'GET' && collection === true && !/jobs|allow|:(?!org|version)/.test(path),
      )
      .flatMap(({ path }) =>
        ['draft', 'active'].map((version) => path.replace(':org', '1').replace(':version', version)),
      ),
  ),
];

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Digests of every collection, of the events before the start and of a 30-day traffic download, as a foreign client gets them. */
async function digests(seed: number, nowMs: number): Promise<Record<string, string>> {
  const pce = await startPce({ own: true, profile: 'mid', seed, nowMs });
  const [start, end] = [new Date(nowMs - 30 * DAY_MS).toISOString(), new Date(nowMs).toISOString()];
  const all: Record<string, string> = {};
  try {
    for (const path of COLLECTIONS) {
      const answer = await pce.call('GET', `${path}?type=user&max_results=100000`);
      expect(answer.status, path).toBe(200);
      all[path] = digest(await answer.text());
    }
    const events = await pce.call('GET', `/orgs/1/events?timestamp[lte]=${end}&max_results=10000`);
    all['events'] = digest(await events.text());
    const { href } = await pce.finished(asking({ start_date: start, end_date: end }));
    const download = await (await pce.call('GET', `${href}/download`)).text();
    expect(download.length).toBeGreaterThan(1_000_000);
    all['download'] = digest(download);
  } finally {
    await pce.close();
  }
  return all;
}

describe('the same profile, seed and time', () => {
  // A Sunday, a first and a thirty-first of a month.
  it.each(['2026-03-15T08:00:00Z', '2026-01-01T00:00:00Z', '2026-08-31T23:59:59Z'])(
    'give the same bytes of every collection and of a 30-day download: %s',
    async (now) => {
      const nowMs = Date.parse(now);
      const [one, two, other] = [await digests(7, nowMs), await digests(7, nowMs), await digests(8, nowMs)];
      expect(Object.keys(one).length).toBeGreaterThan(15);
      expect(two).toEqual(one);
      for (const path of ['/orgs/1/workloads', 'events', 'download']) expect(other[path], path).not.toBe(one[path]);
    },
  );
});
