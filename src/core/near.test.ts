import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest, typingDistance } from './near.ts';

describe('typingDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['same', 'same', 0],
  ])('%s to %s is %i', (a, b, distance) => {
    expect(typingDistance(a, b)).toBe(distance);
  });

  it('is symmetric and never more than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = typingDistance(a, b);
        expect(distance).toBe(typingDistance(b, a));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance === 0).toBe(a === b);
      }),
    );
  });
});

describe('nearest', () => {
  const tools = ['get-workloads', 'get-labels', 'get-label-groups', 'provision-policy'];

  it.each([
    ['get_workloads', 'get-workloads'],
    ['getWorkloads', 'get-workloads'],
    ['get-lables', 'get-labels'],
    ['provision', 'provision-policy'],
    ['', undefined],
    ['frobnicate', undefined],
  ])('%s means %s', (word, meant) => {
    expect(nearest(word, tools)).toBe(meant);
  });
});
