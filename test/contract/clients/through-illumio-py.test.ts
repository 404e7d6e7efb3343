import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What the XSOAR content pack and illumio-mcp-server do through illumio-py, beyond what every user of it does (traffic.md §3, §15; objects.md §12). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({
    'User-Agent': 'python-requests/2.31.0',
    'Accept-Encoding': 'identity',
    Accept: 'application/json',
  });
});
afterAll(() => it.close());

const send = (method: string, path: string, body: unknown) =>
  it.say(method, path, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

test('XSOAR: the blocking traffic query is answered without a poll, as the asynchronous one would be', async () => {
  const body = asking({ max_results: 9000, policy_decisions: ['blocked', 'potentially_blocked'] });
  const { query_name: _name, ...blocking } = body;
  const answer = await send('POST', '/orgs/1/traffic_flows/traffic_analysis_queries', blocking);
  expect(answer.status).toBe(200);
  const rows = parsed<readonly Json[]>(answer);
  const { href } = parsed<{ readonly href: string }>(await send('POST', '/orgs/1/traffic_flows/async_queries', body));
  await until(
    async () => parsed(await it.say('GET', href)),
    ({ status }) => status === 'completed',
  );
  const same = parsed<readonly Json[]>(await it.say('GET', `${href}/download`));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows).toHaveLength(same.length);
  // Its table reads these of every row.
  for (const row of rows)
    expect(row).toMatchObject({
      src: { ip: expect.any(String) },
      dst: { ip: expect.any(String) },
      service: { port: expect.any(Number), proto: expect.any(Number) },
      num_connections: expect.any(Number),
      policy_decision: expect.stringMatching(/^(potentially_)?blocked$/),
      timestamp_range: { first_detected: expect.any(String), last_detected: expect.any(String) },
    });
});

test('XSOAR: a virtual service is made, provisioned by its href, and then a workload is bound to it', async () => {
  const made = await send('POST', '/orgs/1/sec_policy/draft/virtual_services', {
    name: 'xsoar-test',
    service_ports: [{ proto: 6, port: 4711 }],
  });
  expect(made.status).toBe(201);
  const { href } = parsed<{ readonly href: string }>(made);
  const change = { update_description: 'xsoar', change_subset: { virtual_services: [{ href }] } };
  expect((await send('POST', '/orgs/1/sec_policy', change)).status).toBe(201);
  const active = href.replace('/draft/', '/active/');
  expect(parsed(await it.say('GET', active))).toMatchObject({ name: 'xsoar-test' });
  const [workload] = parsed<readonly { readonly href: string }[]>(
    await it.say('GET', '/orgs/1/workloads?max_results=1&managed=true'),
  );
  const bound = await send('POST', '/orgs/1/service_bindings', [
    { virtual_service: { href: active }, workload: { href: workload?.href }, port_overrides: [] },
  ]);
  expect(bound.status).toBe(201);
  // An item without an href is an error to it.
  expect(parsed(bound)).toEqual([{ href: expect.stringMatching(/^\/orgs\/1\/service_bindings\/[0-9a-f-]{36}$/) }]);
});

test('XSOAR: the enforcement mode of several workloads in one call, an answer for each', async () => {
  const some = parsed<readonly { readonly href: string }[]>(
    await it.say('GET', '/orgs/1/workloads?max_results=3&managed=true&enforcement_mode=visibility_only'),
  );
  expect(some).toHaveLength(3);
  const changed = await send(
    'PUT',
    '/orgs/1/workloads/bulk_update',
    some.map(({ href }) => ({ href, enforcement_mode: 'selective' })),
  );
  expect(parsed(changed)).toEqual(some.map(({ href }) => ({ href, status: 'updated' })));
  for (const { href } of some)
    expect(parsed(await it.say('GET', href))).toMatchObject({ enforcement_mode: 'selective' });
});

test('illumio-mcp-server: counts, then takes every kind of object at once', async () => {
  for (const path of [
    'workloads',
    'labels',
    'sec_policy/draft/rule_sets',
    'sec_policy/draft/ip_lists',
    'sec_policy/draft/services',
  ]) {
    const counted = await it.say('GET', `/orgs/1/${path}?max_results=0`);
    const total = counted.headers['x-total-count'];
    expect(parsed(await it.say('GET', `/orgs/1/${path}?max_results=${total}`))).toHaveLength(Number(total));
    expect(Number(total)).toBeGreaterThan(0);
  }
});
