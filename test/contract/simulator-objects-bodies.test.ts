import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { LABEL, tinyEstate, workloadId } from '../../src/simulator/testing/tiny-estate.ts';
import { SCHEMAS_MISSING, schemas } from './simulator-traffic/schemas.ts';
import { spoilt, without } from './spoilt.ts';

/**
 * What the simulator takes and what it refuses agrees with the published request schemas: for a good body of every endpoint and for
 * every way of spoiling it (each key dropped, null, of another type, and one key too many, at every level).
 */
const RELEASE = '25.2.20';
const draft = '/orgs/1/sec_policy/draft';
const label = { href: `/orgs/1/labels/${LABEL.web}` };
const ipList = { href: `${draft}/ip_lists/2` };

const rule = {
  enabled: true,
  description: 'text',
  external_data_set: 'set',
  external_data_reference: null,
  providers: [{ label, exclusion: true }],
  consumers: [{ ip_list: ipList }],
  ingress_services: [{ proto: 6, port: 80, to_port: 90 }],
  resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
  sec_connect: false,
  stateless: false,
  machine_auth: false,
  unscoped_consumers: true,
  network_type: 'all',
  use_workload_subnets: ['providers'],
  consuming_security_principals: [{ href: '/orgs/1/security_principals/S-1-5-21-1' }],
};
const workload = {
  name: 'name',
  hostname: 'host',
  description: 'text',
  external_data_set: 'set',
  external_data_reference: null,
  service_principal_name: 'spn',
  public_ip: '192.0.2.7',
  interfaces: [
    { name: 'umw0', address: '10.8.8.8', link_state: 'up', cidr_block: 24, default_gateway_address: '10.8.8.1' },
  ],
  service_provider: 'sp',
  data_center: 'dc',
  data_center_zone: 'zone',
  os_id: 'os',
  os_detail: 'detail',
  online: true,
  labels: [label],
  enforcement_mode: 'idle',
  agent: { config: { mode: 'idle', log_traffic: true } },
};
const ipListBody = {
  name: 'IPL',
  description: 'text',
  external_data_set: 'set',
  external_data_reference: null,
  ip_ranges: [{ from_ip: '10.0.0.1', to_ip: '10.0.0.9', exclusion: false, description: 'text' }],
  fqdns: [{ fqdn: 'example.com', description: 'text' }],
};
const service = {
  name: 'SVC',
  description: 'text',
  external_data_set: 'set',
  external_data_reference: null,
  service_ports: [{ proto: 6, port: 80, to_port: 90 }],
};
const group = { name: 'LG', key: 'role', description: 'text', labels: [label], sub_groups: [] };
const ruleSet = {
  name: 'RS',
  description: 'text',
  enabled: true,
  scopes: [[{ label, exclusion: false }]],
  rules: [rule],
};
const boundary = {
  name: 'EB',
  enabled: true,
  providers: [{ actors: 'ams' }],
  consumers: [{ ip_list: ipList }],
  ingress_services: [{ proto: 6, port: 80 }],
};
const ENDPOINTS: readonly (readonly [schema: string, method: string, path: string, body: unknown])[] = [
  ['labels_post', 'POST', '/orgs/1/labels', { key: 'role', value: 'v', external_data_set: 'x' }],
  ['labels_put', 'PUT', `/orgs/1/labels/${LABEL.fra}`, { value: 'w', external_data_set: 'x' }],
  ['workloads_post', 'POST', '/orgs/1/workloads', workload],
  ['workloads_without_ven_put', 'PUT', `/orgs/1/workloads/${workloadId(4)}`, workload],
  [
    'workloads_with_ven_put',
    'PUT',
    `/orgs/1/workloads/${workloadId(1)}`,
    without(workload, 'hostname', 'os_id', 'os_detail', 'online', 'interfaces', 'public_ip'),
  ],
  ['vens_put', 'PUT', `/orgs/1/vens/${workloadId(1)}`, { name: 'n', description: null, status: 'active' }],
  ['sec_policy_label_groups_post', 'POST', `${draft}/label_groups`, group],
  ['sec_policy_label_groups_put', 'PUT', `${draft}/label_groups/${workloadId(700)}`, { name: 'LG9', description: '' }],
  ['sec_policy_ip_lists_post', 'POST', `${draft}/ip_lists`, ipListBody],
  ['sec_policy_ip_lists_put', 'PUT', `${draft}/ip_lists/2`, ipListBody],
  ['sec_policy_services_post', 'POST', `${draft}/services`, service],
  ['sec_policy_services_put', 'PUT', `${draft}/services/2`, service],
  ['sec_policy_rule_sets_post', 'POST', `${draft}/rule_sets`, ruleSet],
  [
    'sec_policy_rule_sets_put',
    'PUT',
    `${draft}/rule_sets/2`,
    { ...ruleSet, rules: [without(rule, 'external_data_reference')] },
  ],
  ['sec_policy_rule_sets_sec_rules_post', 'POST', `${draft}/rule_sets/1/sec_rules`, rule],
  ['sec_policy_rule_sets_sec_rules_put', 'PUT', `${draft}/rule_sets/1/sec_rules/1`, rule],
  ['sec_policy_enforcement_boundaries_post', 'POST', `${draft}/enforcement_boundaries`, boundary],
  ['sec_policy_post', 'POST', '/orgs/1/sec_policy', { update_description: 'text', change_subset: { services: [] } }],
  ['sec_policy_delete_put', 'PUT', '/orgs/1/sec_policy/delete', { change_subset: { ip_lists: [] } }],
  [
    'sec_policy_dependencies_post',
    'POST',
    `${draft}/dependencies`,
    { operation: 'commit', change_subset: { rule_sets: [] } },
  ],
  ['sec_policy_restore_post', 'POST', '/orgs/1/sec_policy/1/restore', {}],
  ['users_api_keys_post', 'POST', '/users/1/api_keys', { name: 'key', description: 'text' }],
  [
    'sec_policy_virtual_services_post',
    'POST',
    `${draft}/virtual_services`,
    { name: 'VS', description: 'text', labels: [label], service_ports: [{ proto: 6, port: 80 }] },
  ],
  [
    'settings_workloads_put',
    'PUT',
    '/orgs/1/settings/workloads',
    { ven_uninstall_timeout_hours: [{ scope: [], value: 9 }] },
  ],
];

