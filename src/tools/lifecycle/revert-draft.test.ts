import { expect, it } from 'vitest';
import {
  activePolicy,
  DRAFT,
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

it('reverts what is named and leaves the rest pending', async () => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  await server.foreign('PUT', OFFICES, { description: 'Branches' });
  const before = await activePolicy(server);
  const { structured } = await server.ok('revert-draft', { hrefs: [HTTPS] });
  expect(structured).toMatchObject({ state: 'applied', reverted: [expect.stringContaining('Olga Owner')] });
  expect(await pending(server)).toMatchObject({ ip_lists: [{ href: OFFICES }] });
  expect(Object.keys((await pending(server)) as object)).toEqual(['ip_lists']);
  expect(await activePolicy(server)).toEqual(before);
});

it('takes along what depends on it, and says so', async () => {
  const { list } = await newRuleSet(server);
  const planned = await server.ok('revert-draft', { hrefs: [list], dry_run: true });
  expect(planned.structured['warnings']).toEqual([
    expect.stringContaining('An undo makes the drafts again, but loses: href'),
    expect.stringContaining('Partners in goes along'),
  ]);
  await server.ok('apply-plan', { plan_id: planned.structured['plan_id'] });
  expect(await pending(server)).toEqual({});
});

it('refuses what is not pending, and a draft that changed since the preview', async () => {
  await server.fails('not_found', 'revert-draft', { hrefs: [HTTPS] });
  await server.fails('not_found', 'revert-draft', { hrefs: [] });
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  const { structured } = await server.ok('revert-draft', { hrefs: [HTTPS], dry_run: true });
  await server.foreign('PUT', HTTPS, { description: 'more secure' });
  await server.fails('conflict', 'apply-plan', { plan_id: structured['plan_id'] });
  expect(await server.look(HTTPS)).toMatchObject({ description: 'more secure' });
});

it.each(['status', 'reset'] as const)('finds out whether it happened when the answer is lost (%s)', async (kind) => {
  await server.foreign('PUT', HTTPS, { description: 'secure' });
  await server.faults({
    match: { method: 'PUT', path: `${ORG}/sec_policy/delete` },
    effect: kind === 'status' ? { kind, status: 500, when: 'after' } : { kind, when: 'after' },
  });
  await server.ok('revert-draft', { hrefs: [HTTPS] });
  expect(await pending(server)).toEqual({});
});

interface Drafted {
  readonly name: string;
  readonly update_type: string | null;
}

/** The draft by names in place of hrefs, audit fields left out: what was made again has other ids. */
async function draft(): Promise<unknown> {
  const types = ['label_groups', 'ip_lists', 'services', 'rule_sets', 'enforcement_boundaries'];
  const lists = await Promise.all(types.map(async (type) => (await server.look(`${DRAFT}/${type}`)) as Drafted[]));
  const names = new Map(lists.flat().map((object) => [(object as unknown as { href: string }).href, object.name]));
  const drop = new Set(['created_at', 'created_by', 'updated_at', 'updated_by', 'id']);
  const text = JSON.stringify(
    lists.map((list) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1))),
    (key, value: unknown) => {
      if (drop.has(key)) return undefined;
      if (key !== 'href' || typeof value !== 'string') return value;
      return (
        names.get(value) ??
        value.replace(
          /^.*\/rule_sets\/\d+\/(\w+)\/(\d+)$/,
          (_, kind: string, id: string) => `${kind} ${Number(id) > 3 ? 'new' : id}`,
        )
      );
    },
  );
  return JSON.parse(text);
}

it.each([
  ['an object', OFFICES, { description: 'theirs' }],
  ['a rule', `${ORDERING}/sec_rules/2`, { description: 'theirs' }],
])('is not undone over what somebody drafted since: %s', async (_what, href, theirs) => {
  await server.foreign('PUT', OFFICES, { description: 'Branches' });
  await server.foreign('PUT', `${ORDERING}/sec_rules/2`, { enabled: false });
  const { structured } = await server.ok('revert-draft', { hrefs: [OFFICES, ORDERING] });
  await server.foreign('PUT', href, theirs);
  const before = await server.writes();
  await server.fails('conflict', 'undo-change', { plan_id: structured['plan_id'] });
  expect(await server.writes()).toEqual(before);
});

it('can be undone: what was edited, deleted and new is drafted again, with its references', async () => {
  const group = (await server.foreign('POST', `${DRAFT}/label_groups`, {
    name: 'Shops',
    key: 'loc',
    labels: [{ href: `${ORG}/labels/7` }],
  })) as { readonly href: string };
  await server.foreign('POST', `${DRAFT}/label_groups`, {
    name: 'All shops',
    key: 'loc',
    sub_groups: [{ href: group.href }],
  });
  await newRuleSet(server);
  await server.foreign('PUT', OFFICES, { description: 'Branches', ip_ranges: [{ from_ip: '192.168.0.0/16' }] });
  await server.foreign('DELETE', HIGH_PORTS);
  await server.foreign('PUT', ORDERING, { description: 'orders' });
  await server.foreign('PUT', `${ORDERING}/sec_rules/2`, { enabled: false });
  await server.foreign('DELETE', `${ORDERING}/deny_rules/3`);
  await server.foreign('POST', `${ORDERING}/deny_rules`, {
    enabled: true,
    override: true,
    description: 'no desktops',
    providers: [{ label: { href: `${ORG}/labels/2` } }],
    consumers: [{ ip_list: { href: OFFICES } }],
    ingress_services: [{ port: 3389, proto: 6 }],
  });
  const before = await draft();
  const groups = (await pending(server)) as Readonly<Record<string, readonly { readonly href: string }[]>>;
  const hrefs = Object.values(groups).flatMap((list) => list.map(({ href }) => href));
  const { structured } = await server.ok('revert-draft', { hrefs });
  expect(await pending(server)).toEqual({});
  const undone = await server.ok('undo-change', { plan_id: structured['plan_id'] });
  expect(undone.structured).toMatchObject({ partial: true, state: 'applied' });
  expect(undone.structured.answer).toMatch(/^Partial: Comes back differently \(href, author, times\)/);
  expect(await draft()).toEqual(before);
});
