import { open } from 'node:fs/promises';

/** Waits until what was written to a file is on disk, without holding up the thread. */
export interface Durability {
  /** Everything written before the call is on disk. Rejects where the disk refuses. */
  reached(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The write-ahead log of an SQLite database, made durable beside SQLite: its own wait (`synchronous = FULL`) would hold up every caller of
 * this thread for as long as the disk takes. The log is where a commit is; no lock of SQLite is on this file, so closing it breaks none.
 */
export async function durableLog(databasePath: string): Promise<Durability> {
  const file = await open(`${databasePath}-wal`, 'r+');
  return { reached: together(() => file.datasync()), close: () => file.close() };
}

/** Runs `sync` one at a time; who asks while it runs waits for the next, which serves all who wait: one that began earlier may miss them. */
export function together(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    next = undefined;
    const run = sync().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  }

  return () => {
    if (!running) return start();
    next ??= running.then(start, start);
    return next;
  };
}
