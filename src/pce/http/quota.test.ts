import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';
import { createQuota } from './quota.ts';

/** A clock that only sleeping moves. */
function manual() {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    clock: { now: () => now },
    pass: (ms: number) => {
      now += ms;
    },
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
}

describe('the quota of a key', () => {
  it('lets a minute of requests through at once, and the next when the first is a minute old', async () => {
    const { slept, clock, sleep, pass } = manual();
    const quota = createQuota({ requestsPerMinute: 60, clock, sleep });
    for (let request = 0; request < 60; request++) await quota.take();
    expect(slept).toEqual([]);
    pass(40_000);
    await quota.take();
    expect(slept).toEqual([20_000]);
  });

  it('never lets more through in any minute, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 60 }), async (gaps) => {
        const { clock, sleep, pass } = manual();
        const quota = createQuota({ requestsPerMinute: 7, clock, sleep });
        const sent: number[] = [];
        for (const gap of gaps) {
          pass(gap);
          await quota.take();
          sent.push(clock.now());
        }
        for (const [index, at] of sent.entries())
          expect(at - (sent[index - 7] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(60_000);
      }),
    );
  });

  it('fails at once where the wait would be longer than anybody waits, and says how long', async () => {
    const { clock, pass } = manual();
    const quota = createQuota({ requestsPerMinute: 60, maxWaitMs: 10_000, clock, sleep: async () => {} });
    for (let request = 0; request < 60; request++) await quota.take();
    pass(30_000);
    await expect(quota.take()).rejects.toMatchObject({ code: 'pce_rate_limited', data: { retry_after_seconds: 30 } });
    pass(25_000);
    await quota.take();
  });

  it('is paused for all by a 429, also when there is no limit', async () => {
    const { slept, clock, sleep } = manual();
    const quota = createQuota({ requestsPerMinute: 0, clock, sleep });
    for (let request = 0; request < 5_000; request++) await quota.take();
    expect(slept).toEqual([]);
    quota.pause(5_000);
    await quota.take();
    await quota.take();
    expect(slept).toEqual([5_000]);
    quota.pause(90_000);
    await expect(quota.take()).rejects.toMatchObject({ code: 'pce_rate_limited' });
  });
});

describe('the gate', () => {
  it('lets so many in, the next when one leaves, in the order they came', async () => {
    const gate = createGate({ places: 2 });
    const [first, second] = [await gate.enter(), await gate.enter()];
    const order: string[] = [];
    const third = gate.enter().then((leave) => (order.push('third'), leave));
    const fourth = gate.enter().then((leave) => (order.push('fourth'), leave));
    await Promise.resolve();
    expect(order).toEqual([]);
    first();
    first();
    const leaveThird = await third;
    expect(order).toEqual(['third']);
    second();
    await fourth;
    leaveThird();
    expect(order).toEqual(['third', 'fourth']);
  });

  it('forgets who gave up, and refuses a line too long', async () => {
    const gate = createGate({ places: 1, maxWaiting: 1 });
    const leave = await gate.enter();
    const impatient = new AbortController();
    const waiting = gate.enter(impatient.signal);
    await expect(gate.enter()).rejects.toMatchObject({ code: 'pce_rate_limited' });
    impatient.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    const next = gate.enter();
    leave();
    await next;
  });
});
