import { parseAddress } from '../../model/addresses/address.ts';
import { type AddressSet, contains, setOfRanges } from '../../model/addresses/set.ts';
import type { IpList } from '../../model/inventory.ts';

const size = ({ v4, v6 }: AddressSet): number =>
  v4.reduce((sum, { start, end }) => sum + (end - start), 0) +
  v6.reduce((sum, { start, end }) => sum + Number(end - start), 0);

/** The names of the lists an address is in, the narrowest first; the list of everything says nothing and is left out. */
export function listsOf(ip: string, lists: readonly IpList[]): readonly string[] {
  const address = parseAddress(ip);
  if (address === null) return [];
  return lists
    .map(({ name, ranges }) => ({ name, set: setOfRanges(ranges) }))
    .filter(({ set }) => contains(set, address))
    .map(({ name, set }) => ({ name, size: size(set) }))
    .filter((list) => list.size < 2 ** 32)
    .toSorted((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}
