/** Ways a contact with the outside can be worth a look. Each is a reason to look, never a proof. */
export interface Contact {
  readonly process: string | null;
  readonly ipLists: string | null;
  readonly outside: boolean;
  readonly connections: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly blocked: boolean;
}

const WRITABLE = [
  /\\users\\public\\/i,
  /\\appdata\\local\\temp\\/i,
  /\\windows\\temp\\/i,
  /\\programdata\\[^\\]+\.exe$/i,
  /\\perflogs\\/i,
  /\\\$recycle\.bin\\/i,
  /^\/tmp\//,
  /^\/var\/tmp\//,
  /^\/dev\/shm\//,
];

/** System programs whose names are imitated, and what imitations of them look like once digits stand for letters. */
const SYSTEM_PROGRAMS = [
  'svchost',
  'lsass',
  'csrss',
  'winlogon',
  'services',
  'explorer',
  'smss',
  'spoolsv',
  'rundll32',
  'taskhostw',
  'conhost',
  'wininit',
];
const SYSTEM_FOLDERS = /\\windows\\(?:system32|syswow64)\\|\\windows\\explorer\.exe$/i;

const THREAT_LIST = /threat|blocklist|blacklist|malicious|ioc\b|indicator/i;

const plain = (name: string): string =>
  name.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('5', 's').replaceAll('3', 'e');

/** Why the program is suspicious by its path; null where it is not. */
export function suspiciousProgram(process: string): string | null {
  if (WRITABLE.some((folder) => folder.test(process))) return 'program in a folder everybody can write to';
  const base = /([^\\/]+?)(?:\.exe)?$/i.exec(process)?.[1] ?? '';
  const windows = process.includes('\\');
  if (!SYSTEM_PROGRAMS.includes(base.toLowerCase()) && SYSTEM_PROGRAMS.some((name) => plain(name) === plain(base)))
    return 'program name imitates a system program';
  if (windows && SYSTEM_PROGRAMS.includes(base.toLowerCase()) && !SYSTEM_FOLDERS.test(process))
    return 'system program outside of its folder';
  return null;
}

const DAY_S = 86_400;
const MAX_BEACON_INTERVAL_S = 3_600;
const MIN_BEACONS = 48;

/**
 * Seconds between two connections on average: the PCE keeps the first and last time of a flow and how often it was seen, not the times
 * between. Null where there are too few.
 */
export function averageInterval({
  connections,
  firstSeen,
  lastSeen,
}: Pick<Contact, 'connections' | 'firstSeen' | 'lastSeen'>): number | null {
  if (firstSeen === null || lastSeen === null || connections < 3) return null;
  const span = (Date.parse(lastSeen) - Date.parse(firstSeen)) / 1_000;
  return span > 0 ? Math.round(span / (connections - 1)) : null;
}

/** Everything worth a look about one contact. */
export function contactSigns(contact: Contact): readonly string[] {
  const { process, ipLists, outside, connections, firstSeen, lastSeen, blocked } = contact;
  const program = process === null ? null : suspiciousProgram(process);
  const list = ipLists?.split(', ').find((name) => THREAT_LIST.test(name));
  const interval = averageInterval(contact);
  const days =
    firstSeen === null || lastSeen === null ? 0 : (Date.parse(lastSeen) - Date.parse(firstSeen)) / 1_000 / DAY_S;
  const steady =
    outside && interval !== null && interval <= MAX_BEACON_INTERVAL_S && connections >= MIN_BEACONS && days >= 1;
  return [
    ...(list === undefined ? [] : [`address is in ${list}`]),
    ...(program === null ? [] : [program]),
    ...(steady && (program !== null || list !== undefined)
      ? [`steady contact, every ${interval} s on average over ${Math.round(days)} days`]
      : []),
    ...(blocked && (program !== null || list !== undefined) ? ['blocked'] : []),
  ];
}
