import { expect, it } from 'vitest';
import { HTTPS, lifecyclePcePerTest, pending } from '../../../test/changes/lifecycle-pce.ts';
import { OPERATOR } from '../../access/decide.ts';

const server = lifecyclePcePerTest();

async function plan(): Promise<unknown> {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  return (await server.ok('revert-draft', { hrefs: [HTTPS], dry_run: true })).structured['plan_id'];
}

it('sends exactly the planned requests, once', async () => {
  const id = await plan();
  const before = await server.writes();
  const { structured } = await server.ok('apply-plan', { plan_id: id });
  expect(structured).toMatchObject({ state: 'applied', plan_id: id, dry_run: false, totals: { requests: 1, done: 1 } });
  const sent = (await server.writes()).slice(before.length);
  expect(sent).toEqual(structured.items.map(({ request }) => request));
  expect(await pending(server)).toEqual({});
  await server.fails('conflict', 'apply-plan', { plan_id: id });
  expect(await server.writes()).toHaveLength(before.length + 1);
});

it('shows what it would send, and sends nothing', async () => {
  const id = await plan();
  const before = await server.writes();
  const shown = await server.ok('apply-plan', { plan_id: id, dry_run: true });
  expect(shown.structured).toMatchObject({ state: 'planned', plan_id: id, dry_run: true });
  expect(await server.writes()).toEqual(before);
  const { structured } = await server.ok('apply-plan', { plan_id: id });
  const requests = (rows: typeof structured.items) => rows.map(({ request }) => request);
  expect(requests(shown.structured.items)).toEqual(requests(structured.items));
  await server.fails('conflict', 'apply-plan', { plan_id: id, dry_run: true });
});

it('tells when a version became something else than its plan previewed', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  const { structured } = await server.ok('provision-policy', { dry_run: true });
  await server.faults({
    match: { method: 'POST', path: '/orgs/1/sec_policy' },
    effect: { kind: 'edit', method: 'PUT', path: HTTPS, body: { description: 'theirs' } },
  });
  const failed = await server.fails('provisioned_otherwise', 'apply-plan', { plan_id: structured['plan_id'] });
  expect(failed.structured).toMatchObject({
    version: 3,
    foreign: [expect.stringContaining('HTTPS')],
    rollback_plan_id: expect.stringMatching(/^plan_/),
  });
});

it('knows no plan that was not made, and none of somebody else', async () => {
  await server.fails('not_found', 'apply-plan', { plan_id: 'plan_0123' });
  const id = await plan();
  await server.fails('not_found', 'apply-plan', { plan_id: id }, { ...OPERATOR, subject: 'mallory' });
  await server.fails('forbidden', 'apply-plan', { plan_id: id }, { ...OPERATOR, role: 'operator' });
  await server.fails('forbidden', 'apply-plan', { plan_id: id }, { ...OPERATOR, role: 'reader' });
  expect(await pending(server)).not.toEqual({});
});
