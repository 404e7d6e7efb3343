import { beforeEach, describe, expect, it } from 'vitest';
import { LABEL, tinyEstate } from '../testing/tiny-estate.ts';
import { active, draft, labelHref, startTiny, type Thing } from '../testing/tiny-simulator.ts';

const { call, created, done, got, listed, refused, simulator } = await startTiny(tinyEstate());
const policy = '/orgs/1/sec_policy';
const pending = () => got(`${policy}/pending`);
const commit = (body: object = {}) => created(policy, body);
const refs = (...hrefs: string[]) => hrefs.map((href) => ({ href }));
const ruleUsing = (ipList: string) => ({
  enabled: true,
  providers: [{ label: { href: labelHref(LABEL.web) } }],
  consumers: [{ ip_list: { href: ipList } }],
  ingress_services: [{ proto: 6, port: 443 }],
  resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
});
let made = 0;
const newIpList = () => created(`${policy}/draft/ip_lists`, { name: `List ${++made}` });

beforeEach(() => done('DELETE', `${policy}/pending`));

describe('the draft', () => {
  it('is the active policy until something changes', async () => {
    expect(await pending()).toEqual({});
    expect(await refused('POST', policy, { body: {} })).toEqual([406, 'simulator_nothing_to_provision']);
    const [left, right] = [await got(draft('rule_sets', 2)), await got(active('rule_sets', 2))];
    expect(left['update_type']).toBeNull();
    expect(JSON.stringify(right)).toBe(
      JSON.stringify({ ...left, caps: [] })
        .replaceAll('/sec_policy/draft/', '/sec_policy/active/')
        .replaceAll('"update_type":null,', '')
        .replaceAll('"caps":["write","provision"]', '"caps":[]'),
    );
  });

  it('says who changed what, and what a rule set refers to', async () => {
    await done('PUT', draft('rule_sets', 2), { description: 'changed' });
    expect(await pending()).toEqual({
      rule_sets: [
        {
          id: '2',
          name: 'Ordering',
          href: draft('rule_sets', 2),
          update_type: 'update',
          updated_at: expect.any(String),
          updated_by: { href: '/users/1' },
          caps: ['write', 'provision'],
          related_ip_lists: refs(draft('ip_lists', 2)),
          related_services: [],
        },
      ],
    });
  });

  it('keeps a pending deletion through an edit, and only a revert takes it back', async () => {
    await done('DELETE', draft('services', 4));
    await done('PUT', draft('services', 4), { description: 'edited' });
    expect(await got(draft('services', 4))).toMatchObject({ update_type: 'delete' });
    await done('PUT', `${policy}/delete`, { change_subset: { services: refs(draft('services', 4)) } });
    expect(await got(draft('services', 4))).toMatchObject({ update_type: null, name: 'High ports' });
    expect((await got(draft('services', 4)))['description']).toBeNull();
  });

  it('takes no reference to what is pending deletion', async () => {
    await done('DELETE', draft('services', 4));
    const body = { ...ruleUsing(draft('ip_lists', 2)), ingress_services: refs(draft('services', 4)) };
    expect(await refused('POST', `${draft('rule_sets', 2)}/sec_rules`, { body })).toEqual([406, 'invalid_uri']);
  });

  it('reverts rules with their rule set', async () => {
    const before = await got(draft('rule_sets', 2));
    await created(`${draft('rule_sets', 2)}/sec_rules`, ruleUsing(draft('ip_lists', 2)));
    await done('DELETE', `${draft('rule_sets', 2)}/sec_rules/2`);
    await done('PUT', `${draft('rule_sets', 2)}/deny_rules/3`, { enabled: false });
    await done('PUT', `${policy}/delete`, { change_subset: { rule_sets: refs(draft('rule_sets', 2)) } });
    expect(await got(draft('rule_sets', 2))).toEqual(before);
  });
});

describe('closure', () => {
  it('of a revert: what was made cannot go before what uses it', async () => {
    const list = await newIpList();
    await created(`${draft('rule_sets', 2)}/sec_rules`, ruleUsing(list.href));
    const change_subset = { ip_lists: refs(list.href) };
    const { json } = await call('POST', `${policy}/draft/dependencies`, {
      body: { operation: 'revert', change_subset },
    });
    expect(json).toEqual([
      {
        dependency: { rule_sets: { href: draft('rule_sets', 2) } },
        required_by: { ip_lists: refs(list.href) },
      },
    ]);
    expect(await refused('PUT', `${policy}/delete`, { body: { change_subset } })).toEqual([
      406,
      'simulator_change_subset_not_closed',
    ]);
    const both = { ...change_subset, rule_sets: refs(draft('rule_sets', 2)) };
    const closed = await call('POST', `${policy}/draft/dependencies`, {
      body: { operation: 'revert', change_subset: both },
    });
    expect(closed.json).toEqual([]);
    await done('PUT', `${policy}/delete`, { change_subset: both });
    expect(await pending()).toEqual({});
  });

  it('of a commit follows references all the way', async () => {
    const inner = await created(`${policy}/draft/label_groups`, { name: 'Inner', key: 'app' });
    const outer = await created(`${policy}/draft/label_groups`, {
      name: 'Outer',
      key: 'app',
      sub_groups: refs(inner.href),
    });
    const ruleSet = await created(`${policy}/draft/rule_sets`, {
      name: 'Nested',
      scopes: [[{ label_group: { href: outer.href } }]],
    });
    const { json } = await call('POST', `${policy}/draft/dependencies`, {
      body: { operation: 'commit', change_subset: { rule_sets: refs(ruleSet.href) } },
    });
    expect(json).toEqual([
      { dependency: { label_groups: { href: outer.href } }, required_by: { rule_sets: refs(ruleSet.href) } },
      { dependency: { label_groups: { href: inner.href } }, required_by: { label_groups: refs(outer.href) } },
    ]);
  });

  it('leaves edited dependencies alone', async () => {
    await done('PUT', draft('ip_lists', 2), { description: 'edited' });
    await done('PUT', draft('rule_sets', 2), { description: 'edited too' });
    await commit({ change_subset: { rule_sets: refs(draft('rule_sets', 2)) } });
    expect(Object.keys(await pending())).toEqual(['ip_lists']);
  });

  it('refuses what is not pending', async () => {
    const body = { change_subset: { ip_lists: refs(draft('ip_lists', 2)) } };
    expect(await refused('POST', policy, { body })).toEqual([406, 'simulator_not_pending']);
  });
});

