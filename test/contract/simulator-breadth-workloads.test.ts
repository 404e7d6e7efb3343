import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { breadthEstate, CLUSTER } from '../../src/simulator/testing/breadth-estate.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { LABEL, workloadId } from '../../src/simulator/testing/tiny-estate.ts';
import { releaseOf } from '../../src/simulator/versions.ts';
import { corrections } from './corrections.ts';
import { isPublished, SCHEMAS_MISSING, schemas } from './simulator-traffic/schemas.ts';
import { spoilt } from './spoilt.ts';

/**
 * The workloads side of the simulator in its breadth: what it takes and refuses agrees with the published request schemas, and what it
 * answers with the published answers, in both releases.
 */
const label = { href: `/orgs/1/labels/${LABEL.ordering}` };
const workload = (n: number) => ({ href: `/orgs/1/workloads/${workloadId(n)}` });
const ven = (n: number) => ({ href: `/orgs/1/vens/${workloadId(n)}` });
const virtualService = { href: `/orgs/1/sec_policy/active/virtual_services/${workloadId(500)}` };
const profiles = `/orgs/1/container_clusters/${CLUSTER.prod}/container_workload_profiles`;
const draft = '/orgs/1/sec_policy/draft';

const expression = { property: 'hostname', operator: 'contains', values: ['host'] };
const pairing = {
  name: 'P',
  description: 'text',
  mode: 'idle',
  enforcement_mode: 'idle',
  enabled: true,
  allowed_uses_per_key: 5,
  key_lifespan: 'unlimited',
  labels: [label],
  app_label_lock: true,
  log_traffic: false,
  visibility_level: 'flow_summary',
  external_data_set: 'set',
  external_data_reference: null,
  agent_software_release: null,
};
const slb = {
  name: 'lb',
  description: 'text',
  device_type: 'bigip',
  devices: [
    {
      config: {
        host: 'h',
        port: 443,
        credential_type: 'password',
        username: 'u',
        credential: null,
        check_certificate: true,
      },
    },
  ],
};
const device = {
  name: 'switch',
  description: 'text',
  device_type: 'Switch',
  manufacturer: 'Cisco',
  model: '9000',
  ip_address: '10.0.0.1',
  credentials: { type: 'cli', port: 22, username: 'u', password: 'p' },
};
const profile = {
  name: 'ns',
  description: 'text',
  labels: [{ key: 'app', assignment: label }],
  enforcement_mode: 'full',
  managed: true,
};

