import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activePart, HOSTILE } from './hostile.test-support.ts';
import { MAX_VALUE_LENGTH, sanitise, sanitiseRecord, sanitiseText } from './sanitise.ts';

const piece = fc.oneof(
  fc.constantFrom(...HOSTILE.filter((text) => text.length < 200)),
  fc.constantFrom('<', '>', '[', ']', '(', ')', '!', ':', '/', '`', '~', '|', '\n', '\u200b', '\u202e', '\ud83d', '🚀'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const nasty = fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join(''));

describe('any text', () => {
  test('comes out without anything invisible or active, as one line of bounded length', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const clean = sanitiseText(text);
        expect(activePart(clean), JSON.stringify(clean)).toBeUndefined();
        expect(clean.length).toBeLessThanOrEqual(MAX_VALUE_LENGTH);
        expect(clean.isWellFormed()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('is not changed by a second pass, whatever the length it is cut to', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 2, max: 60 }), (text, maxLength) => {
        const once = sanitiseText(text, maxLength);
        expect(sanitiseText(once, maxLength)).toBe(once);
        expect(sanitiseText(sanitiseText(text))).toBe(sanitiseText(text));
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  'web-01.corp.local',
  'Point of "Sale" (EU)',
  'R&D',
  "O'Neil",
  'a < b > c',
  'größe',
  '日本語',
  'C:\\Windows\\x.exe',
  'CORP\\alice',
  '🚀',
])('an ordinary name stays as it is: %s', (name) => {
  expect(sanitiseText(name)).toBe(name);
});

test('an href stays whole, something like one does not escape', () => {
  const href = `/orgs/1/workloads/${'a'.repeat(450)}`;
  expect(sanitiseText(href)).toBe(href);
  expect(sanitiseText('/orgs/1/workloads/<b>')).toBe('/orgs/1/workloads/‹b>');
});

test('what is cut says so and splits no character', () => {
  expect(sanitiseText('abcdef', 4)).toBe('abc…');
  expect(sanitiseText('ab🚀def', 4)).toBe('ab…');
});

test('values are cleaned at every depth, keys too, and nothing is lost to equal keys', () => {
  const value = JSON.parse('{"a\\u200b":1,"a":[{"<b>":["x\\ny"]}],"__proto__":{"polluted":true}}') as object;
  expect(Object.entries(sanitiseRecord(value))).toEqual([
    ['a', 1],
    ['a~2', [{ '‹b>': ['x y'] }]],
    ['__proto__', { polluted: true }],
  ]);
  expect(Object.hasOwn({}, 'polluted')).toBe(false);
});

test('what JSON cannot say becomes null or text, and depth has an end', () => {
  expect(sanitise([Number.NaN, Number.POSITIVE_INFINITY, undefined, 12n, () => 0])).toEqual([
    null,
    null,
    null,
    '12',
    'function',
  ]);
  expect(sanitise({ a: undefined, b: null })).toEqual({ b: null });
  let deep: unknown = 'end';
  for (let i = 0; i < 100; i += 1) deep = [deep];
  expect(JSON.stringify(sanitise(deep))).toContain('…');
});
