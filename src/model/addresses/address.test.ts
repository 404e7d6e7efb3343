import { expect, it } from 'vitest';
import { isLoopback, parseAddress, parseSpan } from './address.ts';

const span = (from: string, to: string | null = null) => {
  const found = parseSpan(from, to);
  return found === null ? null : [String(found.start), String(found.end)];
};

it('reads IPv4 as a number below 2^32', () => {
  expect(parseAddress('0.0.0.0')).toEqual({ family: 4, value: 0 });
  expect(parseAddress('10.1.0.20')).toEqual({ family: 4, value: 0x0a010014 });
  expect(parseAddress('255.255.255.255')).toEqual({ family: 4, value: 0xffffffff });
});

it('reads every spelling of an IPv6 address as the same number', () => {
  const expected = { family: 6, value: 0x20010db8000000000000000000000001n };
  for (const text of ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0001', '2001:db8::1%eth0'])
    expect(parseAddress(text)).toEqual(expected);
});

it('takes an IPv4-mapped address for the IPv4 address it carries', () => {
  expect(parseAddress('::ffff:10.0.0.1')).toEqual(parseAddress('10.0.0.1'));
});

it.for([
  '',
  '10',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.0.1',
  '10.0.0.01',
  '10..0.1',
  '0x0a.0.0.1',
  ' 10.0.0.1',
  'host',
  ':',
  '1::2::3',
  '::g',
])('refuses %j', (text) => {
  expect(parseAddress(text)).toBeNull();
});

it('reads a CIDR block, host bits or not, as the block they lie in', () => {
  const block = [String(0x0a010000), String(0x0a020000)];
  expect(span('10.1.0.0/16')).toEqual(block);
  expect(span('10.1.2.3/16')).toEqual(block);
  expect(span('0.0.0.0/0')).toEqual(['0', String(2 ** 32)]);
  expect(span('::/0')).toEqual(['0', String(2n ** 128n)]);
  expect(span('2001:db8::/32')).toEqual([String(0x20010db8n << 96n), String(0x20010db9n << 96n)]);
});

it('reads a range with both ends in it, and 0.0.0.0 without a mask as one address', () => {
  expect(span('10.0.0.1', '10.0.0.3')).toEqual([String(0x0a000001), String(0x0a000004)]);
  expect(span('0.0.0.0')).toEqual(['0', '1']);
});

it.for([
  ['10.0.0.3', '10.0.0.1'],
  ['10.0.0.1', '2001:db8::1'],
  ['10.0.0.0/8', '10.0.0.1'],
  ['10.0.0.0/33', null],
  ['2001:db8::/129', null],
  ['10.0.0.0/', null],
  ['10.0.0.0/-1', null],
] as const)('refuses the range %j', ([from, to]) => {
  expect(parseSpan(from, to)).toBeNull();
});

it('knows loopback', () => {
  const loopback = (text: string) => {
    const address = parseAddress(text);
    return address !== null && isLoopback(address);
  };
  expect(['127.0.0.1', '127.255.255.255', '::1'].map(loopback)).toEqual([true, true, true]);
  expect(['126.255.255.255', '128.0.0.0', '::2'].map(loopback)).toEqual([false, false, false]);
});
