import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What illumio-ops sends and measured on a 25.2.40 (traffic.md §2.5, §2.8, §2.9, §6.1, §7.3, §15). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({ 'User-Agent': 'illumio-ops', Accept: 'application/json', 'Accept-Encoding': 'identity' });
});
afterAll(() => it.close());

const QUERIES = '/orgs/1/traffic_flows/async_queries';
const post = (body: unknown) =>
  it.say('POST', QUERIES, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

async function finished(body: unknown): Promise<Json & { readonly href: string }> {
  const { href } = parsed<{ readonly href: string }>(await post(body));
  return await until(
    async () => parsed<Json & { readonly href: string }>(await it.say('GET', href)),
    ({ status }) => ['completed', 'failed', 'cancelled', 'canceled', 'cancel_requested'].includes(String(status)),
  );
}

test('availability without credentials, then health', async () => {
  expect([200, 202]).toContain((await it.say('GET', '/node_available', { key: null })).status);
  expect((await it.say('GET', '/health')).status).toBe(200);
});

test('labels whole, workloads 500 at a time', async () => {
  const { labels, workloads } = it.pce.world.estate;
  expect(parsed(await it.say('GET', '/orgs/1/labels'))).toHaveLength(labels.length);
  const some = await it.say('GET', '/orgs/1/workloads?max_results=500');
  expect(parsed(some)).toHaveLength(Math.min(500, workloads.length));
  expect(Number(some.headers['x-total-count'])).toBe(workloads.length);
});

test('event types as a list with an operator; a time without a zone is refused', async () => {
  await it.say('POST', '/orgs/1/labels', {
    headers: { 'Content-Type': 'application/json' },
    body: '{"key":"app","value":"ops-test"}',
  });
  const since = '2026-02-28T00:00:00+00:00';
  const query = `timestamp[gte]=${encodeURIComponent(since)}&event_type[eq][]=label.create&event_type[eq][]=label.delete&max_results=1000`;
  const events = parsed<readonly Json[]>(await it.say('GET', `/orgs/1/events?${query}`));
  expect(events.length).toBeGreaterThan(0);
  for (const { event_type } of events) expect(['label.create', 'label.delete']).toContain(event_type);
  const naive = await it.say('GET', '/orgs/1/events?timestamp[gte]=2026-02-28T00:00:00');
  expect(naive.status).toBe(406);
  expect(parsed<readonly Json[]>(naive)[0]?.['token']).toBe('invalid_timestamp');
});

test('the download is read line by line, so it is one line', async () => {
  const { href, flows_count } = await finished(asking());
  const { text } = await it.say('GET', `${href}/download`);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toHaveLength(Number(flows_count));
});

test('`or` finds more than `and`; two labels of one key in one entry find nothing', async () => {
  const labels = it.pce.world.estate.labels
    .filter(({ key }) => key === 'env')
    .map(({ id }) => ({ label: { href: `/orgs/1/labels/${id}` } }));
  const [a, b] = labels;
  const side = (include: unknown) => ({ include, exclude: [] });
  const count = async (body: object) => Number((await finished(asking({ ...body })))['flows_count']);
  const both = { sources: side([[a]]), destinations: side([[b]]) };
  expect(await count({ ...both, sources_destinations_query_op: 'or' })).toBeGreaterThan(await count(both));
  const [one, two] = [await count({ sources: side([[a]]) }), await count({ sources: side([[b]]) })];
  expect(await count({ sources: side([[a], [b]]) })).toBe(one + two);
  expect(await count({ sources: side([[a, b]]) })).toBe(0);
});

test('what a 25.2.40 refuses in an include', async () => {
  expect(
    (await post(asking({ destinations: { include: [[{ transmission: 'broadcast' }]], exclude: [] } }))).status,
  ).toBe(406);
});

test('rule coverage: an empty object as body, 202 or 204, `rules` until it is done', async () => {
  const { href } = await finished(asking({ max_results: 20 }));
  const put = await it.say('PUT', `${href}/update_rules`, {
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect([202, 204]).toContain(put.status);
  await until(
    async () => parsed(await it.say('GET', href)),
    ({ rules }) => rules === 'completed' || rules === null || rules === '',
  );
  for (const row of parsed<readonly Json[]>(await it.say('GET', `${href}/download`))) {
    expect(row).toMatchObject({
      draft_policy_decision: expect.any(String),
      rules: expect.any(Array),
      enforcement_boundaries: expect.any(Array),
      override_deny_rules: expect.any(Array),
    });
  }
});
