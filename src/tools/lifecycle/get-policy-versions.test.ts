import { expect, it } from 'vitest';
import { HTTPS, lifecyclePcePerTest, OFFICES } from '../../../test/changes/lifecycle-pce.ts';

const server = lifecyclePcePerTest();

it('lists versions newest first, with author, note and what changed', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  await server.foreign('DELETE', HTTPS.replace('/2', '/4'));
  await server.ok('provision-policy', { change_description: 'Tidy up' });
  const { structured } = await server.ok('get-policy-versions');
  expect(structured.items.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect(structured.items[0]).toMatchObject({
    href: '/orgs/1/sec_policy/3',
    commit_message: 'Tidy up',
    created_by: 'Olga Owner (owner@example.com)',
    modified: ['updated services HTTPS', 'deleted services High ports'],
  });
  expect(structured.items[2]).toMatchObject({ created_by: 'the PCE itself', commit_message: 'Initial' });
  expect(structured.coverage).toMatchObject({ truncated: false, gaps: [] });
});

it('shows one version, and says what a cap left out', async () => {
  const one = await server.ok('get-policy-versions', { version: 2 });
  expect(one.structured.items).toMatchObject([{ version: 2, commit_message: 'Ordering goes live' }]);
  await server.fails('not_found', 'get-policy-versions', { version: 9 });
  const { structured } = await server.ok('get-policy-versions', { max_results: 1 });
  expect(structured.items).toHaveLength(1);
  expect(structured.totals).toEqual({ total: 2 });
  expect(structured.coverage).toMatchObject({ truncated: true, gaps: ['1 older versions: raise max_results'] });
});

it('shortens a long list of objects and says how much is missing', async () => {
  for (const href of [
    HTTPS,
    OFFICES,
    HTTPS.replace('/2', '/3'),
    HTTPS.replace('/2', '/4'),
    OFFICES.replace('ip_lists', 'rule_sets'),
  ])
    await server.foreign('PUT', href, { description: 'touched' });
  await server.foreign('POST', '/orgs/1/sec_policy/draft/services', {
    name: 'SSH',
    service_ports: [{ port: 22, proto: 6 }],
  });
  await server.ok('provision-policy');
  const { structured } = await server.ok('get-policy-versions', { version: 3 });
  expect(structured.items[0]?.['modified']).toHaveLength(6);
  expect(structured.items[0]).toMatchObject({ modified: expect.arrayContaining(['and 1 more']) });
});
