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
  it('lets a minute of requests through at once, then one by one', async () => {
    const { slept, clock, sleep } = manual();
    const quota = createQuota({ requestsPerMinute: 60, clock, sleep });
    for (let request = 0; request < 60; request++) await quota.take();
    expect(slept).toEqual([]);
    for (let request = 0; request < 3; request++) await quota.take();
    expect(slept).toEqual([1_000, 1_000, 1_000]);
  });

  it('fills up again as time passes, to a minute of requests and no more', async () => {
    const { slept, clock, sleep, pass } = manual();
    const quota = createQuota({ requestsPerMinute: 60, clock, sleep });
    for (let request = 0; request < 60; request++) await quota.take();
    pass(3_600_000);
    for (let request = 0; request < 60; request++) await quota.take();
    expect(slept).toEqual([]);
    await quota.take();
    expect(slept).toHaveLength(1);
  });

  it('fails at once where the wait would be longer than anybody waits, and says how long', async () => {
    const { clock } = manual();
    const quota = createQuota({ requestsPerMinute: 60, maxWaitMs: 2_000, clock, sleep: async () => {} });
    for (let request = 0; request < 62; request++) await quota.take();
    await expect(quota.take()).rejects.toMatchObject({ code: 'pce_rate_limited', data: { retry_after_seconds: 3 } });
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
    quota.pause(60_000);
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
