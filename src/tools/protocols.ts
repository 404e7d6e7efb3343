import { Failure } from '../core/errors.ts';

// The protocols that occur in policies and flow records; names as the reference server takes them, numbers from the IANA registry.
const NAMES = new Map([
  [-1, 'all'],
  [1, 'icmp'],
  [2, 'igmp'],
  [4, 'ipip'],
  [6, 'tcp'],
  [17, 'udp'],
  [41, 'ipv6'],
  [47, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'icmpv6'],
  [89, 'ospf'],
  [112, 'vrrp'],
  [132, 'sctp'],
]);
const NUMBERS = new Map([...NAMES].reverse().map(([number, name]) => [name, number]));

/** `tcp` for 6; the number itself as text where it has no common name. */
export const protocolName = (number: number): string => NAMES.get(number) ?? String(number);

/** 6 for `tcp`, `TCP` or `6`. Throws `invalid_arguments` for anything else. */
export function protocolNumber(name: string): number {
  const known = NUMBERS.get(name.trim().toLowerCase());
  if (known !== undefined) return known;
  if (/^\d{1,3}$/.test(name.trim()) && Number(name) <= 255) return Number(name);
  throw new Failure('invalid_arguments', {
    message: `There is no protocol "${name.slice(0, 40)}".`,
    remedy: 'Use tcp, udp, icmp, icmpv6 or an IANA number from 0 to 255.',
  });
}

/** `443/tcp`, `30000-32767/tcp`, `icmp`: a port as people write it. */
export function portText(proto: number | null, port: number | null, toPort: number | null = null): string {
  const name = proto === null ? 'any' : protocolName(proto);
  if (port === null) return name;
  return `${toPort === null ? port : `${port}-${toPort}`}/${name}`;
}
