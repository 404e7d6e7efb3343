import { expect, it } from 'vitest';
import { together } from './durable.ts';

/** A disk that takes as long as the test wants, and what it had been given when each sync began. */
function disk() {
  const syncs: { readonly seen: number; readonly end: (error?: Error) => void }[] = [];
  let written = 0;
  const reached = together(
    () =>
      new Promise((resolve, reject) => {
        syncs.push({ seen: written, end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  /** Writes and waits; gives how much was on disk by then. */
  const write = async (): Promise<number> => {
    written += 1;
    await reached();
    return syncs.filter((_sync, at) => at < ended).at(-1)?.seen ?? 0;
  };
  let ended = 0;
  const end = async (error?: Error): Promise<void> => {
    const sync = syncs[ended];
    ended += 1;
    sync?.end(error);
    await new Promise(setImmediate);
  };
  return { syncs, write, end };
}

it('lets a write wait for a sync that began after it, and writes that come together for the same', async () => {
  const { syncs, write, end } = disk();
  const first = write();
  const others = [write(), write(), write()];
  expect(syncs).toHaveLength(1);
  await end();
  expect(await first).toBe(1);
  expect(syncs).toHaveLength(2);
  await end();
  expect(await Promise.all(others)).toEqual([4, 4, 4]);
  expect(syncs).toHaveLength(2);
});

it('tells those whom a refusing disk concerns, and goes on with the next', async () => {
  const { write, end } = disk();
  const first = write();
  const second = write();
  const refused = expect(first).rejects.toThrow('no space');
  await end(new Error('no space'));
  await refused;
  await end();
  expect(await second).toBe(2);
});
