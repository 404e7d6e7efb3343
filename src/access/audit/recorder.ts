import { randomBytes } from 'node:crypto';
import { Failure } from '../../core/errors.ts';
import type { AuditRow, AuditStore } from '../../store/audit.ts';
import { type AuditEntry, hashOf } from './chain.ts';

/** Writes the record of this process as one chain. */
export interface AuditRecorder {
  /** Returns when the entry is on disk. Throws `audit_unavailable` when it cannot be written. */
  write(entry: AuditEntry): Promise<void>;
  /** Whether the last entry could be written. */
  readonly healthy: boolean;
  /** Everything accepted so far is on disk, or refused. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: () => void;
  readonly reject: (error: Failure) => void;
}

const MAX_BATCH = 100;
/** So long a busy server collects before it writes: a commit of one entry costs as much as one of twenty. */
const GATHER_MS = 1;

/**
 * Entries that arrive while others are being written go to disk together: one wait for the disk serves many calls. After a failed write it is
 * not known what is on disk, so the next entry begins a new chain.
 */
export function createAuditRecorder(store: AuditStore): AuditRecorder {
  const waiting: Waiting[] = [];
  let writer = newWriter();
  let seq = 0;
  let hash = '';
  let healthy = true;
  let busy = false;
  let draining: Promise<void> | undefined;

  function chained(entry: AuditEntry): AuditRow {
    const unhashed = { ...storable(entry), writer, seq: ++seq, prev: hash };
    hash = hashOf(unhashed);
    return { ...unhashed, hash };
  }

  /** Where several calls ended together, more are about to; a caller who is alone waits for nobody. */
  const gathered = (): Promise<unknown> =>
    new Promise((resolve) => (busy ? setTimeout(resolve, GATHER_MS) : setImmediate(resolve)));

  async function drain(): Promise<void> {
    await gathered();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      busy = batch.length > 1;
      try {
        await store.append(batch.map(({ entry }) => chained(entry)));
        healthy = true;
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        healthy = false;
        [writer, seq, hash] = [newWriter(), 0, ''];
        for (const { reject } of batch) reject(new Failure('audit_unavailable', { cause }));
      }
      if (waiting.length > 0) await gathered();
    }
    draining = undefined;
  }

  return {
    get healthy() {
      return healthy;
    },
    write: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        draining ??= drain();
      }),
    settled: async () => draining,
  };
}

const MAX_TEXT = 1_000;

/**
 * As every database gives it back. Claims and arguments can hold what a database changes or refuses (NUL, half a character), and one entry
 * that is refused would take those of other callers with it.
 */
function storable(entry: AuditEntry): AuditEntry {
  const fields = Object.entries(entry).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_TEXT).toWellFormed().replaceAll('\0', '\ufffd') : value,
  ]);
  return Object.fromEntries(fields) as AuditEntry; // the same fields
}

const newWriter = (): string => randomBytes(9).toString('base64url');
