import { describe, expect, it } from 'vitest';
import { createCache } from './cache.ts';
import { canonicalKey } from './key.ts';

function cacheOf(options: { capacity?: number } = {}) {
  let now = 0;
  const cache = createCache<string>({
    clock: { now: () => now },
    ttlMs: 30_000,
    weigh: (value) => value.length,
    capacity: options.capacity ?? 100,
  });
  let loads = 0;
  return {
    cache,
    pass: (ms: number) => {
      now += ms;
    },
    loads: () => loads,
    get: (key: string, value: string = key) =>
      cache.get(key, async () => {
        loads++;
        await Promise.resolve();
        return value;
      }),
  };
}

describe('the cache', () => {
  it('loads once for all who ask, and again after its time', async () => {
    const { get, loads, pass } = cacheOf();
    expect(await Promise.all([get('a'), get('a'), get('a')])).toEqual(['a', 'a', 'a']);
    expect(await get('a')).toBe('a');
    expect(loads()).toBe(1);
    pass(30_001);
    await get('a');
    expect(loads()).toBe(2);
  });

  it('keeps nothing of a failed load', async () => {
    const { cache, get } = cacheOf();
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await get('a')).toBe('a');
  });

  it('forgets on a write, also what was being loaded', async () => {
    const { cache, get } = cacheOf();
    let finish: ((value: string) => void) | undefined;
    const stale = cache.get('a', () => new Promise<string>((resolve) => (finish = resolve)));
    cache.clear();
    const fresh = get('a', 'new');
    expect(await fresh).toBe('new');
    finish?.('old');
    expect(await stale).toBe('old');
    expect(await get('a', 'newer')).toBe('new');
  });

  it('holds no more than it may, the oldest going first', async () => {
    const { get, loads } = cacheOf({ capacity: 10 });
    await get('a', 'xxxx');
    await get('b', 'xxxx');
    await get('c', 'xxxx');
    await get('c');
    await get('b');
    expect(loads()).toBe(3);
    await get('a', 'xxxx');
    expect(loads()).toBe(4);
    await get('d', 'x'.repeat(11));
    await get('d', 'x'.repeat(11));
    expect(loads()).toBe(6);
  });

  it('knows a question whatever the order of its words', () => {
    expect(canonicalKey(['w', { a: 1, b: undefined, c: [1, 2] }])).toBe(canonicalKey(['w', { c: [1, 2], a: 1 }]));
    expect(canonicalKey(['w', { a: [1, 2] }])).not.toBe(canonicalKey(['w', { a: [2, 1] }]));
  });
});
