import { type AddressSpan, parseSpan } from '../model/addresses/address.ts';
import { type AddressSet, setOfRanges, setOfSpans } from '../model/addresses/set.ts';
import type { IpList, IpRange, ServicePort } from '../model/inventory.ts';
import { protocolName } from '../model/services/protocols.ts';

/** How many rules use an object. Less of it means more traffic where a deny rule uses it. */
export interface Uses {
  readonly rules: number;
  readonly denyRules: number;
}

const SHOWN = 5;

/** The first few of many, and how many more. */
export const few = (items: readonly string[], separator = ', '): string =>
  items.length <= SHOWN
    ? items.join(separator)
    : `${items.slice(0, SHOWN).join(separator)} and ${items.length - SHOWN} more`;

/** `1 deny rule`, `2 deny rules`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

type ListContent = Pick<IpList, 'name' | 'ranges' | 'fqdns'>;

/**
 * What of a changed IP list lets more traffic through: addresses and names it gains, and those it loses where deny rules use it.
 */
export function ipListWidening(before: ListContent, after: ListContent, { rules, denyRules }: Uses): readonly string[] {
  const [old, current] = [setOfRanges(before.ranges), setOfRanges(after.ranges)];
  const told: string[] = [];
  const used = `, used in ${counted(rules, 'rule')}`;
  if (!isEmpty(less(current, old))) {
    const gained = after.ranges.filter((range) => !range.exclusion && !isEmpty(less(setOfRanges([range]), old)));
    const dropped = before.ranges.filter(({ exclusion }) => exclusion).filter((range) => opened(range, old, current));
    const parts = [
      ...(gained.length > 0 ? [`covers more with ${few(gained.map(rangeText))}`] : []),
      ...(dropped.length > 0 ? [`no longer excludes ${few(dropped.map(rangeText))}`] : []),
      ...after.ranges.filter(isEverything).map(({ from }) => `covers every address of ${from}`),
    ];
    told.push(`IP list ${before.name} ${parts.join('; ')}${used}`);
  }
  const names = after.fqdns.filter((fqdn) => !before.fqdns.includes(fqdn));
  if (names.length > 0) told.push(`IP list ${before.name} gets ${few(names)}${used}`);
  const lost = before.fqdns.some((fqdn) => !after.fqdns.includes(fqdn)) || !isEmpty(less(old, current));
  if (lost && denyRules > 0)
    told.push(`IP list ${before.name} loses addresses blocked by ${counted(denyRules, 'deny rule')}`);
  return told;
}

const isEverything = ({ from, exclusion }: IpRange): boolean => !exclusion && (from === '0.0.0.0/0' || from === '::/0');

const isEmpty = ({ v4, v6 }: AddressSet): boolean => v4.length === 0 && v6.length === 0;

const spansOf = ({ v4, v6 }: AddressSet): readonly AddressSpan[] => [
  ...v4.map((span) => ({ family: 4 as const, ...span })),
  ...v6.map((span) => ({ family: 6 as const, ...span })),
];

const less = (set: AddressSet, other: AddressSet): AddressSet => setOfSpans(spansOf(set), spansOf(other));

/** Whether some address of an exclusion was out before and is in now. */
function opened({ from, to }: IpRange, old: AddressSet, current: AddressSet): boolean {
  const span = parseSpan(from, to);
  if (span === null) return false;
  const all = setOfSpans([span]);
  return !isEmpty(less(less(all, old), less(all, current)));
}

const rangeText = ({ from, to }: IpRange): string => (to === null ? from : `${from}-${to}`);

/** What of a changed service lets more traffic through. */
export function serviceWidening(
  name: string,
  before: readonly ServicePort[],
  after: readonly ServicePort[],
  { rules, denyRules }: Uses,
): readonly string[] {
  const gained = after.filter((port) => !covered(port, before));
  const lost = before.filter((port) => !covered(port, after));
  return [
    ...(gained.length > 0
      ? [`service ${name} grows by ${few(gained.map(portWords))}, used in ${counted(rules, 'rule')}`]
      : []),
    ...(lost.length > 0 && denyRules > 0
      ? [`service ${name} loses ${few(lost.map(portWords))}, blocked by ${counted(denyRules, 'deny rule')}`]
      : []),
  ];
}

/** Whether the entries of a service together hold all of `port`. */
function covered(port: ServicePort, entries: readonly ServicePort[]): boolean {
  const same = entries.filter((entry) => qualifies(entry, port));
  if (same.some((entry) => entry.port === null)) return true;
  if (port.port === null) return false;
  const last = port.toPort ?? port.port;
  let next = port.port;
  for (const { port: low, toPort } of same.toSorted((a, b) => (a.port ?? 0) - (b.port ?? 0)))
    if (low !== null && low <= next) next = Math.max(next, (toPort ?? low) + 1);
  return next > last;
}

const qualifies = (entry: ServicePort, port: ServicePort): boolean =>
  (entry.proto === null || entry.proto === -1 || entry.proto === port.proto) &&
  holds(entry.icmpType, port.icmpType) &&
  holds(entry.icmpCode, port.icmpCode) &&
  holds(entry.process?.toLowerCase() ?? null, port.process?.toLowerCase() ?? null) &&
  holds(entry.windowsService?.toLowerCase() ?? null, port.windowsService?.toLowerCase() ?? null);

const holds = (wanted: string | number | null, given: string | number | null): boolean =>
  wanted === null || wanted === given;

function portWords({ proto, port, toPort, process, windowsService }: ServicePort): string {
  const named = [process, windowsService].filter((part) => part !== null);
  if (port === null && proto === null && named.length > 0) return named.join(' ');
  const protocol = proto === null || proto === -1 ? 'every protocol' : protocolName(proto);
  const ports = port === null ? protocol : `${toPort === null ? port : `${port}-${toPort}`}/${protocol}`;
  return [ports, ...named].join(' ');
}

/**
 * What of a changed label group lets more traffic through: members it gains, and those it loses where deny rules use it. Members
 * in words.
 */
export function labelGroupWidening(
  name: string,
  before: readonly string[],
  after: readonly string[],
  { rules, denyRules }: Uses,
): readonly string[] {
  const gained = after.filter((member) => !before.includes(member));
  const lost = before.filter((member) => !after.includes(member));
  return [
    ...(gained.length > 0 ? [`label group ${name} gains ${few(gained)}, used in ${counted(rules, 'rule')}`] : []),
    ...(lost.length > 0 && denyRules > 0
      ? [`label group ${name} loses ${few(lost)}, blocked by ${counted(denyRules, 'deny rule')}`]
      : []),
  ];
}
