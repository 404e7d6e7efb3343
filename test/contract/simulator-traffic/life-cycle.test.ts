import { afterEach, expect, test } from 'vitest';
import { asking, type Json, type Pce, startPce } from './harness.ts';

const QUERIES = '/orgs/1/traffic_flows/async_queries';
const HOUR_MS = 3_600_000;

let pce: Pce;
afterEach(() => pce.close());

const post = (body = asking()) => pce.json<Json & { readonly href: string }>('POST', QUERIES, { body });
const status = async (href: string) => (await pce.json('GET', href))['status'];
const forward = (ms: number) => pce.control('POST', '/clock', { jump_ms: ms });

test('queued, working, completed, by the clock', async () => {
  pce = await startPce({ delays: { queuedMs: HOUR_MS, workingMs: HOUR_MS, rulesMs: HOUR_MS } });
  const response = await pce.call('POST', QUERIES, { body: asking({ query_name: 'workload test' }) });
  expect(response.status).toBe(202);
  expect(response.headers.get('content-type')).toBe('application/json');
  const posted = (await response.json()) as Json & { readonly href: string };
  expect(posted.href).toBe(`${QUERIES}/${response.headers.get('content-location')}`);
  expect(posted).toEqual({
    status: 'queued',
    href: posted.href,
    created_by: { href: expect.stringMatching(/^\/users\/\d+$/) },
    query_parameters: asking({ query_name: 'workload test' }),
    created_at: '2026-03-01T12:00:00Z',
    updated_at: '2026-03-01T12:00:00Z',
  });
  // A client in use looks for the query it just made by name (traffic.md §2.3).
  const list = await pce.json<readonly Json[]>('GET', QUERIES);
  expect(list.map((query) => query['href'])).toEqual([posted.href]);

  await forward(HOUR_MS);
  expect(await status(posted.href)).toBe('working');
  expect((await pce.call('GET', `${posted.href}/download`)).status).toBe(404);
  expect((await pce.call('PUT', `${posted.href}/update_rules`)).status).toBe(404);
  await forward(HOUR_MS);
  const completed = await pce.json('GET', posted.href);
  // Go clients lose what stands behind a date they cannot read (traffic.md §2.3).
  expect(Object.keys(completed)).toEqual([
    'matches_count',
    'flows_count',
    'status',
    'href',
    'result',
    'created_by',
    'query_parameters',
    'created_at',
    'updated_at',
  ]);
  expect(completed).toMatchObject({
    status: 'completed',
    result: `${posted.href}/download`,
    updated_at: '2026-03-01T14:00:00Z',
  });
  const rows = await pce.json<readonly Json[]>('GET', `${posted.href}/download`);
  expect(completed['flows_count']).toBe(rows.length);
  expect(Number(completed['matches_count'])).toBeGreaterThan(rows.length);

  expect(
    (
      await pce.call('PUT', `${posted.href}/update_rules?label_based_rules=false&offset=0&limit=200000`, {
        body: { Href: '' },
      })
    ).status,
  ).toBe(202);
  expect(await pce.json('GET', posted.href)).toMatchObject({ status: 'completed', rules: 'working' });
  await forward(HOUR_MS);
  expect(await pce.json('GET', posted.href)).toMatchObject({ status: 'completed', rules: 'completed' });
  const [drafted] = await pce.json<readonly Json[]>('GET', `${posted.href}/download`);
  expect(drafted).toHaveProperty('draft_policy_decision');
});

test('a result is gone after a day', async () => {
  pce = await startPce();
  const { href } = await pce.finished(asking());
  await forward(24 * HOUR_MS - 60_000);
  expect(await status(href)).toBe('completed');
  await forward(60_000);
  expect((await pce.call('GET', href)).status).toBe(404);
  expect((await pce.call('GET', `${href}/download`)).status).toBe(404);
  expect(await pce.json('GET', QUERIES)).toEqual([]);
});

test('a query under way can be cancelled, a finished one cannot', async () => {
  pce = await startPce({ delays: { queuedMs: HOUR_MS, workingMs: HOUR_MS, rulesMs: 0 } });
  const { href } = await post();
  const cancel = (body: unknown) => pce.call('PUT', href, { body });
  expect((await cancel({ status: 'done' })).status).toBe(406);
  expect((await cancel({ status: 'cancel_requested' })).status).toBe(204);
  expect(await status(href)).toBe('cancel_requested');
  expect((await pce.call('GET', `${href}/download`)).status).toBe(404);
  await forward(60_000);
  expect((await pce.call('GET', href)).status).toBe(404);

  const other = await post();
  await forward(2 * HOUR_MS);
  expect((await pce.call('PUT', other.href, { body: { status: 'cancel_requested' } })).status).toBe(406);
  expect((await pce.call('DELETE', other.href)).status).toBe(204);
  expect((await pce.call('DELETE', other.href)).status).toBe(404);
});

test('queries belong to their user, and a read-only user may make them', async () => {
  pce = await startPce();
  const { href } = await pce.finished(asking());
  const theirs = await pce.finished(asking(), { as: 'readOnly' });
  expect((await pce.call('GET', href, { as: 'readOnly' })).status).toBe(404);
  const list = await pce.json<readonly Json[]>('GET', QUERIES, { as: 'readOnly' });
  expect(list.map((query) => query['href'])).toEqual([theirs.href]);
});

test('a result does not change when the estate does', async () => {
  pce = await startPce();
  const { href } = await pce.finished(asking());
  const before = await (await pce.call('GET', `${href}/download`)).text();
  const workload = pce.world.estate.workloads.find(({ managed }) => managed);
  await pce.call('PUT', `/orgs/1/workloads/${workload?.id}`, { body: { enforcement_mode: 'idle', labels: [] } });
  expect(await (await pce.call('GET', `${href}/download`)).text()).toBe(before);
});

test('Prefer: respond-async concerns collections, not queries', async () => {
  pce = await startPce();
  const headers = { prefer: 'respond-async' };
  const response = await pce.call('POST', QUERIES, { body: asking(), headers });
  expect(response.status).toBe(202);
  expect(await response.json()).toHaveProperty('href');
  expect((await pce.call('GET', QUERIES, { headers })).status).toBe(200);
});

test('queries leave no audit events', async () => {
  pce = await startPce();
  const { href } = await pce.finished(asking());
  await pce.call('PUT', `${href}/update_rules`);
  await pce.call('DELETE', href);
  expect(pce.world.ownEvents).toEqual([]);
});

test('the blocking query answers at once', async () => {
  pce = await startPce();
  const { query_name: _, ...body } = asking({ max_results: 50 });
  const response = await pce.call('POST', '/orgs/1/traffic_flows/traffic_analysis_queries', { body });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(await pce.rows(asking({ max_results: 50 })));
  const tooMany = { ...body, max_results: 100_001 };
  expect((await pce.call('POST', '/orgs/1/traffic_flows/traffic_analysis_queries', { body: tooMany })).status).toBe(
    406,
  );
});
