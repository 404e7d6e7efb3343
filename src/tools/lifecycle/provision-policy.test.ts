import { describe, expect, it } from 'vitest';
import {
  activePolicy,
  HTTPS,
  lifecyclePcePerTest,
  newRuleSet,
  OFFICES,
  ORDERING,
  ORG,
  pending,
} from '../../../test/changes/lifecycle-pce.ts';
import { OPERATOR } from '../../access/decide.ts';

const server = lifecyclePcePerTest();

const COMMIT = `POST ${ORG}/sec_policy`;
const commits = async (): Promise<number> => (await server.writes()).filter((write) => write === COMMIT).length;

it('shows what fits of a large draft and says how much does not; there is no second page of a change', async () => {
  for (let n = 0; n < 40; n++)
    await server.foreign('POST', '/orgs/1/sec_policy/draft/ip_lists', {
      name: `List ${n}`,
      ip_ranges: [{ from_ip: `10.${n}.0.0/16` }],
    });
  const { structured, text } = await server.ok('provision-policy', { dry_run: true });
  expect(structured.totals).toMatchObject({ total: 40 });
  expect(structured.items.length).toBeLessThan(40);
  expect(structured.coverage).toMatchObject({ truncated: true });
  expect(structured.coverage.gaps).toContain(
    `${40 - structured.items.length} of 40 rows of differences are not shown: compare-draft-active lists what is pending`,
  );
  expect(structured.cursor).toBeUndefined();
  expect(text.length).toBeLessThanOrEqual(8_000);
  await server.fails('invalid_arguments', 'provision-policy', { cursor: 'next' });
});

it('says when there is nothing to provision', async () => {
  const { structured } = await server.ok('provision-policy');
  expect(structured).toMatchObject({ status: 'no_changes', items: [] });
  expect(await commits()).toBe(0);
});

it('provisions what is named with all it needs, and leaves the rest pending', async () => {
  const { list, ruleSet } = await newRuleSet(server);
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  const { structured, text } = await server.ok('provision-policy', {
    hrefs: [ruleSet],
    change_description: 'Partners',
  });
  expect(structured).toMatchObject({
    version: 3,
    href: `${ORG}/sec_policy/3`,
    change_description: 'Partners',
    state: 'applied',
    undo: 'partial',
    totals: { total: 2, added: 1 },
  });
  expect(structured.items.find(({ href }) => href === list)?.['note']).toBe('goes along: needed by Partners in');
  expect(text).toContain('version 3');
  expect(await pending(server)).toMatchObject({ services: [{ href: HTTPS }] });
  expect(Object.keys((await pending(server)) as object)).toEqual(['services']);
  const version = (await server.look(`${ORG}/sec_policy/3`)) as { readonly workloads_affected: number };
  expect(structured.workloads_affected).toBe(version.workloads_affected);
});

it('takes the href of a rule, or of the active copy, for the object it belongs to', async () => {
  await server.foreign('PUT', `${ORDERING}/sec_rules/2`, { enabled: false });
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  const hrefs = [`${ORDERING}/sec_rules/2`, HTTPS.replace('draft', 'active')];
  expect((await server.ok('provision-policy', { hrefs })).structured.totals).toEqual({ total: 2, added: 0 });
});

it('does not take an empty list for everything', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  await server.fails('invalid_arguments', 'provision-policy', { hrefs: [] });
  expect(await commits()).toBe(0);
});

it('refuses what is not pending, and provisions nothing of the rest', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  const { structured } = await server.fails('not_found', 'provision-policy', { hrefs: [HTTPS, OFFICES] });
  expect(structured['not_pending']).toEqual([OFFICES]);
  expect(await commits()).toBe(0);
});

