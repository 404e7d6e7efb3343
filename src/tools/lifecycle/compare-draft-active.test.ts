import { describe, expect, it } from 'vitest';
import {
  DRAFT,
  HIGH_PORTS,
  HTTPS,
  type LifecyclePce,
  lifecyclePcePerTest,
  newRuleSet,
  OFFICES,
  ORDERING,
  ORG,
  pending,
} from '../../../test/changes/lifecycle-pce.ts';

const server = lifecyclePcePerTest();

interface Entry {
  readonly href: string;
  readonly update_type: string;
}

/** One edit of every kind there is, and every way a rule set can change. */
async function editEverything(): Promise<void> {
  const foreign: LifecyclePce['foreign'] = (...args) => server.foreign(...args);
  await newRuleSet(server);
  await foreign('PUT', OFFICES, { description: 'Branches', ip_ranges: [{ from_ip: '192.168.0.0/16' }] });
  await foreign('DELETE', HIGH_PORTS);
  await foreign('PUT', HTTPS, {
    service_ports: [
      { port: 443, proto: 6 },
      { port: 8443, proto: 6 },
    ],
  });
  await foreign('POST', `${DRAFT}/label_groups`, { name: 'Shops', key: 'loc', labels: [{ href: `${ORG}/labels/7` }] });
  await foreign('POST', `${DRAFT}/enforcement_boundaries`, {
    name: 'No telnet',
    providers: [{ actors: 'ams' }],
    consumers: [{ ip_list: { href: OFFICES } }],
    ingress_services: [{ port: 23, proto: 6 }],
  });
  await foreign('PUT', `${DRAFT}/firewall_settings`, { ike_authentication_type: 'certificate' });
  await foreign('PUT', `${ORDERING}/sec_rules/2`, { enabled: false });
  await foreign('DELETE', `${ORDERING}/deny_rules/3`);
  await foreign('POST', `${ORDERING}/deny_rules`, {
    enabled: true,
    override: false,
    providers: [{ label: { href: `${ORG}/labels/2` } }],
    consumers: [{ ip_list: { href: OFFICES } }],
    ingress_services: [{ port: 3389, proto: 6 }],
  });
}

it('says in sync when nothing is pending', async () => {
  const { structured } = await server.ok('compare-draft-active');
  expect(structured).toMatchObject({ total_pending_changes: 0, status: 'in_sync', items: [], filter: 'all' });
});

describe('what is pending', () => {
  it("is the PCE's own pending set and its own modified objects, of every kind", async () => {
    await editEverything();
    const { structured } = await server.ok('compare-draft-active');
    const groups = (await pending(server)) as Readonly<Record<string, readonly Entry[]>>;
    const entries = Object.values(groups).flat();
    expect(Object.keys(groups).length).toBeGreaterThanOrEqual(6);
    const changes = structured.changes as Readonly<Record<string, readonly { href: string; type: string }[]>>;
    const told = [
      ...(changes.created ?? []).map(({ href }) => `create ${href}`),
      ...(changes.updated ?? []).map(({ href }) => `update ${href}`),
      ...(changes.deleted ?? []).map(({ href }) => `delete ${href}`),
    ];
    expect(told.toSorted()).toEqual(entries.map(({ href, update_type: type }) => `${type} ${href}`).toSorted());
    const modified = (await server.look(`${DRAFT}/modified_objects`)) as readonly Entry[];
    expect(told.toSorted()).toEqual(modified.map(({ href, update_type: type }) => `${type} ${href}`).toSorted());
    expect(structured).toMatchObject({
      total_pending_changes: entries.length,
      created_count: changes.created?.length,
      updated_count: changes.updated?.length,
      deleted_count: 1,
    });
    expect(new Set(structured.items.map(({ href }) => href)).size).toBe(entries.length);
  });

  it('is told field by field and rule by rule, with names and authors', async () => {
    await editEverything();
    const { structured } = await server.ok('compare-draft-active');
    const lines = (href: string): unknown[] =>
      structured.items.filter((item) => item['href'] === href).flatMap((item) => item['diff'] as readonly unknown[]);
    expect(lines(OFFICES)).toEqual([
      'description: Users → Branches',
      'ip_ranges: [192.168.0.0-192.168.3.255] → [192.168.0.0/16]',
    ]);
    expect(lines(HTTPS)).toEqual(['service_ports: [443/tcp] → [443/tcp, 8443/tcp]']);
    expect(lines(HIGH_PORTS)).toEqual([]);
    expect(lines(ORDERING)).toEqual([
      'changed allow rule sec_rules/2: enabled: true → false',
      'removed override deny rule deny_rules/3: [iplist:Offices] -> [ams] on [22/tcp]',
      expect.stringMatching(/^new deny rule deny_rules\/\d+: \[iplist:Offices\] -> \[role=DB\] on \[3389\/tcp\]$/),
    ]);
    expect(structured.items.every((item) => item['author'] === 'Olga Owner (owner@example.com)')).toBe(true);
  });

  it('can be narrowed to one kind', async () => {
    await editEverything();
    const { structured } = await server.ok('compare-draft-active', { resource_type: 'services' });
    expect(structured).toMatchObject({
      total_pending_changes: 2,
      filter: 'services',
      updated_count: 1,
      deleted_count: 1,
    });
    expect(structured.items.map(({ name }) => name)).toEqual(['HTTPS', 'High ports']);
  });

  it('says when an edit was edited back', async () => {
    await server.foreign('PUT', OFFICES, { description: 'Branches' });
    await server.foreign('PUT', OFFICES, { description: 'Users' });
    const { structured } = await server.ok('compare-draft-active');
    expect(structured.items).toMatchObject([{ name: 'Offices', diff: ['no difference: edited back'] }]);
  });
});

describe('two versions', () => {
  it('differ in what was provisioned between them, in both directions', async () => {
    await editEverything();
    await server.foreign('POST', `${ORG}/sec_policy`, { update_description: 'all' });
    const forward = await server.ok('compare-draft-active', { from: '2', to: '3' });
    const groups = (await server.look(`${ORG}/sec_policy/3/modified_objects`)) as readonly Entry[];
    expect(forward.structured.total_pending_changes).toBe(groups.length);
    expect(forward.structured).toMatchObject({ from: '2', to: '3', deleted_count: 1 });
    const back = await server.ok('compare-draft-active', { from: 'active', to: '2' });
    expect(back.structured.created_count).toBe(forward.structured.deleted_count);
    expect(back.structured.deleted_count).toBe(forward.structured.created_count);
    expect(back.structured.items.find(({ href }) => href === OFFICES)?.['diff']).toContain(
      'description: Branches → Users',
    );
  });

  it('leave out what was changed and changed back, and count what is pending with the draft', async () => {
    const provision = () => server.foreign('POST', `${ORG}/sec_policy`, { update_description: 'step' });
    await server.foreign('PUT', OFFICES, { description: 'Branches' });
    await provision();
    await server.foreign('PUT', OFFICES, { description: 'Users' });
    await provision();
    await server.foreign('PUT', HTTPS, { description: 'secure' });
    const { structured } = await server.ok('compare-draft-active', { from: '2', to: 'draft' });
    expect(structured.items.map(({ name }) => name)).toEqual(['HTTPS']);
  });

  it('that are not there are an error', async () => {
    await server.fails('not_found', 'compare-draft-active', { from: '7' });
    await server.fails('not_found', 'compare-draft-active', { to: 'next' });
  });
});
