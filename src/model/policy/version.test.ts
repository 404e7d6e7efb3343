import { expect, it } from 'vitest';
import type { Href } from '../../core/href.ts';
import type { Actor, IpList, Rule, RuleSet, Workload } from '../inventory.ts';
import { compilePolicy, decide } from './index.ts';
import { type PolicyObjects, policySource, sourceWorkload } from './version.ts';

const at = (version: string, rest: string) => `/orgs/1/sec_policy/${version}/${rest}` as Href;
const times = { createdAt: null, updatedAt: null };

const rule = (id: number, updateType: Rule['updateType'], port: number, consumers: readonly Actor[]): Rule => ({
  ...times,
  href: at('draft', `rule_sets/1/sec_rules/${id}`),
  updateType,
  kind: 'allow',
  enabled: true,
  description: null,
  providers: [{ kind: 'ams' }],
  consumers,
  services: [{ kind: 'ports', proto: 6, port, toPort: null }],
  egressServices: [],
  unscopedConsumers: false,
  resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
  consumingSecurityPrincipals: [],
  networkType: 'brn',
  useWorkloadSubnets: [],
  stateless: false,
  allIpsExceptFor: [],
});
const list = (id: number, updateType: IpList['updateType'], from: string): IpList => ({
  ...times,
  href: at('draft', `ip_lists/${id}`),
  updateType,
  name: `list ${id}`,
  description: null,
  ranges: [{ from, to: null, exclusion: false, description: null }],
  fqdns: [],
});
const ruleSet = (rules: readonly Rule[], updateType: RuleSet['updateType'] = 'update'): RuleSet => ({
  ...times,
  href: at('draft', 'rule_sets/1'),
  updateType,
  name: 'set',
  description: null,
  enabled: true,
  scopes: [[]],
  rules,
});
const objects = (over: Partial<PolicyObjects>): PolicyObjects => ({
  labelGroups: [],
  ipLists: [],
  services: [],
  ruleSets: [],
  boundaries: [],
  virtualServices: [],
  ...over,
});

const host: Workload = {
  href: '/orgs/1/workloads/w1' as Href,
  name: 'w1',
  hostname: null,
  description: null,
  managed: true,
  online: true,
  mode: 'full',
  visibility: null,
  labels: [],
  interfaces: [
    { name: 'eth0', address: '10.0.0.5', cidrBlock: 24, gateway: null },
    { name: 'eth1', address: '10.7.0.5', cidrBlock: null, gateway: null },
  ],
  publicIp: null,
  osId: 'win-x86_64-server',
  osDetail: null,
  openPorts: [],
  ven: null,
  externalDataSet: null,
  externalDataReference: null,
  ...times,
};
const common = { labels: [], workloads: [sourceWorkload(host)], pce: null };

function verdict(set: PolicyObjects, version: 'draft' | 'active', port: number, ip = '192.0.2.9') {
  const policy = compilePolicy(policySource(set, common, version));
  return decide(policy, { src: { ip }, dst: { ip: '10.0.0.5' }, proto: 6, port }).verdict;
}

const anyone: Actor = { kind: 'ip_list', href: at('draft', 'ip_lists/9') };

it('the draft has new rules and not those pending deletion; the active policy the other way round', () => {
  const set = objects({
    ipLists: [list(9, null, '192.0.2.0/24')],
    ruleSets: [
      ruleSet([rule(1, 'create', 80, [anyone]), rule(2, 'delete', 22, [anyone]), rule(3, null, 443, [anyone])]),
    ],
  });
  expect([80, 22, 443].map((port) => verdict(set, 'draft', port))).toEqual(['allowed', 'blocked', 'allowed']);
  expect([80, 22, 443].map((port) => verdict(set, 'active', port))).toEqual(['blocked', 'allowed', 'allowed']);
});

it('whole objects come and go the same way', () => {
  const set = objects({
    ipLists: [list(9, null, '192.0.2.0/24')],
    ruleSets: [ruleSet([rule(1, null, 80, [anyone])], 'create')],
  });
  expect([verdict(set, 'draft', 80), verdict(set, 'active', 80)]).toEqual(['allowed', 'blocked']);
});

it('a reference that names the other version finds its object', () => {
  const crossing: Actor = { kind: 'ip_list', href: at('active', 'ip_lists/9') };
  const set = objects({
    ipLists: [list(9, null, '192.0.2.0/24')],
    ruleSets: [ruleSet([rule(1, null, 80, [crossing])])],
  });
  expect([verdict(set, 'draft', 80), verdict(set, 'active', 80)]).toEqual(['allowed', 'allowed']);
  expect(verdict(set, 'draft', 80, '198.51.100.1')).toBe('blocked');
});

it('rules keep the href they were read with', () => {
  const set = objects({ ipLists: [list(9, null, '192.0.2.0/24')], ruleSets: [ruleSet([rule(7, null, 80, [anyone])])] });
  const policy = compilePolicy(policySource(set, common, 'active'));
  const { rules } = decide(policy, { src: { ip: '192.0.2.9' }, dst: { ip: '10.0.0.5' }, proto: 6, port: 80 });
  expect(rules).toEqual(['/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/7']);
});

it('reads a workload: every interface is an address, those with a mask a subnet, and Windows is known by its id', () => {
  const { addresses, subnets, os } = sourceWorkload(host);
  expect({ addresses, subnets, os }).toEqual({
    addresses: ['10.0.0.5', '10.7.0.5'],
    subnets: ['10.0.0.5/24'],
    os: 'windows',
  });
  expect(sourceWorkload({ ...host, osId: 'centos-x86_64-7.0' }).os).toBe('linux');
  expect(sourceWorkload({ ...host, osId: null }).os).toBeNull();
});