/** A good body for each endpoint, and where it goes. */
const bodies = (known: Known): readonly (readonly [schema: string, method: string, path: string, body: unknown])[] => [
  ['pairing_profiles_post', 'POST', '/orgs/1/pairing_profiles', { ...pairing, ven_type: 'server' }],
  ['pairing_profiles_put', 'PUT', '/orgs/1/pairing_profiles/1', pairing],
  ['pairing_profiles_pairing_key_post', 'POST', '/orgs/1/pairing_profiles/1/pairing_key', {}],
  ['security_principals_post', 'POST', '/orgs/1/security_principals', { sid: 'S-1', name: 'n', description: 'text' }],
  ['security_principals_put', 'PUT', known.group, { name: 'n', description: 'text' }],
  [
    'security_principals_bulk_create_put',
    'PUT',
    '/orgs/1/security_principals/bulk_create',
    [{ sid: 'S-2', name: 'n' }],
  ],
  [
    'service_bindings_post',
    'POST',
    '/orgs/1/service_bindings',
    [
      {
        virtual_service: virtualService,
        workload: workload(1),
        port_overrides: [{ port: 8443, proto: 6, new_port: 9443, new_to_port: 9450 }],
        external_data_set: 'set',
        external_data_reference: null,
      },
    ],
  ],
  [
    'sec_policy_virtual_servers_put',
    'PUT',
    known.virtualServer,
    {
      name: 'VS',
      description: 'text',
      labels: [label],
      service: { href: `${draft}/services/2` },
      providers: [{ label }],
      discovered_virtual_server: { href: known.discovered },
      mode: 'enforced',
    },
  ],
  ['slbs_post', 'POST', '/orgs/1/slbs', slb],
  [
    'slbs_put',
    'PUT',
    known.slb,
    {
      name: 'lb-1',
      description: 'text',
      device_type: 'bigip',
      devices: [{ href: known.slbDevice, config: { port: 8443 } }],
    },
  ],
  ['network_enforcement_nodes_put', 'PUT', known.node, { target_pce_fqdn: 'pce2.example.com' }],
  ['network_enforcement_nodes_network_devices_post', 'POST', `${known.node}/network_devices`, device],
  ['network_devices_put', 'PUT', known.device, device],
  [
    'network_devices_network_endpoints_post',
    'POST',
    `${known.device}/network_endpoints`,
    { config: { endpoint_type: 'switch_port', name: 'eth1/2', workload_discovery: true }, workloads: [workload(4)] },
  ],
  ['network_devices_network_endpoints_put', 'PUT', known.endpoint, { config: { name: 'eth1/3' }, workloads: [] }],
  [
    'network_devices_multi_enforcement_instructions_request_post',
    'POST',
    '/orgs/1/network_devices/multi_enforcement_instructions_request',
    { network_devices: [{ href: known.device }] },
  ],
  [
    'security_principal_users_bulk_create_put',
    'PUT',
    '/orgs/1/security_principal_users/bulk_create',
    [{ name: 'n', sid: 'S-9', upn: 'u' }],
  ],
  ['security_principal_users_put', 'PUT', '/orgs/1/security_principal_users/S-9', { name: 'n', upn: 'u' }],
  [
    'inactive_ven_cleanup_schedules_post',
    'POST',
    '/orgs/1/inactive_ven_cleanup_schedules',
    { name: 'n', labels: [label], inactivity_threshold_in_hours: 24, enabled: true },
  ],
  [
    'software_ven_releases_defaults_put',
    'PUT',
    '/orgs/1/software/ven/releases/defaults',
    [{ href: '/orgs/1/software/ven/releases/23.2.30-1234', ven_type: 'server' }],
  ],
  [
    'container_clusters_post',
    'POST',
    '/orgs/1/container_clusters',
    { name: 'c', description: 'text', datacenter_nat_1to1: true },
  ],
  ['container_clusters_put', 'PUT', `/orgs/1/container_clusters/${CLUSTER.dev}`, { name: 'd', description: 'text' }],
  ['container_clusters_container_workload_profiles_post', 'POST', profiles, profile],
  [
    'container_clusters_container_workload_profiles_put',
    'PUT',
    `${profiles}/${CLUSTER.shop}`,
    { ...profile, labels: [{ key: 'app', restriction: [label] }] },
  ],
  [
    'container_clusters_container_workload_profiles_update_put',
    'PUT',
    `${profiles}/update`,
    { container_workload_profiles: [{ href: `${profiles}/${CLUSTER.shop}` }], enforcement_mode: 'idle', managed: true },
  ],
  ['label_mapping_rules_post', 'POST', '/orgs/1/label_mapping_rules', { expression, label_assignments: [{ label }] }],
  ['label_mapping_rules_put', 'PUT', known.mapping, { enabled: true, expression, label_assignments: [{ label }] }],
  ['label_mapping_rules_reorder_put', 'PUT', `${known.mapping}/reorder`, { position: 0 }],
  [
    'label_mapping_rules_run_post',
    'POST',
    '/orgs/1/label_mapping_rules/run',
    { workloads: [workload(1)], assign_labels: false },
  ],
  [
    'vulnerabilities_post',
    'POST',
    '/orgs/1/vulnerabilities',
    [{ reference_id: 'x-1', score: 5, cve_ids: ['CVE-1'], description: 'text', name: 'n' }],
  ],
  [
    'vulnerabilities_put',
    'PUT',
    '/orgs/1/vulnerabilities/x-1',
    { score: 5, cve_ids: ['CVE-1'], description: 'text', name: 'n' },
  ],
  [
    'vulnerability_reports_put',
    'PUT',
    '/orgs/1/vulnerability_reports/r-1',
    {
      name: 'n',
      report_type: 'qualys',
      authoritative: false,
      scanned_ips: ['10.0.0.1'],
      detected_vulnerabilities: [
        {
          ip_address: '10.0.0.1',
          port: 22,
          proto: 6,
          workload: workload(1),
          vulnerability: { href: '/orgs/1/vulnerabilities/CVE-2016-2183' },
          external_data_reference: 'text',
          state: 'active',
        },
      ],
    },
  ],
  [
    'vens_statistics_post',
    'POST',
    '/orgs/1/vens/statistics',
    { property_counts: [{ property: 'status', values: ['active'] }] },
  ],
  ['vens_remote_action_put', 'PUT', '/orgs/1/vens/remote_action', { action: 'restart', vens: [ven(1)] }],
  [
    'vens_authentication_recovery_put',
    'PUT',
    '/orgs/1/vens/authentication_recovery',
    { vens: [ven(1)], recovery_enabled: true, recovery_duration_seconds: 3600 },
  ],
  ['software_ven_releases_default_put', 'PUT', '/orgs/1/software/ven/releases/default', { release: '23.2.30-1234' }],
  [
    'workloads_interfaces_post',
    'POST',
    `${workload(4).href}/interfaces`,
    {
      name: 'if9',
      link_state: 'up',
      address: '10.9.9.9',
      cidr_block: 24,
      default_gateway_address: '10.9.9.1',
      friendly_name: 'text',
    },
  ],
  ['agents_update_put', 'PUT', '/orgs/1/agents/1/update', { target_pce_fqdn: 'pce2.example.com' }],
  [
    'sec_policy_firewall_settings_put',
    'PUT',
    `${draft}/firewall_settings`,
    {
      static_policy_scopes: [[{ label, exclusion: false }]],
      firewall_coexistence: [{ scope: [label], workload_mode: 'enforced', illumio_primary: true }],
      allow_captive_portal_outbound: true,
      containers_inherit_host_policy_scopes: [[{ label }]],
      ike_authentication_type: 'psk',
    },
  ],
];

