import { expect, it } from 'vitest';
import {
  activePolicy,
  HTTPS,
  lifecyclePcePerTest,
  OFFICES,
  ORG,
  pending,
} from '../../../test/changes/lifecycle-pce.ts';

const server = lifecyclePcePerTest();

async function provisioned(): Promise<unknown> {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  return (await server.ok('provision-policy')).structured['plan_id'];
}

it('takes a provisioning back by restoring the version before', async () => {
  const before = await activePolicy(server);
  const id = await provisioned();
  const preview = await server.ok('undo-change', { plan_id: id, dry_run: true });
  expect(preview.structured).toMatchObject({ partial: true, state: 'planned', undoes: id });
  expect(preview.structured.answer).toMatch(/^Partial: Comes back differently \(the changes are not pending again\)/);
  const { structured } = await server.ok('undo-change', { plan_id: id });
  expect(structured).toMatchObject({ state: 'applied', version: 4 });
  expect(await activePolicy(server)).toEqual(before);
  expect(await pending(server)).toEqual({});
  await server.fails('conflict', 'undo-change', { plan_id: id });
});

it('refuses when somebody provisioned since, or has drafts', async () => {
  const id = await provisioned();
  await server.foreign('PUT', OFFICES, { description: 'theirs' });
  const before = await server.writes();
  await server.fails('conflict', 'undo-change', { plan_id: id });
  expect(await server.writes()).toEqual(before);
  await server.foreign('POST', `${ORG}/sec_policy`, { update_description: 'theirs' });
  await server.fails('conflict', 'undo-change', { plan_id: id });
  expect(await server.writes()).toHaveLength(before.length + 1);
});

it('refuses a plan that was never applied', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  const { structured } = await server.ok('provision-policy', { dry_run: true });
  await server.fails('conflict', 'undo-change', { plan_id: structured['plan_id'] });
});

it('takes a rollback back', async () => {
  await provisioned();
  const second = await activePolicy(server);
  const { structured } = await server.ok('rollback-policy');
  await server.ok('undo-change', { plan_id: structured['plan_id'] });
  expect(await activePolicy(server)).toEqual(second);
});
