import type { AddressSet } from '../../model/addresses/set.ts';
import { setOfSpans } from '../../model/addresses/set.ts';
import { type AddressSpan, parseSpan } from '../../model/addresses/address.ts';
import type { Workload } from '../../model/inventory.ts';
import type { Members } from './members.ts';

const quad = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
const sixes = (value: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':');

/** Spans as firewalls take them: an address, a CIDR block where it is one, else `first-last`. IPv6 is written out. */
export function addressTexts({ v4, v6 }: AddressSet): readonly string[] {
  return [
    ...v4.map(({ start, end }) => {
      const size = end - start;
      const bits = Math.log2(size);
      if (size === 1) return quad(start);
      return Number.isInteger(bits) && start % size === 0
        ? `${quad(start)}/${32 - bits}`
        : `${quad(start)}-${quad(end - 1)}`;
    }),
    ...v6.map(({ start, end }) => {
      const size = end - start;
      const bits = size.toString(2).length - 1;
      if (size === 1n) return sixes(start);
      return 1n << BigInt(bits) === size && start % size === 0n
        ? `${sixes(start)}/${128 - bits}`
        : `${sixes(start)}-${sixes(end - 1n)}`;
    }),
  ];
}

/** Every address a side of a rule selects: of its workloads and of its lists, merged. */
export function addressesOf(
  { workloads: members, addressSets }: Members,
  workloads: readonly Workload[],
): readonly string[] {
  const own = [...members].flatMap((index) =>
    (workloads[index]?.interfaces ?? []).flatMap(({ address }) => parseSpan(address) ?? []),
  );
  const listed = addressSets.flatMap(({ v4, v6 }): readonly AddressSpan[] => [
    ...v4.map((span) => ({ family: 4 as const, ...span })),
    ...v6.map((span) => ({ family: 6 as const, ...span })),
  ]);
  return addressTexts(setOfSpans([...own, ...listed]));
}

/** `list` in pieces of at most `size`; a list of nothing has no piece. */
export const pieces = <One>(list: readonly One[], size: number): readonly (readonly One[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
