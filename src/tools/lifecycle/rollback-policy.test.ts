import { describe, expect, it } from 'vitest';
import {
  activePolicy,
  HIGH_PORTS,
  HTTPS,
  lifecyclePcePerTest,
  newRuleSet,
  OFFICES,
  ORDERING,
  ORG,
  pending,
} from '../../../test/changes/lifecycle-pce.ts';

const server = lifecyclePcePerTest();

/** Something new, something changed, something gone. */
async function edit(): Promise<void> {
  await newRuleSet(server);
  await server.foreign('PUT', OFFICES, { description: 'Branches' });
  await server.foreign('DELETE', `${ORDERING}/deny_rules/3`);
  await server.foreign('DELETE', HIGH_PORTS);
}

it('provision, roll back and provision again come to the same policy', async () => {
  const first = await activePolicy(server);
  await edit();
  await server.ok('provision-policy');
  const second = await activePolicy(server);
  expect(second).not.toEqual(first);

  const { structured } = await server.ok('rollback-policy');
  expect(structured).toMatchObject({ version: 4, restores: 2, state: 'applied' });
  expect(await activePolicy(server)).toEqual(first);
  expect(await pending(server)).toEqual({});

  await server.ok('rollback-policy', { version: 3 });
  expect(await activePolicy(server)).toEqual(second);
});

it('shows what would come back, go away and change, and sends nothing when it only plans', async () => {
  await edit();
  await server.ok('provision-policy');
  const before = await server.writes();
  const { structured } = await server.ok('rollback-policy', { dry_run: true });
  expect(structured['differences']).toEqual(
    expect.arrayContaining([
      expect.stringContaining('services High ports comes back'),
      expect.stringContaining('rule_sets Partners in goes away'),
      expect.stringContaining('ip_lists Offices changes back: description: Branches → Users'),
    ]),
  );
  expect(structured.items.map(({ request }) => request)).toEqual([
    `POST ${ORG}/sec_policy/2/restore`,
    `POST ${ORG}/sec_policy`,
  ]);
  expect(await server.writes()).toEqual(before);
  await server.ok('apply-plan', { plan_id: structured['plan_id'] });
  expect(await pending(server)).toEqual({});
});

it('refuses while drafts are pending and says whose', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  await server.ok('provision-policy');
  await server.foreign('PUT', `${ORDERING}/sec_rules/2`, { enabled: false }, 'ordering');
  const before = await server.writes();
  const { structured } = await server.fails('conflict', 'rollback-policy');
  expect(structured['pending']).toEqual([expect.stringMatching(/^updated rule_sets Ordering .* by Otto Ordering/)]);
  expect(await server.writes()).toEqual(before);
});

it('refuses a plan when somebody drafted or provisioned since', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  await server.ok('provision-policy');
  const { structured } = await server.ok('rollback-policy', { dry_run: true });
  await server.foreign('PUT', OFFICES, { description: 'theirs' });
  const before = await server.writes();
  await server.fails('conflict', 'apply-plan', { plan_id: structured['plan_id'] });
  expect(await server.writes()).toEqual(before);
  await server.foreign('POST', `${ORG}/sec_policy`, { update_description: 'theirs' });
  await server.fails('conflict', 'apply-plan', { plan_id: structured['plan_id'] });
  expect(await server.writes()).toHaveLength(before.length + 1);
});

it.each([
  ['the newest version', { version: 2 }, 'nothing_to_change'],
  ['a version to come', { version: 9 }, 'not_found'],
])('refuses %s', async (_what, args, code) => {
  await server.fails(code, 'rollback-policy', args);
  expect(await server.writes()).toEqual([]);
});

describe('a failure on the way', () => {
  it.each([
    ['the restore', `${ORG}/sec_policy/2/restore`],
    ['the commit', `${ORG}/sec_policy`],
  ])('at %s, in its place or after it: everything or nothing, and nothing left pending', async (_what, path) => {
    for (const when of ['before', 'after'] as const) {
      await server.renew();
      await edit();
      await server.ok('provision-policy');
      const second = await activePolicy(server);
      await server.faults({ match: { method: 'POST', path }, effect: { kind: 'status', status: 500, when } });
      if (when === 'after') {
        await server.ok('rollback-policy');
        expect(await activePolicy(server)).not.toEqual(second);
      } else {
        const { structured } = await server.fails('change_failed', 'rollback-policy');
        expect(structured['state']).toBe('compensated');
        expect(await activePolicy(server)).toEqual(second);
      }
      expect(await pending(server)).toEqual({});
    }
  });

  it('stops where somebody else drafts between the restore and the commit, and leaves that draft alone', async () => {
    await edit();
    await server.ok('provision-policy');
    const second = await activePolicy(server);
    await server.faults({
      match: { method: 'GET', path: `${ORG}/sec_policy/pending`, nth: 3 },
      effect: { kind: 'edit', method: 'PUT', path: HTTPS, body: { description: 'theirs' } },
    });
    const { structured } = await server.fails('change_failed', 'rollback-policy');
    expect(structured['cause']).toBe('conflict');
    expect(await activePolicy(server)).toEqual(second);
    expect(await pending(server)).toMatchObject({ services: [{ href: HTTPS }] });
  });
});
