import { parseAddress } from '../../model/addresses/address.ts';
import type { InterfaceRecord, VenRecord, WorkloadRecord } from '../estates/estate.ts';
import { type Csv, flagOf, listOf, type Row, shown, timeOf } from './csv.ts';
import { idIn, type Labels, uuidFrom } from './registry.ts';

const MODES: Readonly<Record<string, WorkloadRecord['enforcementMode']>> = {
  idle: 'idle',
  visibility_only: 'visibility_only',
  build: 'visibility_only',
  test: 'visibility_only',
  selective: 'selective',
  full: 'full',
  enforced: 'full',
  unmanaged: 'visibility_only',
  '': 'visibility_only',
};
const LEVELS = ['flow_summary', 'flow_drops', 'flow_off', 'enhanced_data_collection'] as const;

/** Columns of `wkld-export` that are no labels; every other column of the export is a label type. */
const OWN = new Set(
  `hostname name interfaces public_ip distinguished_name machine_authentication_id ip_with_default_gw netmask_of_ip_with_def_gw default_gw
  default_gw_network href spn description policy_state enforcement visibility_state visibility online agent_status
  security_policy_sync_state security_policy_applied_at security_policy_received_at security_policy_refresh_at last_heartbeat_on
  hours_since_last_heartbeat os_id os_detail agent_version agent_id active_pce_fqdn service_provider data_center data_center_zone
  cloud_instance_id external_data_set external_data_reference created_at agent_health ven_href managed ransomware_exposure
  protection_coverage_score num_vulns vuln_port_exposure any_ip_vuln_exposure ip_list_vuln_exposure max_vuln_score vuln_score
  vuln_exposure_score any_vuln_exposure`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** The workloads of `wkld-export`. */
export function importWorkloads({ columns, rows }: Csv, labels: Labels, nowMs: number): readonly WorkloadRecord[] {
  const keys = columns.filter((column) => !OWN.has(column));
  const seen = new Set<string>();
  return rows.map((row, index): WorkloadRecord => {
    const hostname = row.text('hostname') || null;
    const name = row.text('name') || null;
    if (hostname === null && name === null) throw row.wrong('a workload needs a hostname or a name');
    const href = row.text('href');
    const id = href === '' ? uuidFrom(`workload/${hostname}/${name}`) : idIn(href, 'uuid');
    if (id === null) throw row.wrong(`${shown(href)} is not the href of a workload`);
    if (seen.has(id)) throw row.wrong(`there are two workloads ${shown(href || (hostname ?? name ?? ''))}`);
    seen.add(id);
    const managed = flagOf(row, row.text('agent_id', 'ven_href') !== 'unmanaged', 'managed');
    const createdMs = timeOf(row, 'created_at') ?? nowMs;
    const ven = managed ? venOf(row, index, createdMs) : null;
    return {
      id,
      name,
      hostname,
      description: row.text('description') || null,
      managed,
      online: flagOf(row, managed, 'online'),
      enforcementMode: modeOf(row),
      visibilityLevel: LEVELS.find((level) => level === row.text('visibility', 'visibility_state')) ?? 'flow_summary',
      labels: keys.flatMap((key) => {
        const value = row.exact(key);
        return value.trim() === '' ? [] : [labels.id(row, key, value)];
      }),
      interfaces: listOf(row, 'interfaces').map((text) => interfaceOf(row, text)),
      ignoredInterfaces: [],
      publicIp: addressOrNull(row, 'public_ip'),
      osId: row.text('os_id') || null,
      osDetail: row.text('os_detail') || null,
      openPorts: [],
      dataCenter: row.text('data_center') || null,
      externalDataSet: row.text('external_data_set') || null,
      externalDataReference: row.text('external_data_reference') || null,
      createdMs,
      updatedMs: createdMs,
      updatedBy: 1,
      ven,
      ransomware: null,
    };
  });
}

function modeOf(row: Row): WorkloadRecord['enforcementMode'] {
  const text = row.text('enforcement', 'policy_state');
  const mode = MODES[text.toLowerCase().replace(/^enforced-.*$/, 'enforced')];
  if (mode === undefined) throw row.wrong(`${shown(text)} is not an enforcement mode`);
  return mode;
}

function venOf(row: Row, index: number, createdMs: number): VenRecord {
  const agent = row.text('agent_id');
  const version = row.text('agent_version');
  const status = (['active', 'suspended', 'stopped', 'uninstalled'] as const).find(
    (each) => each === row.text('agent_status').toLowerCase(),
  );
  return {
    version: version === '' || version === 'unmanaged' ? '25.2.10-1' : version,
    status: status ?? 'active',
    type: 'server',
    agentId: /^\d{1,9}$/.test(agent) ? Number(agent) : 1_000_000 + index,
    pairedMs: createdMs,
    lastHeartbeatMs: timeOf(row, 'last_heartbeat_on'),
    lastGoodbyeMs: null,
    policyAppliedMs: timeOf(row, 'security_policy_applied_at'),
    uptimeSeconds: null,
    conditions: [],
  };
}

/** `eth0:10.0.0.1/24`, as workloader writes an interface; an address of version 6 has colons of its own. */
function interfaceOf(row: Row, text: string): InterfaceRecord {
  const [, name = '', address = '', bits] = /^([^:]*):([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const parsed = parseAddress(address);
  const cidrBlock = bits === undefined ? null : Number(bits);
  if (!parsed || (cidrBlock ?? 0) > (parsed.family === 4 ? 32 : 128))
    throw row.wrong(`${shown(text)} is not an interface`);
  return { name: name === '' ? 'umw0' : name, address, cidrBlock, gateway: null, network: null };
}

function addressOrNull(row: Row, column: string): string | null {
  const text = row.text(column);
  if (text === '') return null;
  if (!parseAddress(text)) throw row.wrong(`${column} is not an address: ${shown(text)}`);
  return text;
}
