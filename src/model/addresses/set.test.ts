import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { indexSets } from './index-of-sets.ts';
import { contains, ipv4Count, setOfRanges, setOfTexts } from './set.ts';

const range = (from: string, to: string | null = null, exclusion = false) => ({ from, to, exclusion });
const has = (set: ReturnType<typeof setOfRanges>, text: string) => {
  const address = parseAddress(text);
  return address !== null && contains(set, address);
};

it('answers the example of the fact sheet: 10.0.0.0/8 less 10.1.0.10 to 10.1.0.20', () => {
  const set = setOfRanges([range('10.0.0.0/8'), range('10.1.0.10', '10.1.0.20', true)]);
  const asked = [
    '9.255.255.255',
    '10.0.0.0',
    '10.1.0.9',
    '10.1.0.10',
    '10.1.0.20',
    '10.1.0.21',
    '10.255.255.255',
    '11.0.0.0',
  ];
  expect(asked.map((ip) => has(set, ip))).toEqual([false, true, true, false, false, true, true, false]);
  expect(ipv4Count(set)).toBe(2 ** 24 - 11);
});

it('keeps the families apart', () => {
  const any4 = setOfRanges([range('0.0.0.0/0')]);
  expect([has(any4, '255.255.255.255'), has(any4, '::1')]).toEqual([true, false]);
});

it('skips what spells no address', () => {
  expect(setOfTexts(['nonsense', '10.0.0.1'])).toEqual(setOfTexts(['10.0.0.1']));
});

const SPACE = 64;
const address = (value: number) => `10.0.0.${value}`;
const ranges = fc.array(
  fc.record({ a: fc.nat(SPACE - 1), b: fc.nat(SPACE - 1), exclusion: fc.boolean() }).map(({ a, b, exclusion }) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    return { ...range(address(from), address(to), exclusion), low: from, high: to };
  }),
  { maxLength: 8 },
);

it('holds exactly the addresses of an inclusive range and of no exclusion', () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const set = setOfRanges(list);
      for (let value = 0; value < SPACE; value += 1) {
        const inSome = (exclusion: boolean) =>
          list.some((one) => one.exclusion === exclusion && one.low <= value && value <= one.high);
        expect(has(set, address(value))).toBe(inSome(false) && !inSome(true));
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

it('an index of sets names exactly the sets that hold an address', () => {
  fc.assert(
    fc.property(fc.array(ranges, { maxLength: 5 }), (lists) => {
      const sets = lists.map(setOfRanges);
      const lookup = indexSets(sets);
      for (const text of [
        ...Array.from({ length: SPACE }, (_, value) => address(value)),
        '9.0.0.0',
        '11.0.0.0',
        '::1',
      ]) {
        const found = parseAddress(text);
        if (found === null) throw new Error(text);
        const expected = sets.flatMap((set, index) => (contains(set, found) ? [index] : []));
        expect([...lookup(found).sets]).toEqual(expected);
      }
    }),
    { seed: 2, numRuns: 100 },
  );
});

it('an index gives addresses of the same sets the same id, and others another', () => {
  const lookup = indexSets([setOfTexts(['10.0.0.0/24', '2001:db8::/64']), setOfTexts(['10.0.0.128/25'])]);
  const id = (text: string) => {
    const found = parseAddress(text);
    return found === null ? null : lookup(found).id;
  };
  expect(id('10.0.0.1')).toBe(id('2001:db8::9'));
  expect(new Set([id('10.0.0.1'), id('10.0.0.200'), id('192.0.2.1')]).size).toBe(3);
});
