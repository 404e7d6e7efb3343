import { describe, expect, it } from 'vitest';
import { createRandom, hashOf, permutation, uuidOf } from './random.ts';

describe('deterministic numbers', () => {
  it('gives the same stream for the same seed and name, another for any other', () => {
    const stream = (seed: number, name: string) => {
      const random = createRandom(seed, name);
      return Array.from({ length: 20 }, () => random.below(1_000_000));
    };
    expect(stream(7, 'a')).toEqual(stream(7, 'a'));
    expect(stream(7, 'a')).not.toEqual(stream(8, 'a'));
    expect(stream(7, 'a')).not.toEqual(stream(7, 'b'));
  });

  it('spreads evenly enough to plan shares with', () => {
    const random = createRandom(1, 'spread');
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100_000; i++) {
      const bucket = random.below(10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it.each([1, 2, 7, 256, 4_096, 10_007, 65_536])('scrambles [0, %d) one to one', (size) => {
    for (const seed of [0, 1, 99, 0xffff_ffff]) {
      const place = permutation(size, seed);
      const seen = new Set(Array.from({ length: size }, (_, i) => place(i)));
      expect(seen.size).toBe(size);
      expect(Math.min(...seen)).toBe(0);
      expect(Math.max(...seen)).toBe(size - 1);
    }
  });

  it('stays exact for sizes whose products pass 2^53', () => {
    const size = 98_304_000;
    const place = permutation(size, 12_345);
    const seen = new Set(Array.from({ length: 50_000 }, (_, i) => place(size - 1 - i)));
    expect(seen.size).toBe(50_000);
    for (const value of seen) expect(Number.isInteger(value) && value >= 0 && value < size).toBe(true);
  });

  it('makes UUIDs of version 4 that differ', () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => uuidOf(7, 'thing', i));
    expect(new Set(ids).size).toBe(5_000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('minds the order of what it hashes', () => {
    expect(hashOf(1, 2)).not.toBe(hashOf(2, 1));
    expect(hashOf('a', 'b')).not.toBe(hashOf('b', 'a'));
  });
});
