import type { ServerResponse } from 'node:http';

/** What is under way, so that a server that was told to stop can end it first. */
export interface Activity {
  /** Something begins; the function says that it is over. */
  begin(): () => void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createActivity(): Activity {
  let running = 0;
  const waiting = new Set<() => void>();
  return {
    begin() {
      running += 1;
      let over = false;
      return () => {
        if (over) return;
        over = true;
        running -= 1;
        if (running > 0) return;
        for (const resolve of waiting) resolve();
        waiting.clear();
      };
    },
    settled: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.add(resolve))),
  };
}

/** Runs `end` when the answer has left, or its reader has gone; at once where a test calls the app without a connection. */
export function onceAnswered(outgoing: ServerResponse | undefined, end: () => void): void {
  if (!outgoing || outgoing.destroyed) end();
  else outgoing.once('close', end);
}
