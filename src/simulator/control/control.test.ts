import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Json, NOW_MS, type Pce, startPce } from '../../../test/contract/simulator-traffic/harness.ts';

let pce: Pce;
beforeAll(async () => {
  pce = await startPce({ rateLimit: 40 });
});
afterAll(() => pce.close());

const requests = async () => (await pce.control<{ readonly requests: readonly Json[] }>('GET', '/requests')).requests;

test('the request log says who asked what, and how it ended', async () => {
  await pce.control('DELETE', '/requests');
  await pce.call('GET', '/orgs/1/labels?max_results=1');
  await pce.call('POST', '/orgs/1/labels', { body: {}, as: 'readOnly' });
  await fetch(`${pce.url}/api/v2/orgs/1/labels`);
  await pce.control('POST', '/faults', [{ match: {}, effect: { kind: 'reset' } }]);
  await pce.call('GET', '/orgs/1/workloads').catch(() => undefined);
  const log = await requests();
  expect(log).toMatchObject([
    { method: 'GET', path: '/api/v2/orgs/1/labels', query: 'max_results=1', status: 200, api_key_id: pce.apiKey },
    { method: 'POST', path: '/api/v2/orgs/1/labels', query: '', status: 403, api_key_id: pce.keys.readOnly.apiKey },
    { method: 'GET', path: '/api/v2/orgs/1/labels', status: 401, api_key_id: null },
    { method: 'GET', path: '/api/v2/orgs/1/workloads', status: null },
  ]);
  expect(JSON.stringify(log)).not.toContain(pce.apiSecret);
  expect(Date.parse(String(log[0]?.['at']))).toBeGreaterThanOrEqual(NOW_MS);
});

test('control calls are neither logged nor counted against a quota', async () => {
  await pce.control('DELETE', '/requests');
  for (let i = 0; i < 60; i++) await pce.control('GET', '/clock');
  expect(await requests()).toEqual([]);
  expect((await pce.call('GET', '/orgs/1/labels?max_results=1')).status).toBe(200);
});

test('programs on this machine only, not web pages', async () => {
  const answer = await fetch(`${pce.url}/_sim/requests`, { headers: { origin: 'https://example.com' } });
  expect(answer.status).toBe(403);
  expect((await fetch(`${pce.url}/_sim/requests`)).status).toBe(200);
});

test('an unknown call lists those there are', async () => {
  const answer = await fetch(`${pce.url}/_sim`);
  expect(answer.status).toBe(404);
  const { routes } = (await answer.json()) as { readonly routes: readonly Json[] };
  expect(routes.map(({ call }) => call)).toContain('POST /_sim/replay');
});

test('the clock goes forward only', async () => {
  const { now } = await pce.control<{ readonly now: string }>('POST', '/clock', { jump_ms: 60_000 });
  expect(Date.parse(now)).toBeGreaterThanOrEqual(NOW_MS + 60_000);
  await expect(pce.control('POST', '/clock', { jump_ms: -1 })).rejects.toThrow(/406/);
  await expect(pce.control('POST', '/clock', {})).rejects.toThrow(/406/);
});

test('the count of a query is that of its rows', async () => {
  const body = asking({ policy_decisions: ['unknown'] });
  const { href } = await pce.finished(body);
  const rows = await pce.json<readonly { readonly num_connections: number }[]>('GET', `${href}/download`);
  expect(await pce.control('POST', '/traffic/count', body)).toEqual({
    rows: rows.length,
    connections: rows.reduce((sum, row) => sum + row.num_connections, 0),
  });
  expect(rows.length).toBeGreaterThan(0);
});
