import { expect, it } from 'vitest';
import { fqdnMatcher } from './fqdn.ts';

// [pattern, name, covered]; the first three are the example of the vendor's guide (policy-cases.json, topic fqdn).
it.for([
  ['*.ubuntu.com', 'us-west-1.ec2.archive.ubuntu.com', false],
  ['*.ec2.archive.ubuntu.com', 'us-west-1.ec2.archive.ubuntu.com', true],
  ['*.*.archive.ubuntu.com', 'us-west-1.ec2.archive.ubuntu.com', true],
  ['example.com', 'example.com', true],
  ['example.com', 'www.example.com', false],
  ['*.example.com', 'example.com', false],
  ['Example.COM', 'example.com.', true],
  ['*.example.com', 'wwwXexample.com', false],
  ['web-*.example.com', 'web-17.example.com', true],
  ['web-*.example.com', 'web-1.eu.example.com', false],
  ['w*b-*-x.example.com', 'web-eu-1-x.example.com', true],
  ['w*b-*-x.example.com', 'web-x.example.com', false],
  ['aa*aa.example.com', 'aaa.example.com', false],
  ['*.example.com', '.example.com', false],
  ['a+b.example.com', 'aab.example.com', false],
] as const)('%s on %s: %s', ([pattern, name, covered]) => {
  expect(fqdnMatcher(pattern)(name)).toBe(covered);
});

it('stays quick on a pattern made to be slow', () => {
  const matches = fqdnMatcher(`${'*a'.repeat(5000)}.example.com`);
  expect(matches(`${'a'.repeat(5000)}.example.com`)).toBe(true);
  expect(matches(`${'a'.repeat(4999)}b.example.com`)).toBe(false);
});
