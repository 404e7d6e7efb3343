import { isInfrastructureRole, type KnownPort } from './known-ports.ts';

/** What a peer of an application is to it. */
export type PeerClass = 'infrastructure' | 'application' | 'internet' | 'network' | 'everybody';

export interface PeerUse {
  /** `monitoring (prod)`, `external:…`, `broadcast`. */
  readonly party: string;
  /** As the flow table tells it. */
  readonly addressKind: string | null;
  readonly services: readonly {
    readonly text: string;
    readonly known: KnownPort | null;
    readonly connections: number;
  }[];
}

export interface Judgement {
  readonly class: PeerClass;
  readonly reason: string;
}

/** Whole words in an application's name that say what it does for all others. */
const WORDS: Readonly<Record<string, string>> = {
  ad: 'directory',
  dc: 'directory',
  ldap: 'directory',
  dns: 'name service',
  dhcp: 'address assignment',
  ntp: 'time',
  monitoring: 'monitoring',
  nagios: 'monitoring',
  zabbix: 'monitoring',
  prometheus: 'monitoring',
  siem: 'logging',
  splunk: 'logging',
  syslog: 'logging',
  logging: 'logging',
  backup: 'backup',
  netbackup: 'backup',
  patching: 'patching',
  wsus: 'patching',
  satellite: 'patching',
  puppet: 'configuration management',
  ansible: 'configuration management',
  mgmt: 'management',
  jump: 'remote administration',
  bastion: 'remote administration',
  vulnscan: 'vulnerability scanning',
  scanner: 'vulnerability scanning',
  edr: 'security agents',
  antivirus: 'security agents',
  proxy: 'web proxy',
  pki: 'certificates',
  vault: 'secrets',
  smtp: 'mail',
  mail: 'mail',
};

/** So many different ports are tried by scanners only. */
const SCAN_PORTS = 15;

/**
 * Whether a peer is there for every application or for this one, and why. In this order: addresses of nobody, the internet, address
 * ranges; then a scanner by the number of ports it tries; then by what more than half of the connections are; then by its name.
 */
export function judgePeer({ party, addressKind, services }: PeerUse): Judgement {
  if (party === 'broadcast' || party === 'multicast')
    return { class: 'everybody', reason: `${party} goes to every host of a segment` };
  if (addressKind === 'internet') return { class: 'internet', reason: 'a public address no workload has' };
  const infrastructure = byPorts(services);
  if (infrastructure !== null) return { class: 'infrastructure', reason: infrastructure };
  if (party.startsWith('external:')) return { class: 'network', reason: 'addresses no workload has' };
  if (services.length >= SCAN_PORTS)
    return { class: 'infrastructure', reason: `tries ${services.length} ports, as a scanner does` };
  const word = party
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .find((part) => Object.hasOwn(WORDS, part));
  if (word !== undefined) return { class: 'infrastructure', reason: `its name says ${WORDS[word]}` };
  const [busiest] = services;
  return {
    class: 'application',
    reason: busiest === undefined ? 'nothing says infrastructure' : `mostly ${busiest.text}, no infrastructure service`,
  };
}

function byPorts(services: PeerUse['services']): string | null {
  const total = services.reduce((sum, { connections }) => sum + connections, 0);
  const infra = services.filter(({ known }) => known !== null && isInfrastructureRole(known.role));
  const share = total === 0 ? 0 : infra.reduce((sum, { connections }) => sum + connections, 0) / total;
  const [main] = infra.toSorted((a, b) => b.connections - a.connections);
  if (main === undefined || share <= 0.5) return null;
  return `${Math.round(share * 100)} % of its connections are infrastructure, first ${main.known?.role} (${main.text})`;
}

/** What one tier of an application was seen to do. */
export interface TierUse {
  readonly tier: string;
  /** Services it was asked for, and by whom (`web`, `outside`). */
  readonly serves: readonly {
    readonly text: string;
    readonly known: KnownPort | null;
    readonly to: string;
    readonly connections: number;
  }[];
  /** Services it asks other tiers for. */
  readonly uses: readonly {
    readonly text: string;
    readonly known: KnownPort | null;
    readonly from: string;
    readonly connections: number;
  }[];
}

export interface Tier {
  readonly tier: string;
  readonly role: string;
  readonly evidence: string;
}

export const OUTSIDE = 'outside';

/** The role a tier plays, from what it serves and to whom; never from its name. */
export function inferTier({ tier, serves, uses }: TierUse): Tier {
  const ranked = serves.toSorted((a, b) => b.connections - a.connections);
  const own = ranked.filter(({ known }) => known === null || !isInfrastructureRole(known.role));
  const of = (role: KnownPort['role']) => own.find(({ known }) => known?.role === role);
  const told = (what: { readonly text: string; readonly to: string }): string => `serves ${what.text} to ${what.to}`;
  const calls = uses.find(({ known }) => known === null || !isInfrastructureRole(known.role));
  const callsText = calls === undefined ? '' : `, asks ${calls.from} for ${calls.text}`;

  const database = of('database');
  if (database !== undefined && database === own[0]) return { tier, role: 'database', evidence: told(database) };
  const broker = of('messaging');
  if (broker !== undefined && broker === own[0]) return { tier, role: 'message broker', evidence: told(broker) };
  const entry = own.find(({ to }) => to === OUTSIDE);
  if (entry !== undefined && calls !== undefined && own.every(({ to }) => to === OUTSIDE))
    return { tier, role: 'entry', evidence: `${told(entry)}${callsText}` };
  const [first] = own;
  if (first !== undefined && calls !== undefined)
    return { tier, role: 'processing', evidence: `${told(first)}${callsText}` };
  if (first !== undefined) return { tier, role: 'server', evidence: `${told(first)}, asks nobody inside` };
  if (calls !== undefined) return { tier, role: 'client', evidence: `serves nobody${callsText}` };
  return { tier, role: 'unknown', evidence: 'only infrastructure services were seen' };
}
