import { expect, it } from 'vitest';
import { hasPorts, isIcmp, protocolName, protocolNumber } from './protocols.ts';

it('names protocols and reads them back', () => {
  for (const proto of [-1, 1, 6, 17, 47, 58]) expect(protocolNumber(protocolName(proto))).toBe(proto);
  expect(protocolName(103)).toBe('proto 103');
});

it('reads any spelling and any number of a byte, and nothing else', () => {
  expect(['TCP', 'Udp', '6', '0', '255'].map(protocolNumber)).toEqual([6, 17, 6, 0, 255]);
  expect(['256', '-2', '', 'tpc', '6.5', '1e1'].map(protocolNumber)).toEqual([null, null, null, null, null, null]);
});

it('knows which protocols have ports and which are ICMP', () => {
  expect([6, 17, 1, 58, 47].map(hasPorts)).toEqual([true, true, false, false, false]);
  expect([6, 17, 1, 58, 47].map(isIcmp)).toEqual([false, false, true, true, false]);
});
