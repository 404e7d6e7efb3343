import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asking, type Body, type Json, type Pce, startPce } from './harness.ts';

const QUERIES = '/orgs/1/traffic_flows/async_queries';

let pce: Pce;
let strict: Pce;
beforeAll(async () => {
  pce = await startPce();
  strict = await startPce({ strict: true });
});
afterAll(() => Promise.all([pce.close(), strict.close()]));

async function answer(
  body: unknown,
  to: Pce = pce,
): Promise<{ readonly status: number; readonly token?: unknown; readonly message?: unknown }> {
  const response = await to.call('POST', QUERIES, { body });
  const json: unknown = await response.json();
  const [error] = Array.isArray(json) ? (json as readonly Json[]) : [];
  return { status: response.status, ...(error && { token: error['token'], message: error['message'] }) };
}

const sources = (actor: unknown) => asking({ sources: { include: [[actor]], exclude: [] } });
const destinations = (actor: unknown) => asking({ destinations: { include: [[actor]], exclude: [] } });
const without = (name: string): Body => Object.fromEntries(Object.entries(asking()).filter(([key]) => key !== name));

describe('406 input_validation_error', () => {
  test.each<[string, unknown]>([
    ['no body', undefined],
    ['an unknown key', asking({ networks: [] })],
    ['an unknown actor', sources({ user_group: { href: '/orgs/1/security_principals/S-1-5' } })],
    ['an actor of two kinds', sources({ actors: 'ams', ip_address: '10.0.0.1' })],
    ['transmission in an include', destinations({ transmission: 'broadcast' })],
    ['transmission for sources', asking({ sources: { include: [], exclude: [{ transmission: 'broadcast' }] } })],
    ['a name for sources', asking({ sources: { include: [], exclude: [{ fqdn: '*.example.com' }] } })],
    ['a range of addresses', sources({ ip_address: '10.0.0.1-10.0.0.9' })],
    ['an actor outside an inner list', asking({ sources: { include: [{ actors: 'ams' }], exclude: [] } })],
    ['a service with an unknown key', asking({ services: { include: [{ icmp_type: 8 }], exclude: [] } })],
    ['a port out of range', asking({ services: { include: [{ port: 65_536 }], exclude: [] } })],
    ['an unknown decision', asking({ policy_decisions: ['denied'] })],
    ['an unknown operator', asking({ sources_destinations_query_op: 'xor' })],
    ['too many rows', asking({ max_results: 200_001 })],
    ['rows as text', asking({ max_results: '10' })],
    ['no exclude', asking({ services: { include: [] } })],
    ['no name', without('query_name')],
    ['no decisions', without('policy_decisions')],
  ])('%s', async (_, body) => {
    expect(await answer(body)).toMatchObject({ status: 406, token: 'input_validation_error' });
  });
});

test('the words are those of the PCE', async () => {
  expect((await answer(asking({ networks: [] }))).message).toBe(
    `Input validation failed. Details: {The property '#/' contains additional properties ["networks"] outside of the schema when none are allowed in schema traffic_flows_async_queries_post.schema.json}`,
  );
});

test('an href of nothing is an invalid URI', async () => {
  for (const actor of [
    { label: { href: '/orgs/1/labels/999999' } },
    { label: { href: '/orgs/2/labels/1' } },
    { workload: { href: '/orgs/1/workloads/00000000-0000-4000-8000-000000000000' } },
    { ip_list: { href: '/orgs/1/sec_policy/draft/ip_lists/999999' } },
    { label_group: { href: 'nonsense' } },
  ]) {
    expect(await answer(sources(actor))).toMatchObject({ status: 406, token: 'invalid_uri' });
  }
});

test('times without a zone are UTC, unless strict', async () => {
  for (const start_date of ['2026-02-01', '2026-02-01T00:00', '2026-02-01T00:00:00']) {
    expect(await pce.rows(asking({ start_date }))).toEqual(
      await pce.rows(asking({ start_date: '2026-02-01T00:00:00Z' })),
    );
    expect(await answer(asking({ start_date }), strict)).toMatchObject({ status: 406, token: 'invalid_timestamp' });
  }
  expect((await answer(asking({ start_date: '2026-02-01T02:00:00.000+02:00' }), strict)).status).toBe(202);
  expect(await answer(asking({ end_date: 'yesterday' }))).toMatchObject({ status: 406, token: 'invalid_timestamp' });
});

test('the object form of an address is refused when strict', async () => {
  const body = sources({ ip_address: { value: '10.0.0.1' } });
  expect((await answer(body)).status).toBe(202);
  expect(await answer(body, strict)).toMatchObject({ status: 406, token: 'input_validation_error' });
});

test('null lists and an absent max_results are accepted, as Go clients send them', async () => {
  const { max_results: _, ...body } = asking({
    policy_decisions: null,
    sources: { include: null, exclude: null },
    services: { include: null, exclude: null },
  });
  expect(await pce.rows(body)).toEqual(await pce.rows(asking()));
});
