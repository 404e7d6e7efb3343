import type { Log } from '../core/log.ts';

const CLOSE_DEADLINE_MS = 700;

interface Closing {
  /** Resolves when there is nothing left to serve; absent for a server that runs until it is told to stop. */
  readonly ended?: Promise<void> | undefined;
  readonly close: () => Promise<void>;
  readonly log: Log;
  /** How long closing may take: within a second unless told, because hosts kill stdio servers that linger. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Runs until the end of input, SIGINT or SIGTERM, closes what is open and ends the process at the deadline, whatever an upstream or a
 * worker is doing.
 */
export async function runToEnd({ ended, close, log, deadlineMs = CLOSE_DEADLINE_MS }: Closing): Promise<never> {
  // Node prints its warnings as text; the log is JSON lines.
  process.removeAllListeners('warning').on('warning', (warning) => log.info('runtime warning', { error: warning }));
  process.once('uncaughtException', (error) => crash(log, error));
  process.once('unhandledRejection', (error) => crash(log, error));
  // Without a listener a closed stderr would end the process in the middle of an answer.
  process.stderr.on('error', () => {});
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  await Promise.race(ended ? [ended, stopped] : [stopped]);
  setTimeout(() => process.exit(0), deadlineMs);
  await close().catch((error: unknown) => log.warning('closing failed', { error }));
  process.exit(0);
}

function crash(log: Log, error: unknown): never {
  log.error('unexpected error; stopping', { error });
  process.exit(1);
}
