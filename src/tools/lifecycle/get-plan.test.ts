import { expect, it } from 'vitest';
import { HTTPS, lifecyclePcePerTest } from '../../../test/changes/lifecycle-pce.ts';
import { OPERATOR } from '../../access/decide.ts';

const server = lifecyclePcePerTest();

async function plan(): Promise<unknown> {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  return (await server.ok('revert-draft', { hrefs: [HTTPS], dry_run: true })).structured['plan_id'];
}

it('shows what a plan sends, then what became of it, and sends nothing itself', async () => {
  const id = await plan();
  const before = await server.writes();
  const planned = await server.ok('get-plan', { plan_id: id });
  expect(planned.structured).toMatchObject({ plan_id: id, tool: 'revert-draft', state: 'planned' });
  expect(planned.structured.items).toMatchObject([
    { step: 1, request: 'PUT /orgs/1/sec_policy/delete', result: 'not_sent' },
  ]);
  expect(await server.writes()).toEqual(before);
  await server.ok('apply-plan', { plan_id: id });
  const applied = await server.ok('get-plan', { plan_id: id });
  expect(applied.structured).toMatchObject({ state: 'applied', totals: { done: 1 }, items: [{ result: 'done' }] });
  expect((await server.ok('get-plan', { plan_id: id, show: 'before' })).structured.items).toEqual([]);
});

it('knows no plan that was not made, and none of somebody else', async () => {
  await server.fails('not_found', 'get-plan', { plan_id: 'plan_0123' });
  await server.fails('not_found', 'get-plan', { plan_id: await plan() }, { ...OPERATOR, subject: 'mallory' });
});
