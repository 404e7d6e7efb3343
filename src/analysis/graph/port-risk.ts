/** How easily an attacker moves over an open port, 0 to 1 (users.md §4.5): the level of the risky-service table of §4.6, else `other`. */
export const EASE = { critical: 0.9, high: 0.7, medium: 0.4, low: 0.2, other: 0.1 } as const;
export type RiskLevel = keyof typeof EASE;

const TCP = 6;
const UDP = 17;
const BOTH = [TCP, UDP] as const;

export interface RiskyService {
  readonly name: string;
  readonly level: Exclude<RiskLevel, 'other'>;
  readonly protos: readonly number[];
  readonly from: number;
  readonly to: number;
}

const risky = (
  level: RiskyService['level'],
  name: string,
  protos: readonly number[],
  from: number,
  to = from,
): RiskyService => ({ name, level, protos, from, to });

/** The services that ransomware and lateral movement use (users.md §4.6). */
export const RISKY_SERVICES: readonly RiskyService[] = [
  risky('critical', 'RPC', [TCP], 135),
  risky('critical', 'SMB', [TCP], 445),
  risky('critical', 'RDP', BOTH, 3389),
  risky('critical', 'WinRM', [TCP], 5985, 5986),
  risky('high', 'TeamViewer', BOTH, 5938),
  risky('high', 'VNC', BOTH, 5900),
  risky('high', 'NetBIOS', [UDP], 137, 138),
  risky('high', 'NetBIOS', [TCP], 139),
  risky('medium', 'SSH', [TCP], 22),
  risky('medium', 'NFS', BOTH, 2049),
  risky('medium', 'FTP', BOTH, 20, 21),
  risky('medium', 'mDNS', [UDP], 5353),
  risky('medium', 'LLMNR', [UDP], 5355),
  risky('medium', 'HTTP', [TCP], 80),
  risky('medium', 'WSD', [UDP], 3702),
  risky('medium', 'SSDP', [UDP], 1900),
  risky('medium', 'Telnet', [TCP], 23),
  risky('low', 'POP3', BOTH, 110),
  risky('low', 'PPTP', [TCP], 1723),
  risky('low', 'SunRPC', [TCP], 111),
  risky('low', 'Metasploit', BOTH, 4444),
];

/** Insecure by themselves whatever the rest: clear-text administration and file transfer (PCI DSS 1.2.6, 2.2.5). */
export const INSECURE_SERVICES: readonly RiskyService[] = RISKY_SERVICES.filter(({ name }) =>
  ['Telnet', 'FTP', 'NetBIOS', 'POP3', 'LLMNR'].includes(name),
);

export function riskyService(proto: number, port: number | null): RiskyService | null {
  if (port === null) return null;
  return RISKY_SERVICES.find((one) => one.protos.includes(proto) && port >= one.from && port <= one.to) ?? null;
}

export interface Port {
  readonly proto: number;
  readonly port: number;
}

export interface RatedPort extends Port {
  readonly level: RiskLevel;
}

interface PortEntry {
  readonly proto: number | null;
  readonly port: number | null;
  readonly toPort: number | null;
}

const isAny = (proto: number | null): boolean => proto === null || proto === -1;

/** Whether a service entry opens a port. */
export const opens = (entry: PortEntry, { proto, port }: Port): boolean =>
  (isAny(entry.proto) || entry.proto === proto) &&
  (entry.port === null || (port >= entry.port && port <= (entry.toPort ?? entry.port)));

/** The ports an attacker would try of a service entry, easiest first: the risky ones it opens, else its first. */
export function ratedPorts(entry: PortEntry): readonly RatedPort[] {
  const { proto, port } = entry;
  const found = RISKY_SERVICES.flatMap(({ level, protos, from }): readonly RatedPort[] =>
    protos.filter((one) => opens(entry, { proto: one, port: from })).map((one) => ({ proto: one, port: from, level })),
  );
  if (found.length > 0) return found;
  if (port === null || !(isAny(proto) || proto === TCP || proto === UDP)) return [];
  return [{ proto: isAny(proto) ? TCP : (proto ?? TCP), port, level: 'other' }];
}

export const levelOf = ({ proto, port }: Port): RiskLevel => riskyService(proto, port)?.level ?? 'other';