describe('versions', () => {
  it('keep what they said, and say what they changed', async () => {
    await done('PUT', draft('rule_sets', 2), { description: 'first' });
    const first = await commit({ update_description: 'one' });
    await done('PUT', draft('rule_sets', 2), { description: 'second' });
    const list = await newIpList();
    const second = await commit({ update_description: 'two' });
    const at = async (version: unknown) => (await got(`${policy}/${String(version)}/rule_sets/2`)) as Thing;
    expect((await at(first['version']))['description']).toBe('first');
    expect((await at(second['version']))['description']).toBe('second');
    const old = await at(first['version']);
    expect(old.href).toBe(`${policy}/${String(first['version'])}/rule_sets/2`);
    expect(old).not.toHaveProperty('update_type');
    expect(JSON.stringify(old)).not.toMatch(/\/(?:draft|active)\//);
    const inFirst = await listed(`${policy}/${String(first['version'])}/ip_lists`);
    expect(inFirst.map(({ name }) => name)).not.toContain(list['name']);
    expect(await listed(`${second.href}/modified_objects`)).toMatchObject([
      { update_type: 'update', object_type: 'rule_sets', name: 'Ordering' },
      { update_type: 'create', object_type: 'ip_lists', name: list['name'] },
    ]);
    const [newest, next] = await listed(policy);
    expect([newest?.['commit_message'], next?.['commit_message']]).toEqual(['two', 'one']);
    expect(await got(second.href)).toEqual(newest);
    expect(newest?.['object_counts']).toMatchObject({ rule_sets: 2, firewall_settings: 1 });
    expect((await refused('GET', `${policy}/9999`))[0]).toBe(404);
    expect((await refused('GET', `${policy}/9999/rule_sets`))[0]).toBe(404);
  });

  it('come back as drafts: what was made since is deleted, what was deleted is made again', async () => {
    const gone = await newIpList();
    const before = await commit();
    await done('DELETE', gone.href);
    const since = await newIpList();
    await commit();
    expect((await refused('GET', gone.href))[0]).toBe(404);
    await created(`${before.href}/restore`, {});
    expect(await pending()).toMatchObject({
      ip_lists: expect.arrayContaining([
        expect.objectContaining({ href: gone.href, update_type: 'create' }),
        expect.objectContaining({ href: since.href, update_type: 'delete' }),
      ]),
    });
    await commit();
    expect((await got(active('ip_lists', gone.href.split('/').at(-1) ?? ''))).name).toBe(gone['name']);
    expect((await refused('GET', since.href))[0]).toBe(404);
  });

  it('leave an event with the objects they changed', async () => {
    await done('PUT', draft('rule_sets', 2), { description: 'for the event' });
    const version = await commit({ update_description: 'noted' });
    expect(simulator.world.ownEvents.at(-1)).toMatchObject({
      event_type: 'sec_policy.create',
      action: { http_status_code: 201 },
      resource_changes: [
        {
          resource: {
            sec_policy: {
              href: version.href,
              commit_message: 'noted',
              modified_objects: { rule_sets: refs(draft('rule_sets', 2)) },
            },
          },
        },
      ],
    });
  });
});

describe('impact', () => {
  const impact = async (body: object = {}) => (await call('POST', `${policy}/impact`, { body })).json;

  it('counts the workloads that changed rules select', async () => {
    expect(await impact()).toMatchObject({ num_sets: 0, num_managed_workloads: 0, num_unmanaged_workloads: 0 });
    // Web of ordering: workload 1. Its database, workload 2, is on the other side of another rule.
    await created(`${draft('rule_sets', 2)}/sec_rules`, ruleUsing(draft('ip_lists', 2)));
    expect(await impact()).toMatchObject({ num_sets: 1, num_managed_workloads: 1, num_unmanaged_workloads: 0 });
  });

  it('of a whole rule set counts both sides, of an IP list the rules that name it', async () => {
    await done('PUT', draft('rule_sets', 2), { enabled: false });
    expect(await impact()).toMatchObject({ num_managed_workloads: 2 });
    await done('PUT', `${policy}/delete`, {});
    await done('PUT', draft('ip_lists', 1 + 1), { ip_ranges: [{ from_ip: '172.16.0.0/12' }] });
    expect(await impact()).toMatchObject({ num_managed_workloads: 2, all_workloads_optimization: false });
  });

  it('is what provisioning reports as affected', async () => {
    await created(`${draft('rule_sets', 2)}/sec_rules`, ruleUsing(draft('ip_lists', 2)));
    expect((await commit())['workloads_affected']).toBe(1);
  });
});