describe('a preview', () => {
  it('shows the literal request, the impact and whose work it is, and sends nothing', async () => {
    await server.foreign('PUT', `${ORDERING}/sec_rules/2`, { enabled: false }, 'ordering');
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    const before = await server.writes();
    const { structured } = await server.ok('provision-policy', { dry_run: true });
    expect(structured).toMatchObject({ state: 'planned', dry_run: true, impact: { objects: 2 } });
    expect(structured['requests']).toEqual([
      `${COMMIT} update_description="Provisioned via MCP"`,
      `change_subset services ${HTTPS}`,
      `change_subset rule_sets ${ORDERING}`,
    ]);
    expect(structured['warnings']).toEqual([expect.stringContaining('2 authors')]);
    expect(await server.writes()).toEqual(before);
  });

  it('is what is provisioned', async () => {
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    const { structured } = await server.ok('provision-policy', { dry_run: true });
    const applied = await server.ok('apply-plan', { plan_id: structured['plan_id'] });
    expect(applied.structured).toMatchObject({ version: 3, state: 'applied' });
    await server.fails('conflict', 'apply-plan', { plan_id: structured['plan_id'] });
    expect(await commits()).toBe(1);
  });

  it.each([
    ['a field', 'PUT', HTTPS, { description: 'mine' }],
    ['a port', 'PUT', HTTPS, { service_ports: [{ port: 444, proto: 6 }] }],
    ['a rule', 'PUT', `${ORDERING}/sec_rules/2`, { enabled: false }],
    ['a new rule', 'POST', `${ORDERING}/deny_rules`, 'rule'],
    ['a deletion', 'DELETE', `${ORDERING}/deny_rules/3`, undefined],
    ['a revert', 'PUT', `${ORG}/sec_policy/delete`, { change_subset: { services: [{ href: HTTPS }] } }],
  ])(
    'is void after another edit: %s; nothing is provisioned and the new preview comes back',
    async (what, method, path, body) => {
      await server.foreign('PUT', HTTPS, { description: 'secure' });
      await server.foreign('PUT', ORDERING, { description: 'mine' });
      const { structured } = await server.ok('provision-policy', { dry_run: true });
      const rule = {
        enabled: true,
        providers: [{ actors: 'ams' }],
        consumers: [{ ip_list: { href: OFFICES } }],
        ingress_services: [{ port: 23, proto: 6 }],
      };
      await server.foreign(method, path, body === 'rule' ? rule : body);
      const refused = await server.fails(what === 'a revert' ? 'not_found' : 'conflict', 'apply-plan', {
        plan_id: structured['plan_id'],
      });
      expect(await commits()).toBe(0);
      if (what === 'a revert') return;
      expect((refused.structured['preview'] as readonly string[]).length).toBeGreaterThan(0);
      await server.ok('apply-plan', { plan_id: refused.structured['plan_id'] });
      expect(await commits()).toBe(1);
    },
  );

  it('made by an admin is not applied by an operator', async () => {
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    const { structured } = await server.ok('provision-policy', { dry_run: true });
    const operator = { ...OPERATOR, role: 'operator' } as const;
    await server.fails('forbidden', 'apply-plan', { plan_id: structured['plan_id'] }, operator);
    expect(await commits()).toBe(0);
  });
});

describe('an edit between the last read and the commit', () => {
  it.each([
    ['of an object', 'PUT', HTTPS, { description: 'theirs' }, 'HTTPS'],
    ['of a rule inside', 'PUT', `${ORDERING}/sec_rules/2`, { enabled: false }, 'Ordering'],
  ])('%s is an error that names it and carries the way back', async (_what, method, path, body, name) => {
    const before = await activePolicy(server);
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    await server.foreign('PUT', ORDERING, { description: 'mine' });
    await server.faults({
      match: { method: 'POST', path: `${ORG}/sec_policy` },
      effect: { kind: 'edit', method: method as 'PUT', path, body },
    });
    const { structured, text } = await server.fails('provisioned_otherwise', 'provision-policy');
    expect(structured['foreign']).toEqual([expect.stringContaining(name)]);
    expect(text).toContain('/users/1');
    await server.ok('apply-plan', { plan_id: structured['rollback_plan_id'] });
    expect(await activePolicy(server)).toEqual(before);
    expect(await pending(server)).toEqual({});
  });
});

describe('a commit whose answer was lost', () => {
  it.each(['status', 'reset'] as const)('(%s) is found by what it changed', async (kind) => {
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    await server.faults({
      match: { method: 'POST', path: `${ORG}/sec_policy` },
      effect: kind === 'status' ? { kind, status: 500, when: 'after' } : { kind, when: 'after' },
    });
    expect((await server.ok('provision-policy')).structured).toMatchObject({ version: 3, state: 'applied' });
    expect(await commits()).toBe(1);
  });

  it('that never happened is a failure with everything still pending', async () => {
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    await server.faults({ match: { method: 'POST', path: `${ORG}/sec_policy` }, effect: { kind: 'reset' } });
    const { structured } = await server.fails('change_failed', 'provision-policy');
    expect(structured['state']).toBe('compensated');
    expect(await pending(server)).toMatchObject({ services: [{ href: HTTPS }] });
  });
});
