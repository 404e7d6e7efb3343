import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What illumio-pretty-cool-events does: it ignores the answer to its POST and looks for its query by name (traffic.md §2.3, §2.8, §15). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({ 'User-Agent': 'python-httpx/0.27.0', Accept: '*/*', 'Accept-Encoding': 'gzip, deflate' });
});
afterAll(() => it.close());

const plain = { headers: { 'Accept-Encoding': 'identity' } };

test('health, then events since a time with an encoded offset', async () => {
  expect((await it.say('GET', '/health', plain)).status).toBe(200);
  const query = new URLSearchParams({ 'timestamp[gte]': '2026-02-28T12:00:00+00:00', max_results: '100' });
  const events = await it.say('GET', `/orgs/1/events?${query.toString()}`, plain);
  expect(events.status).toBe(200);
  expect(parsed(events)).toEqual(expect.any(Array));
});

test('the query just posted is in the list at once, by its name; the download is CSV', async () => {
  const name = 'pretty-cool-traffic';
  const posted = await it.say('POST', '/orgs/1/traffic_flows/async_queries', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(asking({ query_name: name, max_results: 30 })),
  });
  expect(posted.status).toBe(202);
  const find = async () =>
    parsed<readonly (Json & { readonly query_parameters: Json })[]>(
      await it.say('GET', '/orgs/1/traffic_flows/async_queries', plain),
    ).find((query) => query.query_parameters['query_name'] === name);
  expect(await find()).toBeDefined();
  const done = await until(find, (query) => query?.['status'] === 'completed');
  const csv = await it.say('GET', String(done?.['result']), plain);
  expect(csv.headers['content-type']).toBe('text/csv');
  expect(csv.text.split('\n')[0]).toContain('Reported Policy Decision');
  expect(csv.text.trimEnd().split('\n')).toHaveLength(31);
});
