import { hash } from 'node:crypto';
import type { AuditRow, AuditStore } from '../../store/audit.ts';

/** What a row says, without its place in the chain. */
export type AuditEntry = Omit<AuditRow, 'writer' | 'seq' | 'prev' | 'hash'>;

/** The last entry of a chain. Kept somewhere else, it shows later that nothing before it was taken away. */
export interface Head {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
}

export interface Verification {
  readonly entries: number;
  readonly heads: readonly Head[];
  /** In words, one each; empty: the record is whole. */
  readonly broken: readonly string[];
}

/** SHA-256 over the row before and everything this row says, in a fixed order. */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const said = Object.entries(row)
    .filter(([name]) => name !== 'hash')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(said), 'base64url');
}

const PAGE = 1000;

/**
 * Walks every chain. Finds edits, insertions and deletions inside a chain; that its end was cut off, or that a whole chain is gone, shows
 * only against `earlier` heads.
 */
export async function verifyChains(store: AuditStore, earlier: readonly Head[] = []): Promise<Verification> {
  const heads: Head[] = [];
  const broken: string[] = [];
  let entries = 0;
  const expected = new Map(earlier.map(({ writer, seq, hash }) => [`${writer} ${seq}`, hash]));
  for (const writer of await store.writers()) {
    let head: Head = { writer, seq: 0, hash: '' };
    for await (const row of rowsOf(store, writer)) {
      entries++;
      const at = `${writer} entry ${row.seq}`;
      if (row.seq !== head.seq + 1) broken.push(`${at}: ${row.seq - head.seq - 1} entries before it are missing`);
      else if (row.prev !== head.hash) broken.push(`${at}: does not follow the entry before it`);
      if (hashOf(row) !== row.hash) broken.push(`${at}: was changed`);
      const place = `${writer} ${row.seq}`;
      if (expected.has(place) && expected.get(place) !== row.hash) broken.push(`${at}: is not the one noted earlier`);
      expected.delete(place);
      head = { writer, seq: row.seq, hash: row.hash };
    }
    heads.push(head);
  }
  for (const place of expected.keys()) broken.push(`${place.replace(' ', ' entry ')}: noted earlier, is gone`);
  return { entries, heads, broken };
}

/** One chain, page by page. */
export async function* rowsOf(store: AuditStore, writer: string): AsyncGenerator<AuditRow> {
  let after = 0;
  for (;;) {
    const page = await store.chain(writer, after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}