describe.skipIf(SCHEMAS_MISSING !== null)(
  `request bodies${SCHEMAS_MISSING === null ? '' : ` (skipped: ${SCHEMAS_MISSING})`}`,
  () => {
    let simulator: Simulator;
    let call: ReturnType<typeof clientOf>;
    const strip = ({ id: _id, ...schema }: Readonly<Record<string, unknown>>) => schema;
    const check = schemas(RELEASE, {
      // They carry relative ids of their own, against which their references no longer resolve.
      rule_set_scope_put: strip,
      sec_policy_rule_sets_sec_rules_providers_put: strip,
      sec_policy_rule_sets_sec_rules_consumers_put: strip,
      // Formats that are not checked here: without them, every text is both an IPv4 and an IPv6 address.
      ip_address_format_validation: () => ({ type: 'string', pattern: '^([0-9]+[.]){3}[0-9]+$|^[0-9a-f:]+$' }),
    });
    beforeAll(async () => {
      simulator = await startSimulator({ estate: tinyEstate(), rateLimit: 'off' });
      call = clientOf(simulator);
    });
    afterAll(() => simulator.close());

    it.each(ENDPOINTS)('%s', async (schema, method, path, body) => {
      expect(check(schema, body), 'the good body').toEqual([]);
      const wrong: string[] = [];
      let compared = 0;
      for (const [what, candidate] of [['as it is', body] as const, ...spoilt(body)]) {
        const published = check(schema, candidate).length === 0;
        const answer = await call(method, path, { body: JSON.stringify(candidate) });
        const ours = !answer.text.includes('"input_validation_error"');
        compared++;
        if (published !== ours)
          wrong.push(
            `${what}: published ${published ? 'takes' : 'refuses'} it, we answered ${answer.status} ${answer.text.slice(0, 160)}`,
          );
        expect(answer.status, what).toBeLessThan(500);
      }
      expect(wrong).toEqual([]);
      expect(compared).toBeGreaterThan(1);
    });
  },
);
