import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createShelf } from './shelf.ts';

function shelf({ keepMs = 60_000, capacity = 100 } = {}) {
  const disposed: string[] = [];
  const made: string[] = [];
  const kept = createShelf<string>({
    keepMs,
    capacity,
    weigh: (value) => value.length,
    dispose: (value) => disposed.push(value),
  });
  const make = (value: string) => async () => {
    made.push(value);
    return value;
  };
  return { ...kept, disposed, made, make };
}

/** Something that takes until it is told, or until it is aborted. */
function slow() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let aborted = false;
  const make = (signal: AbortSignal): Promise<string> => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return promise;
  };
  return { make, finish: resolve, aborted: () => aborted };
}

test('equal keys share one making, and later callers what was made', async () => {
  const { take, made, make } = shelf();
  const leases = await Promise.all([take('a', make('one')), take('a', make('two'))]);
  expect(leases.map((lease) => lease?.value)).toEqual(['one', 'one']);
  for (const lease of leases) lease?.release();
  expect((await take('a', make('three')))?.value).toBe('one');
  expect((await take('b', make('four')))?.value).toBe('four');
  expect(made).toEqual(['one', 'four']);
});

test('what nobody holds makes room, the oldest first, and is disposed of once', async () => {
  const { take, make, disposed } = shelf({ capacity: 4 });
  const held = await take('held', make('xxxx'));
  (await take('a', make('aa')))?.release();
  (await take('b', make('bb')))?.release();
  (await take('c', make('cc')))?.release();
  expect(disposed).toEqual(['aa']);
  held?.release();
  held?.release();
  expect(disposed).toEqual(['aa', 'xxxx']);
});

test('what is over its time is disposed of when its last holder gives it back', async () => {
  const { take, make, disposed } = shelf({ keepMs: 5 });
  const lease = await take('a', make('one'));
  (await take('b', make('three')))?.release();
  await delay(30);
  expect(disposed).toEqual(['three']);
  expect((await take('a', make('two')))?.value).toBe('two');
  lease?.release();
  expect(disposed).toEqual(['three', 'one']);
});

test('when the last one who waits gives up, making is aborted; before that it goes on', async () => {
  const { take } = shelf();
  const work = slow();
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [first, second].map((abort) => take('a', work.make, { signal: abort.signal }));
  first.abort();
  await expect(waits[0]).rejects.toMatchObject({ code: 'cancelled' });
  expect(work.aborted()).toBe(false);
  second.abort();
  await expect(waits[1]).rejects.toMatchObject({ code: 'cancelled' });
  expect(work.aborted()).toBe(true);
});

test('who runs out of patience gets null and finds the value when coming back', async () => {
  const { take, make } = shelf();
  const work = slow();
  expect(await take('a', work.make, { patience: AbortSignal.timeout(1) })).toBeNull();
  expect(work.aborted()).toBe(false);
  const again = take('a', make('other'));
  work.finish('one');
  expect((await again)?.value).toBe('one');
});

test('a making that failed is not kept', async () => {
  const { take, make } = shelf();
  await expect(take('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await take('a', make('one')))?.value).toBe('one');
});
