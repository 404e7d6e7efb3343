import ipaddr from 'ipaddr.js';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type AddressSpan, parseAddress, parseSpan } from '../../model/addresses/address.ts';
import { described, flag, text, texts } from '../fields.ts';

/** The list fields of `create-iplist` and `update-iplist`. */
export const ipListFields = {
  description: text,
  ip_ranges: described(
    {
      type: 'array',
      items: {
        type: 'object',
        properties: { from_ip: text, to_ip: text, description: text, exclusion: flag },
        required: ['from_ip'],
      },
    } as const,
    'All of them: CIDR, address or from-to',
  ),
  fqdn: text,
  fqdns: described(texts, 'DNS names, * allowed'),
} as const;

interface RangeArgument {
  readonly from_ip: string;
  readonly to_ip?: string | undefined;
  readonly description?: string | undefined;
  readonly exclusion?: boolean | undefined;
}

interface Read {
  readonly span: AddressSpan;
  readonly exclusion: boolean;
  readonly shown: string;
  readonly wire: JsonObject;
}

/**
 * Ranges as a PCE takes them. Throws `invalid_arguments` for what clients of the PCE cannot read: host bits in a CIDR block, a
 * range that does not rise, an exclusion that is not a part of an inclusion (objects.md §7.1).
 */
export function ipRanges(given: readonly RangeArgument[]): readonly JsonObject[] {
  const all = given.map(rangeOf);
  for (const { span, exclusion, shown } of all)
    if (exclusion && !all.some((other) => !other.exclusion && isPartOf(span, other.span)))
      throw invalid(`The exclusion ${shown} lies inside no included range.`);
  return all.map(({ wire }) => wire);
}

function rangeOf({ from_ip: from, to_ip: to, description, exclusion = false }: RangeArgument): Read {
  const shown = to === undefined ? from : `${from}-${to}`;
  const span = to !== undefined && from.includes('/') ? null : parseSpan(from, to);
  if (span === null) throw invalid(`${shown.slice(0, 80)} is no address, CIDR block or rising range.`);
  if (to !== undefined && parseAddress(from)?.value === parseAddress(to)?.value)
    throw invalid(`${shown}: to_ip must be above from_ip; leave it out for one address.`);
  if (from.includes('/') && parseAddress(from.slice(0, from.indexOf('/')))?.value !== span.start)
    throw invalid(`${from} has host bits: write ${networkOf(from)} for the block, or the address without the mask.`);
  return {
    span,
    exclusion,
    shown,
    wire: {
      from_ip: from,
      ...(to !== undefined && { to_ip: to }),
      exclusion,
      ...(description !== undefined && { description }),
    },
  };
}

function networkOf(cidr: string): string {
  const [, bits] = ipaddr.parseCIDR(cidr);
  const family = cidr.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  return `${family.networkAddressFromCIDR(cidr).toString()}/${bits}`;
}

/** Smaller than the inclusion: an exclusion of all of it would leave nothing. */
const isPartOf = (inner: AddressSpan, outer: AddressSpan): boolean =>
  inner.family === outer.family &&
  outer.start <= inner.start &&
  inner.end <= outer.end &&
  (outer.start < inner.start || inner.end < outer.end);

const FQDN = /^[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_*-]+)*\.?$/;

/** Names as a PCE takes them; `fqdn` is the reference server's field for one of them. */
export function fqdnsOf(fqdn: string | undefined, fqdns: readonly string[] = []): readonly JsonObject[] {
  const names = [...new Set([...(fqdn === undefined || fqdn === '' ? [] : [fqdn]), ...fqdns])];
  for (const name of names)
    if (name.length > 255 || !FQDN.test(name)) throw invalid(`${name.slice(0, 80)} is no DNS name.`);
  return names.map((name) => ({ fqdn: name }));
}

const invalid = (message: string): Failure =>
  new Failure('invalid_arguments', {
    message,
    data: { example: [{ from_ip: '10.0.0.0/8' }, { from_ip: '10.1.0.10', to_ip: '10.1.0.20', exclusion: true }] },
  });
