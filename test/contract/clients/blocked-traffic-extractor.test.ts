import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What the Blocked-Traffic-Extractor sends, deletes included (traffic.md §0.3, §1.3, §2.8, §7.3, §8.6, §15). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({ Accept: 'application/json', 'Content-Type': 'application/json', 'x-public-api-version': '2' });
});
afterAll(() => it.close());

test('it tries the key on one label and looks at the size of the traffic database', async () => {
  expect(parsed(await it.say('GET', '/orgs/1/labels?max_results=1'))).toHaveLength(1);
  const metrics = parsed(await it.say('GET', '/orgs/1/traffic_flows/database_metrics'));
  for (const name of ['flows_days', 'flows_days_limit', 'flows_size_gb', 'flows_size_gb_limit']) {
    expect(metrics[name]).toEqual(expect.any(Number));
  }
});

test('collections, either at once or through a job that it deletes', async () => {
  const accepted = await it.say('GET', '/orgs/1/sec_policy/active/ip_lists', { headers: { Prefer: 'respond-async' } });
  expect([200, 202]).toContain(accepted.status);
  const location = accepted.headers['location'] ?? '';
  const job = await until(
    async () => parsed(await it.say('GET', location)),
    ({ status }) => status === 'done',
  );
  expect(parsed(await it.say('GET', (job['result'] as { readonly href: string }).href))).toEqual(expect.any(Array));
  expect((await it.say('DELETE', location)).status).toBe(204);
});

test('blocked traffic: posted once, polled, downloaded, deleted', async () => {
  const body = asking({
    policy_decisions: ['blocked', 'potentially_blocked'],
    exclude_workloads_from_ip_list_query: true,
    query_name: 'blocked',
  });
  const posted = await it.say('POST', '/orgs/1/traffic_flows/async_queries', { body: JSON.stringify(body) });
  // It posts again, for ever, on anything but these.
  expect([201, 202]).toContain(posted.status);
  const { href } = parsed<{ readonly href: string }>(posted);
  await until(
    async () => parsed(await it.say('GET', href)),
    ({ status }) => status === 'completed',
  );
  const rows = parsed<readonly Json[]>(await it.say('GET', `${href}/download`));
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(['blocked', 'potentially_blocked']).toContain(row['policy_decision']);
  expect((await it.say('DELETE', href)).status).toBe(204);
  expect((await it.say('GET', href)).status).toBe(404);
});
