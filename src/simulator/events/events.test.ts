import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, NOW_MS, type Pce, startPce } from '../../../test/contract/simulator-traffic/harness.ts';
import { buildEstate } from '../estates/index.ts';

const MINUTE_MS = 60_000;
const TYPES = ['agent.tampering', 'user.sign_in', 'system_task.agent_offline_check'] as const;

/** One event a minute for three hours, of three types and creators in turn, a third of them without a status. */
function event(atMs: number): Json {
  const minute = Math.floor(atMs / MINUTE_MS);
  const kind = minute % TYPES.length;
  const creator = [
    { agent: { href: '/orgs/1/agents/2', hostname: 'web01' } },
    { user: { href: '/users/5', username: 'ana@example.com' } },
    { system: {} },
  ][kind];
  const id = `00000000-0000-4000-8000-${String(minute).padStart(12, '0')}`;
  return {
    href: kind === 2 ? `/system_events/${id}` : `/orgs/1/events/${id}`,
    timestamp: new Date(minute * MINUTE_MS).toISOString(),
    pce_fqdn: 'pce.example.com',
    created_by: creator,
    event_type: TYPES[kind],
    status: kind === 0 ? 'success' : kind === 1 ? 'failure' : null,
    severity: kind === 0 ? 'err' : 'info',
    action: null,
    resource_changes: [],
    notifications: [],
  };
}

const EVENTS = '/orgs/1/events';
const START_MS = NOW_MS - 180 * MINUTE_MS;

let pce: Pce;
beforeAll(async () => {
  const estate = buildEstate({ profile: 'small', seed: 7, nowMs: NOW_MS });
  pce = await startPce({
    estate: {
      ...estate,
      *events(fromMs, toMs) {
        for (let at = Math.max(START_MS, fromMs); at < Math.min(toMs, NOW_MS); at += MINUTE_MS)
          yield event(at) as never;
      },
    },
  });
});
afterAll(() => pce.close());

const get = (query: string) => pce.json<readonly Json[]>('GET', `${EVENTS}${query}`);
const status = async (query: string) => (await pce.call('GET', `${EVENTS}${query}`)).status;

test('newest first, a hundred unless more are asked for', async () => {
  const page = await get('');
  expect(page).toHaveLength(100);
  const times = page.map(({ timestamp }) => String(timestamp));
  expect(times).toEqual(times.toSorted((a, b) => b.localeCompare(a)));
  expect(await get('?max_results=500')).toHaveLength(180);
  expect(await get('?max_results=0')).toEqual([]);
  expect(await status('?max_results=10001')).toBe(406);
});

test('the counts are unfiltered and filtered', async () => {
  const response = await pce.call('GET', `${EVENTS}?severity=err&max_results=1`);
  expect(response.headers.get('x-total-count')).toBe('180');
  expect(response.headers.get('x-matched-count')).toBe('60');
});

test('times, with brackets raw or encoded and with any zone', async () => {
  const hours = (query: string) => get(`?max_results=500&${query}`);
  const raw = await hours('timestamp[gte]=2026-03-01T11:00:00Z&timestamp[lte]=2026-03-01T11:30:00Z');
  expect(raw).toHaveLength(31);
  for (const same of [
    'timestamp%5Bgte%5D=2026-03-01T11%3A00%3A00Z&timestamp%5Blte%5D=2026-03-01T11%3A30%3A00Z',
    'timestamp[gte]=2026-03-01T11:00:00%2B00:00&timestamp[lte]=2026-03-01T12:30:00.000%2B01:00',
    'timestamp[gte]=2026-03-01T11:00:00+00:00&timestamp[lte]=2026-03-01T06:30:00-05:00',
  ]) {
    expect(await hours(same)).toEqual(raw);
  }
});

test('a time without a zone is refused', async () => {
  for (const time of ['2026-03-01T11:00:00', '2026-03-01', 'yesterday']) {
    const response = await pce.call('GET', `${EVENTS}?timestamp[gte]=${time}`);
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject([{ token: 'invalid_timestamp' }]);
  }
});

