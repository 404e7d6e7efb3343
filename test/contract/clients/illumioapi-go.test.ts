import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What illumioapi (the library of workloader) sends: a Content-Type on reads and no Accept (traffic.md §1.3, §2.2, §2.8, §2.9, §7.3). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({ 'User-Agent': 'Go-http-client/1.1', 'Content-Type': 'application/json' });
});
afterAll(() => it.close());

const QUERIES = '/orgs/1/traffic_flows/async_queries';

/** The dates a Go program can read into `time.Time`. */
const GO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

test('the version is three numbers', async () => {
  const { version } = parsed<{ readonly version: string }>(await it.say('GET', '/product_version'));
  const numbers = version.split('.').map(Number);
  expect(numbers).toHaveLength(3);
  expect(numbers.every(Number.isInteger)).toBe(true);
  expect((numbers[0] ?? 0) * 100 + (numbers[1] ?? 0)).toBeGreaterThanOrEqual(2102);
});

test('pce-add: password, session, then a key', async () => {
  const { username } = it.pce.world.estate.users[0] ?? { username: '' };
  const login = await it.say('POST', '/login_users/authenticate?pce_fqdn=pce.example.com', { key: [username, 'any'] });
  expect(login.status).toBeLessThan(300);
  const { auth_token } = parsed<{ readonly auth_token: string }>(login);
  const session = await it.say('GET', '/users/login', {
    key: null,
    headers: { Authorization: `Token token=${auth_token}` },
  });
  const user = parsed<{ readonly auth_username: string; readonly session_token: string }>(session);
  expect(session.status).toBe(200);
  const labels = await it.say('GET', '/orgs/1/labels', { key: [user.auth_username, user.session_token] });
  expect(labels.status).toBe(200);
});

test('a collection of 500 rows or more is asked for again, asynchronously', async () => {
  const first = await it.say('GET', '/orgs/1/workloads?max_results=500');
  expect(first.headers['content-type']).toBe('application/json');
  const accepted = await it.say('GET', '/orgs/1/workloads', { headers: { Prefer: 'respond-async' } });
  // It appends Location to https://host/api/v2 and never checks for a failed job.
  const location = accepted.headers['location'] ?? '';
  const job = await until(
    async () => parsed(await it.say('GET', location)),
    ({ status }) => status === 'done',
  );
  const rows = parsed<readonly Json[]>(await it.say('GET', (job['result'] as { readonly href: string }).href));
  for (const row of rows) {
    expect(row['agent']).toMatchObject({ config: expect.any(Object) });
    expect(String(row['created_at'])).toMatch(GO_TIME);
  }
});

test('a traffic query with null lists and address objects, polled by equality of the href', async () => {
  const body = {
    ...asking({ query_name: '', max_results: 100_000, policy_decisions: null }),
    destinations: { include: [[]], exclude: [{ transmission: 'broadcast' }, { transmission: 'multicast' }] },
    sources: { include: [[]], exclude: [{ ip_address: { value: '203.0.113.7' } }] },
  };
  const posted = parsed<{ readonly href: string }>(await it.say('POST', QUERIES, { body: JSON.stringify(body) }));
  const done = await until(
    async () => parsed(await it.say('GET', posted.href)),
    ({ href, status }) => href === posted.href && status === 'completed',
  );
  for (const date of ['created_at', 'updated_at']) expect(String(done[date])).toMatch(GO_TIME);
  // It strips `/orgs/1/` from `result`, adds it again, and downloads JSON only when it says so.
  const result = String(done['result']);
  expect(result.startsWith('/orgs/1/')).toBe(true);
  const rows = parsed<readonly Json[]>(await it.say('GET', result, { headers: { Accept: 'application/json' } }));
  expect(rows).toHaveLength(Number(done['flows_count']));
  const csv = await it.say('GET', result);
  expect(csv.headers['content-type']).toBe('text/csv');
  // `workloader traffic` takes the header away by counting lines.
  expect(csv.text.trimEnd().split('\n').length - 1).toBe(rows.length);
});

test('draft decisions: `rules` is a string that becomes completed, CSV has the draft columns', async () => {
  const posted = parsed<{ readonly href: string }>(
    await it.say('POST', QUERIES, { body: JSON.stringify(asking({ max_results: 50 })) }),
  );
  const status = () => it.say('GET', posted.href).then((answer) => parsed(answer));
  const done = await until(status, (query) => query['status'] === 'completed');
  const update = String(done['result']).replace('download', 'update_rules');
  const put = await it.say('PUT', `${update}?label_based_rules=false&offset=0&limit=200000`, { body: '{"Href":""}' });
  expect([put.status, put.text]).toEqual([202, '']);
  await until(status, (query) => query['rules'] === 'completed');
  const csv = await it.say('GET', `${String(done['result'])}?include_draft_policy_in_csv=true`);
  expect(csv.text.slice(0, csv.text.indexOf('\n'))).toContain('Draft Policy Decision');
});

test('events are read by creator, and none has none', async () => {
  await it.say('POST', '/orgs/1/labels', { body: '{"key":"app","value":"go-test"}' });
  for (const event of parsed<readonly Json[]>(await it.say('GET', '/orgs/1/events?max_results=500'))) {
    expect(event['created_by']).toEqual(expect.any(Object));
    expect(String(event['timestamp'])).toMatch(GO_TIME);
  }
});
