import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildEstate } from '../../src/simulator/estates/index.ts';
import { allRoutes } from '../../src/simulator/routes.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';

/** Every collection that can be read without knowing an id, as bytes. */
const PATHS = [
  ...new Set(
    allRoutes()
      .filter(
        ({ method, collection, path }) =>
          method === 'GET' && collection === true && !/jobs|allow|\/:id|:ruleSet/.test(path),
      )
      .flatMap(({ path }) =>
        ['draft', 'active'].map((version) => path.replace(':org', '1').replace(':version', version)),
      ),
  ),
];

async function digests(seed: number, nowMs: number): Promise<Record<string, string>> {
  const simulator = await startSimulator({
    estate: buildEstate({ profile: 'small', seed, nowMs }),
    rateLimit: 'off',
  });
  const call = clientOf(simulator);
  const all: Record<string, string> = {};
  for (const path of PATHS) {
    const { status, text } = await call('GET', `${path}?type=user&max_results=100000`);
    expect(status, path).toBe(200);
    all[path] = createHash('sha256').update(text).digest('hex');
  }
  await simulator.close();
  return all;
}

describe('the same profile, seed and time', () => {
  // A Sunday, a first and a thirty-first of a month.
  it.each(['2026-03-15T08:00:00Z', '2026-01-01T00:00:00Z', '2026-08-31T23:59:59Z'])(
    'give the same bytes of every collection: %s',
    async (now) => {
      const nowMs = Date.parse(now);
      const [one, two, other] = [await digests(5, nowMs), await digests(5, nowMs), await digests(6, nowMs)];
      expect(Object.keys(one).length).toBeGreaterThan(15);
      expect(two).toEqual(one);
      expect(other['/orgs/1/workloads']).not.toBe(one['/orgs/1/workloads']);
    },
  );
});
