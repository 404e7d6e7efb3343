import { createRandom, hashOf, uuidOf } from '../random.ts';
import { gatewayOf } from './addresses.ts';
import { DAY, HOUR, MINUTE } from './calendar.ts';
import type { Estate, InterfaceRecord, OpenPortRecord, VenRecord, WorkloadRecord } from './estate.ts';
import type { Host } from './host.ts';
import { type LabelIndex, labelId } from './labels.ts';
import type { Plants } from './plants.ts';
import { listenerOn, parsePorts } from './processes.ts';

const VEN_VERSIONS = ['23.2.31-1204', '23.5.12-1040', '24.2.10-302', '24.5.0-1011', '25.2.10-190'] as const;

export function buildNetworks(seed: number): Estate['networks'] {
  return ['Corporate', 'External'].map((name) => ({ id: uuidOf(seed, 'network', name), name }));
}

/** The wire-side record of every host. */
export function buildWorkloads(
  hosts: readonly Host[],
  plants: Plants,
  labels: LabelIndex,
  seed: number,
  nowMs: number,
): WorkloadRecord[] {
  const random = createRandom(seed, 'workloads');
  const old = new Set(plants.oldWindows);
  const dualHomed = new Set(plants.dualHomed);
  const offline = new Set(plants.offline);
  const firstAgent = random.between(100, 900);
  return hosts.map((host) => {
    const createdMs = nowMs - random.between(95, 800) * DAY - random.below(1440) * MINUTE;
    const updatedMs = Math.min(createdMs + random.below(95) * DAY, nowMs - HOUR);
    const labelIds = Object.entries(host.labels).map(([key, value]) => labelId(labels, key, value));
    const short = host.hostname.split('.', 1)[0] ?? host.hostname;
    const version = random.below(100);
    return {
      id: host.id,
      name: host.managed && random.chance(0.2) ? null : short,
      hostname: host.hostname,
      description: host.description,
      managed: host.managed,
      online: host.managed ? !offline.has(host.index) : true,
      enforcementMode: host.mode,
      visibilityLevel: host.visibility,
      labels: labelIds,
      interfaces: interfacesOf(host, dualHomed.has(host.index), seed),
      ignoredInterfaces: dualHomed.has(host.index) ? ['bkp0'] : [],
      publicIp: host.managed && host.zone === 'dmz' ? host.address : null,
      ...operatingSystem(host, old.has(host.index)),
      openPorts: host.managed ? openPorts(host) : [],
      dataCenter: host.managed ? host.loc : null,
      externalDataSet: host.managed && host.spec !== null ? 'cmdb' : null,
      externalDataReference: host.managed && host.spec !== null ? `CI-${100_000 + host.index}` : null,
      createdMs,
      updatedMs,
      updatedBy: 0,
      ven: host.managed ? venOf(host, firstAgent + host.index, version, plants, createdMs, seed, nowMs) : null,
      ransomware: host.managed && host.kind === 'server' ? ransomwareOf(host, seed) : null,
    };
  });
}

function interfacesOf(host: Host, dualHomed: boolean, seed: number): InterfaceRecord[] {
  const network = uuidOf(seed, 'network', 'Corporate');
  const name = host.managed ? (host.os === 'windows' ? 'Ethernet0' : 'eth0') : 'umw0';
  const first: InterfaceRecord = {
    name,
    address: host.address,
    cidrBlock: host.managed ? 24 : null,
    gateway: host.managed ? gatewayOf(host.address) : null,
    network,
  };
  const interfaces = [first];
  if (host.managed && host.os !== 'windows' && hashOf(seed, 'ipv6', host.index) % 40 === 0)
    interfaces.push({ name, address: ipv6Of(host.address), cidrBlock: 64, gateway: null, network });
  if (dualHomed)
    interfaces.push({
      name: 'bkp0',
      address: `172.16.${60 + (host.index >>> 8)}.${host.index & 255}`,
      cidrBlock: 24,
      gateway: null,
      network,
    });
  return interfaces;
}

/** A unique local IPv6 address that spells the IPv4 one. */
function ipv6Of(address: string): string {
  const [a, b, c, d] = address.split('.').map((octet) => Number(octet).toString(16));
  return `fd00:20::${a}:${b}:${c}:${d}`;
}

