import { describe, expect, it } from 'vitest';
import { readiness, READINESS_WEIGHTS, type ReadinessFacts } from './readiness.ts';

const facts = (over: Partial<ReadinessFacts>): ReadinessFacts => ({
  connections: { allowed: 100, evaluated: 100, blocked: 0 },
  hasRingfence: true,
  modes: { full: 1, selective: 0, visibility_only: 0, idle: 0 },
  uncoveredApps: 0,
  ...over,
});

describe('readiness', () => {
  it('weights sum to 100, and everything right is 100', () => {
    expect(Object.values(READINESS_WEIGHTS).reduce((a: number, b) => a + b, 0)).toBe(100);
    expect(readiness(facts({}))).toMatchObject({ score: 100, level: 'Ready for enforcement' });
  });

  it.each([
    [{ full: 9, selective: 0, visibility_only: 0, idle: 1 }, 18],
    [{ full: 0, selective: 1, visibility_only: 0, idle: 9 }, 1],
    [{ full: 0, selective: 0, visibility_only: 4, idle: 0 }, 5],
    [{ full: 1, selective: 2, visibility_only: 1, idle: 0 }, 11.3],
    [{ full: 0, selective: 0, visibility_only: 0, idle: 0 }, 0],
  ])('mode points are shares of workloads: %o gives %d', (modes, points) => {
    expect(readiness(facts({ modes })).components.enforcement_mode).toBe(points);
  });

  it('the worked example of the documentation', () => {
    const result = readiness({
      connections: { allowed: 840, evaluated: 1_000, blocked: 0 },
      hasRingfence: true,
      modes: { full: 2, selective: 4, visibility_only: 4, idle: 0 },
      uncoveredApps: 1,
    });
    expect(result.components).toEqual({
      policy_coverage: 33.6,
      ringfence: 20,
      enforcement_mode: 10,
      no_blocked_traffic: 10,
      remote_apps_covered: 0,
    });
    expect(result).toMatchObject({ score: 73.6, level: expect.stringMatching(/^Partially ready/) });
  });

  it('without evaluated traffic there is no score, not a low one', () => {
    expect(readiness(facts({ connections: { allowed: 0, evaluated: 0, blocked: 0 } }))).toMatchObject({
      score: null,
      level: expect.stringMatching(/^No score/),
    });
  });
});
