import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fields, openSession, type PceTarget, type Session } from './session.ts';
import { rollbackTests } from './suite-rollback.ts';
import { workloadTests } from './suite-workloads.ts';

/** One kind of object through its whole life, over MCP. */
interface Life {
  readonly kind: string;
  readonly name: (session: Session) => string;
  readonly create: (name: string) => readonly [tool: string, args: Fields];
  readonly read: (name: string) => readonly [tool: string, args: Fields];
  readonly change: (name: string) => readonly [tool: string, args: Fields];
  /** What a reading shows only after the change. */
  readonly changed: string;
  readonly remove: (name: string) => readonly [tool: string, args: Fields];
}

const LIVES: readonly Life[] = [
  {
    kind: 'label',
    name: (session) => session.named('label'),
    create: (value) => ['create-label', { key: 'role', value }],
    read: (value) => ['get-labels', { key: 'role', value }],
    change: (value) => ['update-label', { key: 'role', value, new_value: `${value}-renamed` }],
    changed: '-renamed',
    remove: (value) => ['delete-label', { key: 'role', value }],
  },
  {
    kind: 'workload',
    name: (session) => session.named('workload'),
    create: (name) => ['create-workload', { name, ip_addresses: ['192.0.2.17'], labels: [`role=${name}-role`] }],
    read: (name) => ['get-workloads', { name }],
    change: (name) => ['update-workload', { name, ip_addresses: ['192.0.2.18'] }],
    changed: '192.0.2.18',
    remove: (name) => ['delete-workload', { name }],
  },
  {
    kind: 'label group',
    name: (session) => session.named('group'),
    create: (name) => ['create-label-group', { name, key: 'env' }],
    read: (name) => ['get-label-groups', { name }],
    change: (name) => ['update-label-group', { name, description: 'changed by the test' }],
    changed: 'changed by the test',
    remove: (name) => ['delete-label-group', { name }],
  },
  {
    kind: 'IP list',
    name: (session) => session.named('list'),
    create: (name) => ['create-iplist', { name, ip_ranges: [{ from_ip: '192.0.2.0/25' }] }],
    read: (name) => ['get-iplists', { name }],
    change: (name) => ['update-iplist', { name, ip_ranges: [{ from_ip: '192.0.2.128/25' }] }],
    changed: '192.0.2.128/25',
    remove: (name) => ['delete-iplist', { name }],
  },
  {
    kind: 'service',
    name: (session) => session.named('service'),
    create: (name) => ['create-service', { name, service_ports: [{ port: 65_001, proto: 'tcp' }] }],
    read: (name) => ['get-services', { name }],
    change: (name) => ['update-service', { name, service_ports: [{ port: 65_002, proto: 'tcp' }] }],
    changed: '65002',
    remove: (name) => ['delete-service', { name }],
  },
  {
    kind: 'ruleset',
    name: (session) => session.named('ruleset'),
    create: (name) => [
      'create-ruleset',
      {
        name,
        scopes: [[]],
        rules: [{ consumers: ['ams'], providers: ['ams'], ingress_services: [{ port: 65_003, proto: 'tcp' }] }],
      },
    ],
    read: (name) => ['get-rulesets', { name }],
    change: (name) => ['update-ruleset', { name, description: 'changed by the test' }],
    changed: 'changed by the test',
    remove: (name) => ['delete-ruleset', { name }],
  },
];

/**
 * The tests that run against a real PCE and, every day, against the simulated one. Returns the session, for whoever adds a test after
 * them.
 */
