import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_TIME, secondsOf, timeOf } from './seconds.ts';

const wholeSeconds = fc.integer({ min: 1, max: 0xffff_ffff });

test('every second from 1970 to 2106 survives the way there and back', () => {
  fc.assert(
    fc.property(wholeSeconds, (seconds) => {
      const text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
      expect(secondsOf(text)).toBe(Date.parse(text) / 1000);
      expect(timeOf(seconds)).toBe(text);
    }),
  );
});

test('leap days and ends of months are days', () => {
  for (const day of ['2024-02-29', '2000-02-29', '2025-01-31', '2025-12-31', '2025-03-01'])
    expect(secondsOf(`${day}T23:59:59Z`)).toBe(Date.parse(`${day}T23:59:59Z`) / 1000);
});

test('fractions and offsets are read, to the second', () => {
  expect(secondsOf('2025-06-01T08:00:12.999Z')).toBe(secondsOf('2025-06-01T08:00:12Z'));
  expect(secondsOf('2025-06-01T10:00:12+02:00')).toBe(secondsOf('2025-06-01T08:00:12Z'));
});

test.each([
  undefined,
  null,
  12,
  '',
  'yesterday',
  '2025-13-01T00:00:00Z',
  '20a5-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
])('%j is no time', (value) => {
  expect(secondsOf(value)).toBe(NO_TIME);
  expect(timeOf(NO_TIME)).toBeNull();
});
