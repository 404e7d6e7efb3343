import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Estate } from '../estates/estate.ts';
import { type EstateDocument, type EstateSource, estateOf } from './document.ts';
import { openStateFile, StateFileError } from './file.ts';
import { createTables, type Tables } from './tables.ts';

/** A world about to start: what it is made of and what it already went through. */
export interface OpenedState {
  /** Null for an estate that is only known as an object. */
  readonly source: EstateSource | null;
  readonly estate: Estate;
  readonly tables: Tables;
  /** The simulator's time at the start of its clock, and how long that has run. */
  readonly startMs: number;
  readonly elapsedMs: number;
  close(): void;
}

/** A world that ends with its process. */
export const openDocument = (document: EstateDocument): OpenedState => ({
  source: document.source,
  estate: estateOf(document.source),
  tables: createTables({ start: startOf(document) }),
  startMs: Date.parse(document.now),
  elapsedMs: 0,
  close: () => {},
});

/** The same for an estate somebody built. */
export const openEstate = (estate: Estate): OpenedState => ({
  source: null,
  estate,
  tables: createTables(),
  startMs: estate.nowMs,
  elapsedMs: 0,
  close: () => {},
});

/**
 * A world whose state is kept in a file. A new file starts with what `make` gives; `matches` may refuse what a file holds by throwing.
 * The clock of a world goes on while no process serves it, as time does for a PCE. Throws StateFileError.
 */
export async function openState(
  path: string,
  make: () => EstateDocument,
  matches: (source: EstateSource) => void = () => {},
): Promise<OpenedState> {
  // Made first: what cannot be made leaves no file behind.
  const made = existsSync(path) ? null : make();
  const file = await openStateFile(path);
  try {
    // Written by `begin` of this module.
    const document = file.start ? (JSON.parse(file.start.source) as EstateDocument) : (made ?? make());
    if (file.start) matches(document.source);
    const estate = estateOf(document.source);
    const digest = digestOf(estate);
    if (file.start && file.start.digest !== digest)
      throw new StateFileError(
        `${path} was made by a version of the simulator that builds another estate from the same seed`,
      );
    const startMs = file.start?.startMs ?? Date.parse(document.now);
    const madeMs = file.start?.madeMs ?? Date.now();
    if (!file.start) file.begin({ source: JSON.stringify(document), digest, startMs, madeMs });
    return {
      source: document.source,
      estate,
      tables: createTables({
        start: startOf(document),
        saved: (name) => file.rows(name),
        keep: (changes) => file.keep(changes),
      }),
      startMs,
      elapsedMs: Math.max(0, Date.now() - madeMs),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

const startOf =
  ({ tables }: EstateDocument) =>
  (name: string) =>
    tables[name] ?? null;

/** Changes are kept against what an estate starts with, so the same source has to give the same estate. */
function digestOf(estate: Estate): string {
  const hash = createHash('sha256');
  for (const part of Object.values(estate)) if (typeof part !== 'function') hash.update(JSON.stringify(part) ?? '');
  return hash.digest('hex');
}
