import { expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from './testing/tiny-estate.ts';
import { active, draft, labelHref, startTiny } from './testing/tiny-simulator.ts';

const { created, done, simulator } = await startTiny(tinyEstate());
const { world } = simulator;

it('shows policy objects and rules by draft and active href', async () => {
  await done('PUT', `${draft('rule_sets', 2)}/sec_rules/2`, { enabled: false });
  expect(world.object(`${draft('rule_sets', 2)}/sec_rules/2`)).toMatchObject({ enabled: false, update_type: 'update' });
  expect(world.object(`${active('rule_sets', 2)}/sec_rules/2`)).toMatchObject({ enabled: true });
  expect(world.object(active('ip_lists', 2))).toMatchObject({ href: active('ip_lists', 2), name: 'Offices' });
  for (const nothing of [draft('ip_lists', 99), labelHref(1), 'nonsense', draft('rule_sets', '2/sec_rules/99')])
    expect(world.object(nothing)).toBeUndefined();
});

it('knows labels and workloads made and deleted since the start', async () => {
  const label = await created('/orgs/1/labels', { key: 'env', value: 'Late' });
  const id = Number(label.href.split('/').at(-1));
  expect(world.label(id)).toMatchObject({ key: 'env', value: 'Late' });
  await done('DELETE', label.href);
  expect(world.label(id)).toBeUndefined();
  await done('DELETE', `/orgs/1/workloads/${workloadId(4)}`);
  expect(world.workload(workloadId(4))).toBeUndefined();
  expect(world.workload(workloadId(1))?.labels).toContain(LABEL.ordering);
});

it('gives the same policy until something changes, each version with its own hrefs', async () => {
  const before = { draft: world.policy('draft'), active: world.policy('active') };
  expect(world.policy('draft')).toBe(before.draft);
  const made = await created(`/orgs/1/sec_policy/draft/ip_lists`, {
    name: 'New',
    ip_ranges: [{ from_ip: '10.0.0.1' }],
  });
  expect(world.policy('draft').ipLists.map(({ name }) => name)).toContain('New');
  expect(world.policy('active').ipLists.map(({ name }) => name)).not.toContain('New');
  await done('DELETE', made.href);
  await done('DELETE', draft('services', 4));
  expect(world.policy('draft').services.map(({ name }) => name)).not.toContain('High ports');
  expect(world.policy('active').services.map(({ name }) => name)).toContain('High ports');
  const hrefs = JSON.stringify(world.policy('active'));
  expect(hrefs).not.toContain('/sec_policy/draft/');
  expect(JSON.stringify(world.policy('draft'))).not.toContain('/sec_policy/active/');
});

it('says in the policy what the wire says', () => {
  const [ordering] = world.policy('active').ruleSets.filter(({ name }) => name === 'Ordering');
  expect(ordering).toMatchObject({
    scopes: [[{ kind: 'label', href: labelHref(LABEL.ordering), exclusion: false }]],
    rules: [
      {
        kind: 'allow',
        providers: [{ kind: 'label', href: labelHref(LABEL.db), exclusion: false }],
        services: [{ kind: 'ports', proto: 6, port: 5432, toPort: null }],
        unscopedConsumers: false,
      },
      {
        kind: 'override_deny',
        consumers: [{ kind: 'ip_list', href: active('ip_lists', 2) }],
        unscopedConsumers: true,
        resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
      },
    ],
  });
  expect(world.policy('active').workloads[1]).toMatchObject({
    os: 'windows',
    mode: 'full',
    addresses: ['10.0.0.2'],
    subnets: ['10.0.0.2/24'],
  });
});