/** Hrefs of what the test made. */
interface Known {
  readonly group: string;
  readonly mapping: string;
  readonly discovered: string;
  readonly virtualServer: string;
  readonly binding: string;
  readonly run: string;
  readonly slb: string;
  readonly slbDevice: string;
  readonly node: string;
  readonly device: string;
  readonly endpoint: string;
}
const NOTHING: Known = {
  group: '',
  mapping: '',
  discovered: '',
  virtualServer: '',
  binding: '',
  run: '',
  slb: '',
  slbDevice: '',
  node: '',
  device: '',
  endpoint: '',
};

/** Single answers and nested lists, which the test of all lists cannot find by itself. */
const answers = ({
  binding,
  run,
  virtualServer,
  discovered,
  group,
  ...made
}: Known): readonly (readonly [schema: string, path: string])[] => [
  ['service_bindings_get', '/orgs/1/service_bindings'],
  ['service_bindings_get', binding],
  ['sec_policy_virtual_servers_get', virtualServer],
  ['discovered_virtual_servers_get', discovered],
  ['security_principals_get', `${group}?show_members=true`],
  ['container_clusters_get', `/orgs/1/container_clusters/${CLUSTER.prod}`],
  ['container_clusters_container_workload_profiles_get', profiles],
  ['container_clusters_container_workload_profiles_get', `${profiles}/${CLUSTER.shop}`],
  ['container_clusters_service_backends_get', `/orgs/1/container_clusters/${CLUSTER.prod}/service_backends`],
  ['kubernetes_workloads_get', '/orgs/1/kubernetes_workloads'],
  ['label_mapping_rules_run_get', run],
  ['label_mapping_rules_run_download_get', `${run}/download`],
  ['vulnerabilities_get', '/orgs/1/vulnerabilities'],
  ['vulnerability_reports_get', '/orgs/1/vulnerability_reports'],
  ['workloads_get', '/orgs/1/workloads?representation=workload_labels_vulnerabilities'],
  ['workloads_risk_details_get', `${workload(2).href}/risk_details`],
  ['software_ven_releases_get', '/orgs/1/software/ven/releases'],
  ['software_ven_releases_images_get', '/orgs/1/software/ven/releases/23.2.30-1234/images'],
  ['agents_get', '/orgs/1/agents/1'],
  ['vens_get', '/orgs/1/vens'],
  ['slbs_get', made.slb],
  ['network_devices_get', made.device],
  ['network_devices_network_endpoints_get', `${made.device}/network_endpoints`],
  ['network_devices_network_endpoints_get', made.endpoint],
  ['network_enforcement_nodes_get', made.node],
];