const OS_DETAILS = {
  old: ['win-x86_64-server', '9600.20778.amd64fre.winblue_ltsb.230110-1719 (Windows Server 2012 R2 Standard)'],
  windows: ['win-x86_64-server', '17763.5329.amd64fre.rs5_release.180914-1434 (Windows Server 2019 Standard)'],
  desktop: ['win-x86_64-client', '19045.3930.amd64fre.vb_release.191206-1406 (Windows 10 Enterprise)'],
  rhel: ['centos-x86_64-8.0', '4.18.0-513.11.1.el8_9.x86_64 #1 SMP (Red Hat Enterprise Linux 8.9)'],
  ubuntu: ['ubuntu-x86_64-jammy', '5.15.0-92-generic #102-Ubuntu SMP (Ubuntu 22.04.3 LTS)'],
  aix: ['aix-ppc64-7.2', 'AIX 7.2 TL5 SP6'],
  sles: ['sles-x86_64-15', '5.14.21-150500.55.44-default #1 SMP (SUSE Linux Enterprise Server 15 SP5)'],
} as const;

function operatingSystem(host: Host, old: boolean): Pick<WorkloadRecord, 'osId' | 'osDetail'> {
  if (!host.managed) return { osId: null, osDetail: null };
  const linux = (host.labels.os ?? 'ubuntu') === 'rhel' ? 'rhel' : 'ubuntu';
  const kind = host.os === 'linux' ? linux : old ? 'old' : host.kind === 'desktop' ? 'desktop' : host.os;
  const [osId, osDetail] = OS_DETAILS[kind];
  return { osId, osDetail };
}

/** Agents and remote access are on every server; a range shows its first ports, as a busy host would. */
function openPorts(host: Host): OpenPortRecord[] {
  const common =
    host.kind === 'desktop' ? '135 445 3389' : host.os === 'windows' ? '135 445 3389 5985 10050' : '22 10050 5666';
  const seen = new Set<string>();
  return parsePorts(`${host.ports} ${common}`).flatMap(({ proto, from, to }) =>
    Array.from({ length: Math.min(to - from, 2) + 1 }, (_, i) => from + i).flatMap((port) => {
      if (seen.has(`${proto}/${port}`)) return [];
      seen.add(`${proto}/${port}`);
      return [{ proto, port, address: '0.0.0.0', ...listenerOn(port, host.os) }];
    }),
  );
}

function venOf(
  host: Host,
  agentId: number,
  roll: number,
  plants: Plants,
  pairedMs: number,
  seed: number,
  nowMs: number,
): VenRecord {
  const jitter = hashOf(seed, 'heartbeat', host.index);
  const isOffline = plants.offline.includes(host.index);
  const lastHeartbeatMs = nowMs - (isOffline ? 26 * HOUR + (jitter % (20 * 24)) * HOUR : jitter % (5 * MINUTE));
  const conditions: VenRecord['conditions'][number][] = [];
  if (isOffline)
    conditions.push({ type: 'agent.missed_heartbeats', severity: 'err', sinceMs: lastHeartbeatMs + 15 * MINUTE });
  if (plants.cloned.includes(host.index))
    conditions.push({ type: 'agent.clone_detected', severity: 'warning', sinceMs: clonedAt(nowMs, host.index) });

  const version = roll < 8 ? 0 : roll < 20 ? 1 : roll < 45 ? 2 : roll < 75 ? 3 : 4;
  return {
    version: VEN_VERSIONS[version] ?? VEN_VERSIONS[4],
    status: plants.suspended.includes(host.index) ? 'suspended' : 'active',
    type: host.kind === 'desktop' ? 'endpoint' : 'server',
    agentId,
    pairedMs,
    lastHeartbeatMs,
    lastGoodbyeMs: isOffline && jitter % 3 === 0 ? lastHeartbeatMs + MINUTE : null,
    policyAppliedMs: lastHeartbeatMs - (jitter % (6 * HOUR)),
    uptimeSeconds: 3600 + (jitter % (90 * 86_400)),
    conditions,
  };
}

/** When the copies of a cloned agent were noticed: within the last week. */
const clonedAt = (nowMs: number, index: number): number => nowMs - (1 + (index % 5)) * DAY - 7 * HOUR;

/** A native-looking protection number: enforced hosts are better off. The PCE's own formula is not public (users.md §4.6). */
function ransomwareOf(host: Host, seed: number): WorkloadRecord['ransomware'] {
  const base = { idle: 0, visibility_only: 10, selective: 55, full: 85 }[host.mode];
  const protectionPercent = Math.min(100, base + (hashOf(seed, 'ransomware', host.index) % 16));
  const severity =
    protectionPercent === 100
      ? 'fully_protected'
      : protectionPercent >= 85
        ? 'low'
        : protectionPercent >= 55
          ? 'medium'
          : host.os === 'windows'
            ? 'critical'
            : 'high';
  return { severity, protectionPercent };
}
