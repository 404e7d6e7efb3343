import { draftHref } from '../../core/href.ts';
import { parseAddress } from '../../model/addresses/address.ts';
import { fqdnMatcher } from '../../model/addresses/fqdn.ts';
import { indexSets } from '../../model/addresses/index-of-sets.ts';
import { type AddressSet, contains, setOfRanges } from '../../model/addresses/set.ts';
import type { PolicySource } from '../../model/policy/source.ts';

type SourceIpList = PolicySource['ipLists'][number];

/** Whether an address lies in a set. */
export const addressTest =
  (set: AddressSet) =>
  (ip: string): boolean => {
    const address = parseAddress(ip);
    return address !== null && contains(set, address);
  };

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
 * What `show` makes of the IP lists an address or name is in: hrefs of the draft, as the published schema says, content of the active
 * policy. Addresses in the same lists share one answer, because a download asks for every row.
 */
export function ipListsOf<Shown>(
  policy: PolicySource,
  show: (lists: readonly ListedIn[]) => Shown,
): (ip: string, fqdn: string | null) => Shown {
  const lists = policy.ipLists.map(({ href, name, fqdns }) => ({
    shown: { href: draftHref(href), name },
    names: fqdns.map(fqdnMatcher),
  }));
  const membership = indexSets(policy.ipLists.map(({ ranges }) => setOfRanges(ranges)));
  const shownBySets = new Map<ReadonlySet<number>, Shown>();
  const nowhere: ReadonlySet<number> = new Set();

  return (ip, fqdn) => {
    const address = parseAddress(ip);
    const sets = address === null ? nowhere : membership(address).sets;
    const named = fqdn !== null && lists.some(({ names }) => names.some((test) => test(fqdn)));
    if (named) {
      return show(
        lists.filter(({ names }, at) => sets.has(at) || names.some((test) => test(fqdn))).map(({ shown }) => shown),
      );
    }
    const known = shownBySets.get(sets);
    if (known !== undefined) return known;
    const fresh = show(lists.filter((_, at) => sets.has(at)).map(({ shown }) => shown));
    shownBySets.set(sets, fresh);
    return fresh;
  };
}
