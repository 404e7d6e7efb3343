/** IANA protocol numbers the PCE's users name; the rest are shown by number. */
const NAMES: ReadonlyMap<number, string> = new Map([
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
  [94, 'ipip-bsd'],
  [112, 'vrrp'],
  [132, 'sctp'],
]);

const NUMBERS = new Map([...NAMES].map(([number, name]) => [name, number]));

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;

/** `tcp` for 6; `proto 103` for a number without a usual name. */
export const protocolName = (proto: number): string => NAMES.get(proto) ?? `proto ${proto}`;

/** 6 for `tcp`, `TCP` or `6`; null for what is no protocol. */
export function protocolNumber(text: string): number | null {
  const named = NUMBERS.get(text.toLowerCase());
  if (named !== undefined) return named;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return number <= 255 ? number : null;
}

/** True for protocols whose flows have a port. */
export const hasPorts = (proto: number): boolean => proto === TCP || proto === UDP;

export const isIcmp = (proto: number): boolean => proto === ICMP || proto === ICMPV6;
