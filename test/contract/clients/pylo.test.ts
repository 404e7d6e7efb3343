import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What pylo demands (objects.md §12, traffic.md §3, §7.3, §8.4). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({
    'User-Agent': 'python-requests/2.31.0',
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
  });
});
afterAll(() => it.close());

test('the long version fits its pattern', async () => {
  const { long_display } = parsed<{ readonly long_display: string }>(await it.say('GET', '/product_version'));
  expect(long_display).toMatch(/^\d+\.\d+\.\d+(-\d+)?$/);
});

test('counts with X-Total-Count, then takes everything at once', async () => {
  const counted = await it.say('GET', '/orgs/1/workloads?include_deleted=yes');
  expect(counted.headers['x-total-count']).toMatch(/^\d+$/);
  const all = parsed<readonly Json[]>(await it.say('GET', '/orgs/1/workloads?max_results=99999'));
  expect(all).toHaveLength(it.pce.world.estate.workloads.length);
});

test('asynchronous reads answer exactly 202 with both headers, even for small collections', async () => {
  const accepted = await it.say('GET', '/orgs/1/sec_policy/draft/ip_lists?max_results=99999', {
    headers: { Prefer: 'respond-async' },
  });
  expect(accepted.status).toBe(202);
  expect(accepted.headers).toMatchObject({ location: expect.any(String), 'retry-after': expect.any(String) });
  const job = await until(
    async () => parsed(await it.say('GET', accepted.headers['location'] ?? '')),
    ({ status }) => status === 'done',
  );
  expect((await it.say('GET', (job['result'] as { readonly href: string }).href)).status).toBe(200);
});

test('DELETE answers exactly 204', async () => {
  const { href } = parsed<{ readonly href: string }>(
    await it.say('POST', '/orgs/1/labels', {
      headers: { 'Content-Type': 'application/json' },
      body: '{"key":"loc","value":"pylo-test"}',
    }),
  );
  expect((await it.say('DELETE', href)).status).toBe(204);
});

test('the blocking traffic query, without a name', async () => {
  const { query_name: _name, ...body } = asking({ max_results: 200 });
  const answer = await it.say('POST', '/orgs/1/traffic_flows/traffic_analysis_queries', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([200, 201, 204]).toContain(answer.status);
  for (const { src, dst } of parsed<readonly { readonly src: Json; readonly dst: Json }[]>(answer)) {
    for (const end of [src, dst]) {
      const workload = end['workload'] as Json | undefined;
      if (workload) expect(workload['href']).toEqual(expect.any(String));
      for (const list of (end['ip_lists'] ?? []) as readonly Json[]) expect(list['href']).toEqual(expect.any(String));
    }
  }
});

test('429 is recognised by its token', async () => {
  await it.pce.control('POST', '/faults', [{ match: {}, effect: { kind: 'rate_limit' } }]);
  const limited = await it.say('GET', '/orgs/1/labels');
  expect(limited.status).toBe(429);
  expect(parsed<readonly Json[]>(limited)[0]?.['token']).toBe('too_many_requests_error');
});
