import { expect, it } from 'vitest';
import { tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { active, draft, startTiny, type Thing } from '../testing/tiny-simulator.ts';

const { done, got, listed, refused } = await startTiny(tinyEstate());
const workload = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
const question = (version: string, what: string, query: Record<string, string>) =>
  `/orgs/1/sec_policy/${version}/${what}?${new URLSearchParams(query).toString()}`;
const web = { src_workload: workload(1), dst_workload: workload(2) };

it('allow: the allow rules that match, with their rule set', async () => {
  const rules = await listed(question('active', 'allow', { ...web, port: '5432', protocol: '6' }));
  const database = rules.find(({ href }) => href === `${active('rule_sets', 2)}/sec_rules/2`);
  expect(database).toMatchObject({
    providers: [{ label: { key: 'role', value: 'DB' } }],
    rule_set: { href: active('rule_sets', 2), name: 'Ordering', enabled: true },
  });
  const other = await listed(question('active', 'allow', { ...web, port: '5433', protocol: '6' }));
  expect(other.map(({ href }) => href)).not.toContain(database?.href);
});

it('takes a service in place of port and protocol', async () => {
  const rules = await listed(question('draft', 'allow', { ...web, service: draft('services', 1) }));
  expect(rules.map(({ href }) => href)).toContain(`${draft('rule_sets', 1)}/sec_rules/1`);
});

it('policy_check: deny and override deny apart', async () => {
  const path = question('draft', 'policy_check', {
    src_external_ip: '192.168.1.7',
    dst_workload: workload(2),
    port: '22',
    protocol: '6',
  });
  const kinds = async () => {
    const answer = await got(path);
    return ['sec_rules', 'deny_rules', 'override_deny_rules'].map((kind) =>
      (answer[kind] as Thing[]).map(({ href }) => href),
    );
  };
  const rule = `${draft('rule_sets', 2)}/deny_rules/3`;
  expect(await kinds()).toEqual([[], [], [rule]]);
  await done('PUT', rule, { override: false });
  expect(await kinds()).toEqual([[], [rule], []]);
  await done('DELETE', rule);
  expect(await kinds()).toEqual([[], [], []]);
});

it('refuses questions without an end or a service, and workloads that do not exist', async () => {
  const ask = (query: Record<string, string>) => refused('GET', question('active', 'policy_check', query));
  expect(await ask({ src_workload: workload(1), port: '1', protocol: '6' })).toEqual([406, 'input_validation_error']);
  expect(await ask(web)).toEqual([406, 'input_validation_error']);
  expect(await ask({ ...web, dst_workload: workload(9), port: '1', protocol: '6' })).toEqual([406, 'invalid_uri']);
  expect((await ask({ src_external_ip: 'x', dst_workload: workload(1), protocol: '6' }))[0]).toBe(406);
});
