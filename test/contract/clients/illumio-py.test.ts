import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What illumio-py sends and how it reads the answers (objects.md §12, traffic.md §0.3, §2.2, §7.3). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({
    'User-Agent': 'python-requests/2.31.0',
    'Accept-Encoding': 'gzip, deflate',
    Accept: 'application/json',
  });
});
afterAll(() => it.close());

// It decodes error bodies only when the type is exactly this, and reads compressed bodies through its HTTP library.
const plain = { headers: { 'Accept-Encoding': 'identity' } };

test('check_connection: health, then the workload settings', async () => {
  const health = await it.say('GET', '/health', plain);
  expect(health.status).toBe(200);
  expect(parsed<readonly Json[]>(health)[0]).toMatchObject({ status: 'normal', nodes: expect.any(Array) });
  expect((await it.say('GET', '/orgs/1/settings/workloads', plain)).status).toBe(200);
});

test('get_all: counts with max_results=0, then asks for that many at once', async () => {
  const counted = await it.say('GET', '/orgs/1/labels?max_results=0', plain);
  expect(parsed(counted)).toEqual([]);
  const total = Number(counted.headers['x-total-count']);
  expect(total).toBe(it.pce.world.estate.labels.length);
  const all = parsed<readonly Json[]>(await it.say('GET', `/orgs/1/labels?max_results=${total}`, plain));
  expect(all).toHaveLength(total);
});

test('get_async: Location without the host, an integer Retry-After, result as an object', async () => {
  const accepted = await it.say('GET', '/orgs/1/workloads', { headers: { Prefer: 'respond-async' } });
  const location = accepted.headers['location'] ?? '';
  expect(location).toMatch(/^\/orgs\/1\/jobs\/[0-9a-f-]{36}$/);
  expect(accepted.headers['retry-after']).toMatch(/^\d+$/);
  const job = await until(
    async () => parsed(await it.say('GET', location, plain)),
    ({ status }) => status === 'done',
  );
  const { href } = job['result'] as { readonly href: string };
  expect(parsed(await it.say('GET', href, plain))).toHaveLength(it.pce.world.estate.workloads.length);
});

test('get_traffic_flows_async: Prefer on the POST, result as a string', async () => {
  const posted = await it.say('POST', '/orgs/1/traffic_flows/async_queries', {
    headers: { 'Content-Type': 'application/json', Prefer: 'respond-async', ...plain.headers },
    body: JSON.stringify(asking({ max_results: 100, query_name: 'py', exclude_workloads_from_ip_list_query: true })),
  });
  expect(posted.status).toBe(202);
  const { href } = parsed<{ readonly href: string }>(posted);
  const done = await until(
    async () => parsed(await it.say('GET', href, plain)),
    ({ status }) => status === 'completed' || status === 'failed',
  );
  expect(done['result']).toBe(`${href}/download`);
  const rows = parsed<readonly Json[]>(await it.say('GET', String(done['result']), plain));
  expect(rows).toHaveLength(100);
});

test('an error is a list with the exact content type', async () => {
  const refused = await it.say('POST', '/orgs/1/labels', {
    headers: { 'Content-Type': 'application/json', ...plain.headers },
    body: '{"key":"app"}',
  });
  expect(refused.status).toBe(406);
  expect(refused.rawHeaders).toContain('Content-Type: application/json');
  expect(parsed(refused)).toEqual([{ token: expect.any(String), message: expect.any(String) }]);
});
