import type { Estate, WorkloadRecord } from '../estates/estate.ts';
import { DAY, MINUTE } from '../estates/calendar.ts';
import { uuidOf } from '../random.ts';
import { userHref } from '../objects/wire.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { JsonObject } from '../../core/json.ts';

/** How many applications of an estate stand behind the load balancer. */
const MOST = 6;
const TCP = 6;

const nodeId = ({ seed }: Estate): string => uuidOf(seed, 'network-enforcement-node');
const slbId = ({ seed }: Estate): string => uuidOf(seed, 'slb');

const seeded = ({ nowMs }: Estate, id: string, body: JsonObject): StoredRecord => ({
  id,
  parent: null,
  body,
  createdMs: nowMs - 300 * DAY,
  createdBy: userHref(0),
  updatedMs: nowMs - 30 * DAY,
  updatedBy: userHref(0),
});

/** The one host that speaks to the load balancers of an estate. */
export const nodeSeeds = (estate: Estate): readonly StoredRecord[] => [
  seeded(estate, nodeId(estate), {
    name: 'nen-1',
    hostname: `nen-1.${estate.pceFqdn.replace(/^[^.]+\./, '')}`,
    public_ip: '198.18.3.1',
    software_version: '2.6.30-512',
    last_status_at: new Date(estate.nowMs - MINUTE).toISOString(),
    uptime_seconds: 2_000_000,
    target_pce_fqdn: null,
    active_pce_fqdn: estate.pceFqdn,
    conditions: [],
    supported_devices: [
      {
        device_type: 'Switch',
        manufacturers: [{ manufacturer: 'Cisco', models: [{ model: '9000', endpoint_type: 'switch_port' }] }],
      },
    ],
  }),
];

export const slbSeeds = (estate: Estate): readonly StoredRecord[] => [
  seeded(estate, slbId(estate), {
    name: 'lb-1',
    description: '',
    device_type: 'bigip',
    network_enforcement_node: { href: `/orgs/${estate.orgId}/network_enforcement_nodes/${nodeId(estate)}` },
    devices: [
      {
        id: uuidOf(estate.seed, 'slb-device'),
        config: {
          host: 'lb-1.example',
          port: 443,
          credential_type: 'password',
          username: 'illumio',
          check_certificate: true,
        },
        status: { connection_state: 'successful', software_version: '15.1.2', sync_state: 'in_sync' },
      },
    ],
    status: 'active',
  }),
];

/** An address for each of the first applications that have front ends in production. */
export function discoveredSeeds(estate: Estate): readonly StoredRecord[] {
  const { orgId, seed, labels } = estate;
  const byId = new Map(labels.map((label) => [label.id, label]));
  const valueOf = ({ labels: own }: WorkloadRecord, key: string): string =>
    own.map((id) => byId.get(id)).find((label) => label?.key === key)?.value ?? '';
  const fronts = estate.workloads.filter(
    (workload) =>
      workload.managed &&
      /web|front|gateway/i.test(valueOf(workload, 'role')) &&
      /^prod/i.test(valueOf(workload, 'env')),
  );
  const byApp = Map.groupBy(fronts, (workload) => valueOf(workload, 'app'));
  return [...byApp].slice(0, MOST).map(([app, group], index) => {
    const ports = group
      .flatMap(({ openPorts }) => openPorts)
      .filter(({ proto, port }) => proto === TCP && /^(80|443|8080|8443)$/.test(String(port)));
    return seeded(estate, uuidOf(seed, 'discovered-virtual-server', app), {
      name: `/Common/${app.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-vip`,
      dvs_identifier: uuidOf(seed, 'dvs', app).replaceAll('-', ''),
      // 198.18.0.0/15 is set aside for such things: no workload has an address in it (RFC 2544).
      vip_port: { vip: `198.18.0.${index + 10}`, protocol: TCP, port: String(ports[0]?.port ?? 443) },
      local_ips: [`198.18.1.${index + 10}`],
      mode: 'snat',
      snat_type: 'snat_pool',
      snat_pool_ips: [`198.18.2.${index + 10}`],
      service_checks: [{ protocol: TCP, port: ports[0]?.port ?? 443 }],
      slb: { href: `/orgs/${orgId}/slbs/${slbId(estate)}` },
      network_enforcement_node: { href: `/orgs/${orgId}/network_enforcement_nodes/${nodeId(estate)}` },
    });
  });
}