describe.skipIf(SCHEMAS_MISSING !== null).each(['25.2', '26.3'] as const)(
  `the breadth of %s${SCHEMAS_MISSING === null ? '' : ` (skipped: ${SCHEMAS_MISSING})`}`,
  (version) => {
    const release = version === '25.2' ? '25.2.20' : '26.3.0';
    const check = schemas(release, {
      ...corrections,
      // Formats that are not checked here: without them, every text is both an IPv4 and an IPv6 address.
      ip_address_format_validation: () => ({ type: 'string', pattern: '^([0-9]+[.]){3}[0-9]+$|^[0-9a-f:]+$' }),
    });
    let simulator: Simulator;
    let call: ReturnType<typeof clientOf>;
    let known = NOTHING;
    const made = async (path: string, body: unknown): Promise<string> => {
      const answer = await call('POST', path, { body });
      expect(answer.status, `${path}: ${answer.text}`).toBe(201);
      const [first] = [answer.json].flat() as { href: string }[];
      return first?.href ?? '';
    };
    beforeAll(async () => {
      simulator = await startSimulator({ estate: breadthEstate(), rateLimit: 'off', release: releaseOf(version) });
      call = clientOf(simulator);
      const [found] = (await call('GET', '/orgs/1/discovered_virtual_servers')).json as { href: string }[];
      const discovered = found?.href ?? '';
      const [node] = (await call('GET', '/orgs/1/network_enforcement_nodes')).json as { href: string }[];
      const [slbFound] = (await call('GET', '/orgs/1/slbs')).json as { href: string; devices: { href: string }[] }[];
      const deviceHref = await made(`${node?.href}/network_devices`, device);
      known = {
        discovered,
        node: node?.href ?? '',
        slb: slbFound?.href ?? '',
        slbDevice: slbFound?.devices[0]?.href ?? '',
        device: deviceHref,
        endpoint: await made(`${deviceHref}/network_endpoints`, {
          config: { endpoint_type: 'switch_port', name: 'eth1/1' },
        }),
        group: await made('/orgs/1/security_principals', { sid: 'S-1-5-21-7', name: 'Group' }),
        binding: await made('/orgs/1/service_bindings', [{ virtual_service: virtualService, workload: workload(2) }]),
        mapping: await made('/orgs/1/label_mapping_rules', {
          expression,
          label_assignments: [{ label: { key: 'loc', value: 'Oslo' } }],
        }),
        run: await made('/orgs/1/label_mapping_rules/run', {}),
        virtualServer: await made(`${draft}/virtual_servers`, {
          name: 'First',
          labels: [],
          service: { href: `${draft}/services/2` },
          providers: [],
          mode: 'unmanaged',
          discovered_virtual_server: { href: discovered },
        }),
      };
    });
    afterAll(() => simulator.close());

    it.each(answers(NOTHING).map(([schema], index) => [schema, index] as const))(
      'answers as %s (%i) says',
      async (schema, index) => {
        const path = answers(known)[index]?.[1] ?? '';
        const { status, json } = await call('GET', path);
        expect(status, path).toBe(200);
        const items = Array.isArray(json) ? json : [json];
        expect(items.length).toBeGreaterThan(0);
        // Some schemas describe the list, some one of its items.
        const problems = (value: unknown) => check(schema, value);
        if (problems(json).length > 0 && problems(items).length > 0) expect(items.flatMap(problems)).toEqual([]);
      },
    );

    it.each(
      bodies(NOTHING)
        .map(([schema], index) => [schema, index] as const)
        .filter(([schema]) => isPublished(release, schema)),
    )('takes what %s takes', async (schema, index) => {
      const [, method = '', path = '', body] = bodies(known)[index] ?? [];
      expect(check(schema, body), 'the good body').toEqual([]);
      const wrong: string[] = [];
      for (const [what, candidate] of [['as it is', body] as const, ...spoilt(body)]) {
        const published = check(schema, candidate).length === 0;
        const answer = await call(method, path, { body: JSON.stringify(candidate) });
        const ours = !answer.text.includes('"input_validation_error"');
        if (published !== ours)
          wrong.push(
            `${what}: published ${published ? 'takes' : 'refuses'} it, we answered ${answer.status} ${answer.text.slice(0, 160)}`,
          );
        expect(answer.status, what).toBeLessThan(500);
      }
      expect(wrong).toEqual([]);
    });
  },
);