export function pceSuite(target: () => PceTarget | Promise<PceTarget>): () => Session {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(await target());
  });
  afterAll(() => session.close());

  const shown = async ([tool, args]: readonly [string, Fields]): Promise<string> =>
    JSON.stringify((await session.ok(tool, args))['items']);

  describe('listing and schemas', () => {
    it('every question without required parameters is answered in the shape it published', async () => {
      await session.ok('check-pce-connection');
      for (const name of [
        'get-workloads',
        'get-labels',
        'get-label-groups',
        'get-iplists',
        'get-services',
        'get-rulesets',
        'get-vens',
        'get-virtual-services',
      ])
        expect((await session.ok(name, { max_results: 5 }))['items'], name).toBeInstanceOf(Array);
      await session.ok('get-events', { max_results: 5 });
      await session.ok('get-policy-versions', { max_results: 3 });
      await session.ok('compare-draft-active');
      await session.ok('review-draft', { lookback_days: 7 });
      await session.ok('verify-change', { minutes: 5, baseline_days: 1 });
      await session.ok('get-workload-enforcement-status');
    });
  });

  describe.each(LIVES)('the life of a $kind', ({ name: nameIn, create, read, change, changed, remove }) => {
    it('create, read back, change, preview, apply, undo, delete', async () => {
      const name = nameIn(session);
      const [creates, created] = create(name);
      expect(await session.ok(creates, { ...created, dry_run: true })).toMatchObject({
        state: 'planned',
        dry_run: true,
      });
      expect(await shown(read(name))).toBe('[]');
      expect(await session.ok(creates, created)).toMatchObject({ state: 'applied' });
      expect(await shown(read(name))).toContain(name);
      expect(await session.code(creates, created)).toBe('already_exists');

      const [changes, args] = change(name);
      const { plan_id: plan } = await session.ok(changes, { ...args, dry_run: true });
      expect(await shown(read(name))).not.toContain(changed);
      expect(await session.ok('apply-plan', { plan_id: plan })).toMatchObject({ state: 'applied' });
      expect(await shown(read(name))).toContain(changed);
      expect(await session.code('apply-plan', { plan_id: plan })).toBe('conflict');
      expect(await session.ok('get-plan', { plan_id: plan })).toMatchObject({ state: 'applied', totals: { done: 1 } });
      expect(await session.ok('undo-change', { plan_id: plan })).toMatchObject({ state: 'applied' });
      expect(await shown(read(name))).not.toContain(changed);

      const [removes, removed] = remove(name);
      expect(await session.ok(removes, { ...removed, dry_run: true })).toMatchObject({ state: 'planned' });
      expect(await shown(read(name))).toContain(name);
      await session.ok(removes, removed);
      expect(await shown(read(name))).toBe('[]');
    });
  });

  describe('rules', () => {
    it('an allow rule and a deny rule are created, changed and deleted in a ruleset', async () => {
      const name = session.named('rules');
      await session.ok('create-ruleset', { name, scopes: [[]] });
      const rule = { consumers: ['ams'], providers: ['ams'], ingress_services: [{ port: 65_004, proto: 'tcp' }] };
      const planned = async (tool: string, args: Fields): Promise<void> => {
        const { plan_id: plan } = await session.ok(tool, { ...args, dry_run: true });
        await session.ok('apply-plan', { plan_id: plan });
      };
      await planned('create-rule', { ruleset_name: name, ...rule });
      await planned('create-deny-rule', { ruleset_name: name, ...rule });
      const rules = async (): Promise<readonly Fields[]> => {
        const { items } = await session.ok('get-rulesets', { name });
        return (items as readonly { readonly rules: readonly Fields[] }[]).flatMap((item) => item.rules);
      };
      const [allow, deny] = await rules();
      expect([allow, deny]).toMatchObject([{ rule_type: 'allow' }, { rule_type: 'deny' }]);
      const found = async (args: Fields): Promise<string> => shown(['find-rules', { ruleset_name: name, ...args }]);
      expect(await found({ port: 65_004, rule_type: 'deny' })).toContain(String(deny?.['href']));
      expect(await found({ port: 65_004, rule_type: 'allow', state: 'pending' })).toContain(String(allow?.['href']));
      expect(await found({ port: 65_005 })).toBe('[]');
      await planned('update-sec-rule', { href: allow?.['href'], enabled: false });
      await planned('update-deny-rule', { href: deny?.['href'], enabled: false });
      expect(await rules()).toMatchObject([{ enabled: false }, { enabled: false }]);
      await planned('delete-sec-rule', { href: allow?.['href'] });
      await planned('delete-deny-rule', { href: deny?.['href'] });
      expect(await rules()).toEqual([]);
      await session.ok('delete-ruleset', { name });
    });
  });

  describe('policy', () => {
    it('a draft is compared and reverted', async () => {
      const name = session.named('reverted');
      await session.ok('create-iplist', { name, ip_ranges: [{ from_ip: '192.0.2.0/25' }] });
      const { items } = await session.ok('compare-draft-active', { resource_type: 'ip_lists' });
      const mine = (items as readonly Fields[]).find((item) => item['name'] === name);
      expect(mine).toMatchObject({ change: 'created', type: 'ip_lists' });
      expect(await session.ok('revert-draft', { hrefs: [mine?.['href']], dry_run: true })).toMatchObject({
        state: 'planned',
      });
      const { state } = await session.ok('revert-draft', { hrefs: [mine?.['href']] });
      expect(state).toBe('applied');
      expect(await shown(['get-iplists', { name }])).toBe('[]');
    });

    it('a draft is provisioned, found in the versions, and taken back', async ({ skip }) => {
      if (!session.mayProvision) skip('PCE_TEST_PROVISION=1 is not set');
      const name = session.named('provisioned');
      await session.ok('create-iplist', { name, ip_ranges: [{ from_ip: '192.0.2.0/25' }] });
      const { items } = await session.ok('compare-draft-active', { resource_type: 'ip_lists' });
      const mine = (items as readonly Fields[]).find((item) => item['name'] === name);
      const preview = await session.ok('provision-policy', { hrefs: [mine?.['href']], dry_run: true });
      expect(preview).toMatchObject({ state: 'planned', totals: { total: 1 } });
      const done = await session.ok('apply-plan', { plan_id: preview['plan_id'] });
      expect(await shown(['get-policy-versions', { version: done['version'] }])).toContain(name);
      expect(await shown(['get-iplists', { name, policy: 'active' }])).toContain(name);
      await session.ok('delete-iplist', { name });
      await session.ok('provision-policy', { hrefs: [mine?.['href']] });
      expect(await shown(['get-iplists', { name, policy: 'active' }])).toBe('[]');
    });
  });

  rollbackTests(() => session);
  workloadTests(() => session);

  describe('ringfence', () => {
    const application = async (): Promise<Fields> => {
      const { items: groups } = await session.ok('get-workload-enforcement-status');
      const group = (groups as readonly Fields[]).find(
        ({ app, env }) => typeof app === 'string' && app !== 'unlabeled' && env !== 'unlabeled',
      );
      expect(group, 'the PCE has an application with labels app and env').toBeDefined();
      return { app_name: group?.['app'], env_name: group?.['env'] };
    };
    const kinds: readonly (readonly [kind: string, args: Fields])[] = [
      ['open', {}],
      ['selective, against any address', { selective: true }],
      ['selective, against all workloads', { selective: true, deny_consumer: 'ams' }],
      ['selective, against both', { selective: true, deny_consumer: 'ams_and_any' }],
    ];
    it.each(kinds)('%s: is drafted in a ruleset of its own and taken back', async (_kind, kind) => {
      const name = session.named('ringfence');
      const args = { ...(await application()), lookback_days: 7, ruleset_name: name, ...kind };
      expect(await session.ok('create-ringfence', { ...args, dry_run: true })).toMatchObject({ state: 'planned' });
      expect(await shown(['get-rulesets', { name }])).toBe('[]');
      const { plan_id: plan } = await session.ok('create-ringfence', args);
      const drafted = await shown(['get-rulesets', { name }]);
      expect(drafted).toContain(name);
      expect(drafted.includes('"deny"')).toBe('selective' in kind);
      await session.ok('undo-change', { plan_id: plan });
      expect(await shown(['get-rulesets', { name }])).toBe('[]');
    });

    it('a batch is drafted and each of its plans taken back', async () => {
      const name = session.named('batch');
      const args = { apps: [{ ...(await application()), ruleset_name: name }], lookback_days: 7 };
      await session.ok('ringfence-batch', { ...args, dry_run: true });
      expect(await shown(['get-rulesets', { name }])).toBe('[]');
      const { items } = await session.ok('ringfence-batch', args);
      expect(await shown(['get-rulesets', { name }])).toContain(name);
      for (const { plan_id: plan } of items as readonly Fields[]) await session.ok('undo-change', { plan_id: plan });
      expect(await shown(['get-rulesets', { name }])).toBe('[]');
    });

    it('a containment is planned, drafted and taken back', async () => {
      const name = session.named('containment');
      const { app_name: app, env_name: env } = await application();
      const { plan_id: plan } = await session.ok('plan-containment', {
        services: [{ port: 65_006, proto: 'tcp' }],
        to: `app=${String(app)} env=${String(env)}`,
        ruleset_name: name,
        lookback_days: 7,
      });
      expect(await shown(['get-rulesets', { name }])).toBe('[]');
      await session.ok('apply-plan', { plan_id: plan });
      expect(await shown(['get-rulesets', { name }])).toContain('"deny"');
      await session.ok('undo-change', { plan_id: plan });
      expect(await shown(['get-rulesets', { name }])).toBe('[]');
    });
  });

  describe('infrastructure', () => {
    it('services are found from traffic', async () => {
      const { items } = await session.ok('identify-infrastructure-services', { lookback_days: 7 });
      expect(items).toBeInstanceOf(Array);
    });
  });

  describe('traffic', () => {
    it('is counted, with the window it looked at', async () => {
      const { coverage } = await session.ok('get-traffic-flows-summary', { max_results: 1000 });
      expect(coverage).toMatchObject({ window: { start: expect.any(String), end: expect.any(String) } });
    });
  });

  describe('what does not exist', () => {
    const nothing = 'mcp-test-there-is-no-such-thing';
    it.each([
      ['update-label', { key: 'role', value: nothing, new_value: 'x' }, 'label_not_found'],
      ['delete-label', { key: 'role', value: nothing }, 'label_not_found'],
      ['delete-workload', { name: nothing }, 'not_found'],
      ['delete-iplist', { name: nothing }, 'not_found'],
      ['delete-service', { name: nothing }, 'not_found'],
      ['delete-ruleset', { name: nothing }, 'not_found'],
      ['apply-plan', { plan_id: 'plan_00' }, 'not_found'],
      ['undo-change', { plan_id: 'plan_00' }, 'not_found'],
      ['create-label', {}, 'invalid_arguments'],
    ])('%s %j is an error with a code', async (tool, args, expected) => {
      expect(await session.code(tool, args)).toBe(expected);
    });
  });

  return () => session;
}
