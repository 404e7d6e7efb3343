import { expect, it } from 'vitest';
import { startSimulator } from '../server.ts';
import { clientOf } from '../testing/client.ts';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { active, draft, labelHref, startTiny } from '../testing/tiny-simulator.ts';
import { releaseOf } from '../versions.ts';

const { call, created, done, refused } = await startTiny(tinyEstate());
const workload = (n: number) => ({ workload: { href: `/orgs/1/workloads/${workloadId(n)}` } });
const label = (id: number) => ({ label: { href: labelHref(id) } });

/** Ids of the rules found, by kind; kinds without any left out. */
async function found(body: object, version = 'draft'): Promise<Readonly<Record<string, readonly number[]>>> {
  const { status, json, text } = await call('POST', `/orgs/1/sec_policy/${version}/rule_search`, { body });
  expect(status, text).toBe(200);
  const kinds = Object.entries(json as Record<string, { href: string }[]>);
  return Object.fromEntries(
    kinds
      .filter(([, rules]) => rules.length > 0)
      .map(([kind, rules]) => [kind, rules.map(({ href }) => Number(href.split('/').at(-1)))]),
  );
}

const EVERYTHING = { sec_rules: [1, 2], override_deny_rules: [3] };

it.each<readonly [what: string, body: object, rules: object]>([
  ['everything without a condition', {}, EVERYTHING],
  ['by kind', { rule_types: ['override_deny_rules'] }, { override_deny_rules: [3] }],
  ['by a label it names', { providers: [label(LABEL.db)] }, { sec_rules: [2] }],
  ['by a label on the other side', { consumers: [label(LABEL.db)] }, {}],
  [
    'by a list, whatever version its href is of',
    { consumers: [{ ip_list: { href: active('ip_lists', 2) } }] },
    { override_deny_rules: [3] },
  ],
  ['by everybody', { providers: [{ actors: 'ams' }] }, { override_deny_rules: [3] }],
  ['by all actors at once', { consumers: [label(LABEL.web), label(LABEL.db)] }, {}],
  ['by either side', { providers_or_consumers: [label(LABEL.web)] }, { sec_rules: [2] }],
  ['by the port', { ingress_services: [{ port: 5432, proto: 6 }] }, { sec_rules: [1, 2] }],
  [
    'by a range of ports',
    { ingress_services: [{ port: 20, to_port: 30, proto: 6 }] },
    { sec_rules: [1], override_deny_rules: [3] },
  ],
  ['by the protocol', { ingress_services: [{ port: 5432, proto: 17 }] }, { sec_rules: [1] }],
  ['by the service itself', { ingress_services: [{ href: draft('services', 1) }] }, { sec_rules: [1] }],
  ['by part of the description', { description: 'OUTBOUND' }, { sec_rules: [1] }],
  ['by a flag', { unscoped_consumers: true }, { override_deny_rules: [3] }],
  ['by a workload it names: none', { providers: [workload(2)] }, {}],
  // Workload 2 is DB of Ordering, 3 is Web of another application.
  [
    'by a workload it means',
    { providers: [workload(2)], resolve_actors: true },
    { sec_rules: [2], override_deny_rules: [3] },
  ],
  ['by a workload out of its scope', { consumers: [workload(3)], resolve_actors: true }, { sec_rules: [1] }],
])('finds %s', async (_what, body, rules) => {
  expect(await found(body)).toEqual(rules);
});

it('shows each rule spelt out beside its rule set', async () => {
  const { json } = await call('POST', '/orgs/1/sec_policy/active/rule_search', {
    body: { providers: [label(LABEL.db)] },
  });
  expect(json).toMatchObject({
    sec_rules: [
      {
        href: `${active('rule_sets', 2)}/sec_rules/2`,
        providers: [{ label: { href: labelHref(LABEL.db), key: 'role', value: 'DB' } }],
        rule_set: { href: active('rule_sets', 2), name: 'Ordering' },
      },
    ],
  });
});

it('finds what the draft changes', async () => {
  await done('PUT', `${draft('rule_sets', 2)}/sec_rules/2`, { enabled: false });
  const made = await created(`${draft('rule_sets', 2)}/ip_tables_rules`, {
    enabled: true,
    ip_version: '4',
    statements: [{ table_name: 'filter', chain_name: 'INPUT', parameters: '-j DROP' }],
    actors: [{ actors: 'ams' }],
  });
  expect(await found({ update_type: 'update' })).toEqual({ sec_rules: [2] });
  expect(await found({ update_type: 'create' })).toEqual({ ip_tables_rules: [Number(made.href.split('/').at(-1))] });
  expect(await found({ enabled: false })).toEqual({ sec_rules: [2] });
  expect(await found({ enabled: false }, 'active')).toEqual({});
});

it('refuses more actors than the organisation allows, and fields that are none', async () => {
  const providers = Array.from({ length: 9 }, () => label(LABEL.db));
  for (const body of [{ providers }, { colour: 'red' }, { rule_types: ['all'] }])
    expect((await refused('POST', '/orgs/1/sec_policy/draft/rule_search', { body }))[0]).toBe(406);
});

it('answers in the form of its release', async () => {
  for (const [version, form] of [
    ['23.5', 'array'],
    ['24.5', 'object'],
  ] as const) {
    const simulator = await startSimulator({ estate: tinyEstate(), release: releaseOf(version) });
    const { json } = await clientOf(simulator)('POST', '/orgs/1/sec_policy/active/rule_search', { body: {} });
    expect(Array.isArray(json) ? 'array' : typeof json).toBe(form);
    await simulator.close();
  }
});
