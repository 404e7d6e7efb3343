import { expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { draft, labelHref, startTiny } from '../testing/tiny-simulator.ts';

const { call, refused, simulator } = await startTiny(tinyEstate());
const key = simulator.keys.scoped;
const workload = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;

it('shows the workloads and VENs of the scope only', async () => {
  const { json, headers } = await call('GET', '/orgs/1/workloads', { key });
  expect((json as { href: string }[]).map(({ href }) => href)).toEqual([workload(1), workload(2)]);
  expect(headers['x-total-count']).toBe('2');
  expect((await call('GET', '/orgs/1/vens', { key })).json).toHaveLength(2);
  expect((await refused('GET', workload(3), { key }))[0]).toBe(404);
});

it('lets it change what is in scope, as long as it stays there', async () => {
  expect((await call('PUT', workload(1), { key, body: { description: 'mine' } })).status).toBe(204);
  const labels = [{ href: labelHref(LABEL.crm) }];
  expect((await refused('PUT', workload(1), { key, body: { labels } }))[0]).toBe(403);
  expect((await refused('PUT', workload(3), { key, body: { description: 'x' } }))[0]).toBe(404);
  expect((await refused('POST', '/orgs/1/workloads', { key, body: { name: 'x', labels } }))[0]).toBe(403);
  const bulk = await call('PUT', '/orgs/1/workloads/bulk_update', {
    key,
    body: [{ href: workload(1) }, { href: workload(3) }],
  });
  expect(bulk.json).toMatchObject([{ status: 'updated' }, { status: 'error', token: 'forbidden_error' }]);
});

it('lets it write and provision rule sets of its scope, and nothing global', async () => {
  expect((await call('PUT', draft('rule_sets', 2), { key, body: { description: 'mine' } })).status).toBe(204);
  expect((await refused('PUT', draft('rule_sets', 1), { key, body: { description: 'x' } }))[0]).toBe(403);
  expect((await refused('PUT', draft('rule_sets', 2), { key, body: { scopes: [[]] } }))[0]).toBe(403);
  const everywhere = { name: 'all', scopes: [[]] };
  expect((await refused('POST', '/orgs/1/sec_policy/draft/rule_sets', { key, body: everywhere }))[0]).toBe(403);
  expect((await refused('PUT', draft('ip_lists', 2), { key, body: { description: 'x' } }))[0]).toBe(403);
  expect((await refused('POST', '/orgs/1/labels', { key, body: { key: 'env', value: 'Q' } }))[0]).toBe(403);
  await call('PUT', draft('ip_lists', 2), { body: { description: 'changed by the owner' } });
  expect((await refused('POST', '/orgs/1/sec_policy', { key, body: {} }))[0]).toBe(403);
  const change_subset = { rule_sets: [{ href: draft('rule_sets', 2) }] };
  expect((await call('POST', '/orgs/1/sec_policy', { key, body: { change_subset } })).status).toBe(201);
});
