import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { isoSeconds } from './iso-seconds.ts';

test('the same as a date without its milliseconds', () => {
  assert(
    property(integer({ min: 0, max: 4e12 }), (ms) => {
      expect(isoSeconds(ms)).toBe(`${new Date(ms).toISOString().slice(0, 19)}Z`);
    }),
    { seed: 1 },
  );
});