describe('filters', () => {
  const types = async (query: string) => [
    ...new Set((await get(`?max_results=500&${query}`)).map((found) => found['event_type'])),
  ];
  test('types, severity, status and creator', async () => {
    expect(await types('event_type=agent.tampering')).toEqual(['agent.tampering']);
    expect(new Set(await types('event_type[eq][]=agent.tampering&event_type[eq][]=user.sign_in'))).toEqual(
      new Set(['agent.tampering', 'user.sign_in']),
    );
    expect(await types('severity=err')).toEqual(['agent.tampering']);
    expect(await types('status=failure')).toEqual(['user.sign_in']);
    expect(await types('status=nil')).toEqual(['system_task.agent_offline_check']);
    expect(await types('created_by=system')).toEqual(['system_task.agent_offline_check']);
    expect(await types(`created_by=${encodeURIComponent('{"href":"/users/5"}')}`)).toEqual(['user.sign_in']);
    expect(await types('created_by=/orgs/1/agents/2')).toEqual(['agent.tampering']);
  });
  test('unknown words are refused', async () => {
    expect(await status('?severity=critical')).toBe(406);
    expect(await status('?status=ok')).toBe(406);
  });
});

test('one event by its href; system events also below their own path', async () => {
  for (const found of await get('?max_results=3')) expect(await pce.json('GET', String(found['href']))).toEqual(found);
  const answer = await pce.call('GET', '/system_events?max_results=500');
  const system = (await answer.json()) as readonly Json[];
  expect(answer.headers.get('x-total-count')).toBe('60');
  expect(system).toHaveLength(60);
  expect(system.every(({ event_type }) => event_type === 'system_task.agent_offline_check')).toBe(true);
  expect(await status('/00000000-0000-4000-8000-999999999999')).toBe(404);
});

test('what the simulator does itself is an event, reads are not', async () => {
  const made = await pce.json<{ readonly href: string }>('POST', '/orgs/1/labels', {
    body: { key: 'app', value: 'events-test' },
  });
  await pce.call('GET', made.href);
  const [newest] = await get('');
  expect(newest).toMatchObject({
    event_type: 'label.create',
    status: 'success',
    action: { api_method: 'POST', http_status_code: 201, api_endpoint: '/api/v2/orgs/1/labels' },
    resource_changes: [{ change_type: 'create', resource: { label: { href: made.href } } }],
  });
  expect(await pce.json('GET', String(newest?.['href']))).toEqual(newest);
});

test('the asynchronous way gives all of them', async () => {
  const accepted = await pce.call('GET', `${EVENTS}?severity=err`, { headers: { prefer: 'respond-async' } });
  expect(accepted.status).toBe(202);
  const job = accepted.headers.get('location') ?? '';
  let done: Json = {};
  while (done['status'] !== 'done') done = await pce.json('GET', job);
  const { href } = done['result'] as { readonly href: string };
  expect(await pce.json('GET', href)).toHaveLength(60);
});

test('settings are kept within their bounds, and shorter retention forgets', async () => {
  const SETTINGS = '/orgs/1/settings/events';
  expect(await pce.json('GET', SETTINGS)).toEqual({
    audit_event_retention_seconds: 2_592_000,
    audit_event_min_severity: 'informational',
    format: 'JSON',
  });
  const put = async (body: unknown, as: 'owner' | 'readOnly' = 'owner') =>
    (await pce.call('PUT', SETTINGS, { body, as })).status;
  expect(await put({ audit_event_retention_seconds: 60 })).toBe(406);
  expect(await put({ format: 'XML' })).toBe(406);
  expect(await put({ format: 'CEF' }, 'readOnly')).toBe(403);
  expect(await put({ audit_event_retention_seconds: 86_400, format: 'CEF' })).toBe(204);
  expect(await pce.json('GET', SETTINGS)).toMatchObject({ audit_event_retention_seconds: 86_400, format: 'CEF' });
  // Whole days are pruned, so an event stays for up to one more.
  await pce.control('POST', '/clock', { jump_ms: 24 * 3_600_000 });
  expect(await get('?max_results=500&event_type=agent.tampering')).toHaveLength(60);
  await pce.control('POST', '/clock', { jump_ms: 24 * 3_600_000 });
  expect(await get('?max_results=500&event_type=agent.tampering')).toEqual([]);
});
