import { draftHref } from '../../core/href.ts';
import { parseAddress } from '../../model/addresses/address.ts';
import { fqdnMatcher } from '../../model/addresses/fqdn.ts';
import { type AddressSet, contains, setOfRanges } from '../../model/addresses/set.ts';
import type { PolicySource } from '../../model/policy/source.ts';

type SourceIpList = PolicySource['ipLists'][number];

// Addresses repeat from row to row; the memory is bounded because scanners bring new ones without end.
const MOST_REMEMBERED = 100_000;

/** A memory of what `compute` says about a text. */
export function remembered<Value>(compute: (text: string) => Value): (text: string) => Value {
  const memory = new Map<string, Value>();
  return (text) => {
    const old = memory.get(text);
    if (old !== undefined) return old;
    if (memory.size >= MOST_REMEMBERED) memory.clear();
    const value = compute(text);
    memory.set(text, value);
    return value;
  };
}

/** Whether an address lies in a set. */
export const addressTest = (set: AddressSet): ((ip: string) => boolean) =>
  remembered((ip) => {
    const address = parseAddress(ip);
    return address !== null && contains(set, address);
  });

/** Whether an address, or the name it was reached by, is in an IP list. */
export function ipListTest({
  ranges,
  fqdns,
}: Pick<SourceIpList, 'ranges' | 'fqdns'>): (ip: string, fqdn: string | null) => boolean {
  const inside = addressTest(setOfRanges(ranges));
  const names = fqdns.map(fqdnMatcher);
  return (ip, fqdn) => inside(ip) || (fqdn !== null && names.some((test) => test(fqdn)));
}

export interface ListedIn {
  readonly href: string;
  readonly name: string;
}

/**
 * The IP lists an address or name is in, as rows show them: hrefs of the draft, as the published schema says, content of the active
 * policy. Memoised by address; one per policy.
 */
export function ipListsOf(policy: PolicySource): (ip: string, fqdn: string | null) => readonly ListedIn[] {
  const lists = policy.ipLists.map((list) => ({
    test: ipListTest(list),
    shown: { href: draftHref(list.href), name: list.name },
  }));
  const find = (ip: string, fqdn: string | null) =>
    lists.filter(({ test }) => test(ip, fqdn)).map(({ shown }) => shown);
  const byAddress = remembered((ip) => find(ip, null));
  return (ip, fqdn) => (fqdn === null ? byAddress(ip) : find(ip, fqdn));
}
