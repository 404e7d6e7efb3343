import { hashOf } from '../../random.ts';
import type { Host } from '../host.ts';
import { MONTH_END_TAG, type RuleNote } from '../policy/draft.ts';
import type { LaneList } from './lanes.ts';
import { type LaneMaker, peersOf, type Place } from './make.ts';

// First port of the named services, with its protocol where it is not tcp.
const FIRST_PORT: Readonly<Record<string, readonly [port: number, proto: number]>> = {
  'All Services': [9_443, 6],
  HTTPS: [443, 6],
  'HTTP-ALT-8080': [8080, 6],
  DNS: [53, 17],
  NTP: [123, 17],
  'LDAP-Kerberos-Suite': [389, 6],
  'AD-Dynamic-RPC': [49_672, 6],
  SYSLOG: [514, 17],
  'SPLUNK-FWD': [9997, 6],
  SMTP: [25, 6],
  NFS: [2049, 6],
  MSSQL: [1433, 6],
  'ORACLE-TNS': [1521, 6],
  POSTGRES: [5432, 6],
  MYSQL: [3306, 6],
  'KAFKA-TLS': [9093, 6],
  'SAP-DIAG-RFC': [3200, 6],
  HANA: [30_015, 6],
  NETBACKUP: [1556, 6],
  'ORDERING-8070': [8070, 6],
  'S-RDP': [3389, 6],
  'S-SMB': [445, 6],
  'S-RPC': [135, 6],
  'S-WINRM': [5985, 6],
  'S-SSH': [22, 6],
  'S-TELNET': [23, 6],
  'S-FTP': [21, 6],
  'S-NETBIOS': [139, 6],
  'S-LLMNR': [5355, 17],
};

/** Tags of rules that must stay without traffic of this kind: the month-end rules have theirs at month-end only. */
const UNUSED_TAGS = new Set(['P8', 'P28', 'disabled', MONTH_END_TAG]);

/** Gives every enabled rule that is not planted as unused some traffic that uses it: allows a pair or two, denies some attempts. */
export function addRuleLanes(list: LaneList, maker: LaneMaker, notes: readonly RuleNote[]): void {
  for (const note of notes) {
    if (!note.enabled || note.tags.some((tag) => UNUSED_TAGS.has(tag))) continue;
    const [port, proto] = portOf(note);
    const pairs = note.kind === 'allow' ? 1 : 6;
    const consumers = placesOf(maker, note.consumers, note.extra ? [] : note.scope, note.id, false);
    const providers = placesOf(maker, note.providers, note.scope, note.id, true);
    // All Services between everyone: the ordinary traffic of the ringfence is there already.
    if (note.service === 'All Services' && note.kind === 'allow') continue;
    let made = 0;
    for (let attempt = 0; attempt < 12 && made < pairs; attempt++) {
      const [from] = peersOf(consumers, note.id * 31 + attempt, 1);
      const [to] = peersOf(providers, note.id * 17 + attempt * 5, 1);
      if (from === undefined || to === undefined || from === to || !eligible(maker, from) || !eligible(maker, to))
        continue;
      const volume = note.kind === 'allow' ? 4 : 0.7;
      const state = note.kind === 'allow' ? null : 'new';
      made++;
      list.add(maker.lane(from, to, port, { proto, volume, state }));
    }
  }
}

function portOf({ service, id }: RuleNote): readonly [number, number] {
  const name = service.split(';', 1)[0] ?? '';
  const inline = /^(\d+)(?:-\d+)?(u?)$/.exec(name);
  if (inline) return [Number(inline[1]), inline[2] === 'u' ? 17 : 6];
  return FIRST_PORT[name] ?? [10_000 + (id % 1_000), 6];
}

/** Hosts that were silent the whole time use nothing. */
const eligible = (maker: LaneMaker, place: Place): boolean =>
  typeof place === 'string' || maker.lastDayOf(place.index) === Number.POSITIVE_INFINITY;

function placesOf(
  maker: LaneMaker,
  actors: string,
  scope: readonly string[],
  id: number,
  provider: boolean,
): readonly Place[] {
  const { directory } = maker;
  if (!actors.startsWith('iplist:')) {
    const hosts: readonly Host[] = directory.labelled(actors, scope);
    return hosts.filter((host) => host.managed || host.labels['role'] !== undefined);
  }
  const name = actors.slice('iplist:'.length);
  const place = name.startsWith('Any ') ? (provider ? '@egress' : '@unknown') : name;
  return Array.from({ length: 4 }, (_, i) => directory.outside(place, (hashOf('rule', id) % 1_000) + i));
}
