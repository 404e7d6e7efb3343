import ipaddr from 'ipaddr.js';

/** An address as a number that sorts: IPv4 below 2^32, IPv6 below 2^128. IPv4-mapped IPv6 (`::ffff:10.0.0.1`) is IPv4. */
export type Address = { readonly family: 4; readonly value: number } | { readonly family: 6; readonly value: bigint };

/** Addresses from `start` up to, not including, `end`. */
export interface Span<T extends number | bigint> {
  readonly start: T;
  readonly end: T;
}

/** One contiguous stretch of one family. */
export type AddressSpan = ({ readonly family: 4 } & Span<number>) | ({ readonly family: 6 } & Span<bigint>);

/** The longest IPv6 spelling and an interface name; anything longer is no address and not worth reading. */
const MAX_TEXT = 64;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const DOT = 46;

/** The value of a dotted quad, or -1. Leading zeros are refused: readers disagree whether they mean octal. */
function ipv4Value(text: string): number {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (octet < 0) return -1;
      value = value * 256 + octet;
      octet = -1;
      dots += 1;
    } else if (code >= DIGIT_0 && code <= DIGIT_9) {
      if (octet === 0) return -1;
      octet = (octet < 0 ? 0 : octet * 10) + (code - DIGIT_0);
      if (octet > 255) return -1;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1;
}

function ipv6Value(text: string): Address | null {
  // The zone (`fe80::1%eth0`) names an interface of one host and says nothing about which address it is.
  const percent = text.indexOf('%');
  const bare = percent < 0 ? text : text.slice(0, percent);
  if (!ipaddr.IPv6.isValid(bare)) return null;
  const parsed = ipaddr.IPv6.parse(bare);
  const value = parsed.parts.reduce((sum, part) => sum * 65536n + BigInt(part), 0n);
  return value >> 32n === 0xffffn ? { family: 4, value: Number(value & 0xffffffffn) } : { family: 6, value };
}

/** The address `text` spells, or null when it spells none. */
export function parseAddress(text: string): Address | null {
  if (text.length > MAX_TEXT) return null;
  if (text.includes(':')) return ipv6Value(text);
  const value = ipv4Value(text);
  return value < 0 ? null : { family: 4, value };
}

function block(address: Address, prefix: number): AddressSpan | null {
  if (address.family === 4) {
    if (prefix > 32) return null;
    const size = 2 ** (32 - prefix);
    const start = address.value - (address.value % size);
    return { family: 4, start, end: start + size };
  }
  if (prefix > 128) return null;
  const size = 1n << BigInt(128 - prefix);
  const start = address.value - (address.value % size);
  return { family: 6, start, end: start + size };
}

/** The addresses of `from` (an address or a CIDR block), or of `from` to `to`, both included. Null when that spells none. */
export function parseSpan(from: string, to: string | null = null): AddressSpan | null {
  const slash = from.indexOf('/');
  if (slash >= 0) {
    const bits = from.slice(slash + 1);
    const address = parseAddress(from.slice(0, slash));
    return to === null && address !== null && /^\d{1,3}$/.test(bits) ? block(address, Number(bits)) : null;
  }
  const first = parseAddress(from);
  const last = to === null ? first : parseAddress(to);
  if (first === null || last === null) return null;
  if (first.family === 4 && last.family === 4 && first.value <= last.value)
    return { family: 4, start: first.value, end: last.value + 1 };
  if (first.family === 6 && last.family === 6 && first.value <= last.value)
    return { family: 6, start: first.value, end: last.value + 1n };
  return null;
}

/** True for 127.0.0.0/8 and ::1. */
export const isLoopback = (address: Address): boolean =>
  address.family === 4 ? Math.floor(address.value / 2 ** 24) === 127 : address.value === 1n;
