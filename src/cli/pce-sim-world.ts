import { existsSync, readFileSync } from 'node:fs';
import type { ProfileName } from '../simulator/estates/estate.ts';
import { importedEstate, ImportError } from '../simulator/import/estate.ts';
import { documentOf, type EstateDocument, type EstateSource, readDocument } from '../simulator/state/document.ts';
import { StateFileError } from '../simulator/state/file.ts';
import { type OpenedState, openDocument, openState } from '../simulator/state/open.ts';
import { UsageError } from './options.ts';

/** What the command line says about the estate; undefined: nothing. */
export interface WorldFlags {
  readonly profile: ProfileName | undefined;
  readonly seed: number | undefined;
  readonly nowMs: number | undefined;
  readonly flows: number | undefined;
  /** One file of an exported estate, or CSV files and folders of them. */
  readonly imports: readonly string[];
  readonly state: string | undefined;
}

/** The world a command line asks for. Throws UsageError where it asks for two, or for one that cannot be read. */
export async function worldOf(flags: WorldFlags): Promise<OpenedState> {
  if (flags.imports.length > 0 && (flags.profile ?? flags.seed ?? flags.flows) !== undefined)
    throw new UsageError('--import brings its own estate: --profile, --seed and --flows have no say in it');
  try {
    if (flags.state === undefined) return openDocument(start(flags));
    if (flags.imports.length > 0 && existsSync(flags.state))
      throw new UsageError(`--import starts a new estate, and ${flags.state} exists: name another file or remove it`);
    return await openState(
      flags.state,
      () => start(flags),
      (source) => requireSame(source, flags),
    );
  } catch (error) {
    if (error instanceof StateFileError) throw new UsageError(`--state: ${error.message}`);
    throw error;
  }
}

function start({ profile = 'mid', seed = 7, nowMs = Date.now(), flows, imports }: WorldFlags): EstateDocument {
  const [only] = imports;
  if (only === undefined)
    return documentOf({ kind: 'generated', profile, seed, nowMs, ...(flows !== undefined && { flows }) });
  try {
    if (imports.length === 1 && only.endsWith('.json')) return readDocument(readFileSync(only, 'utf8'));
    return documentOf(importedEstate(imports, nowMs));
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(error.message);
    throw new UsageError(`--import ${only}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

/** A state file goes on with its own estate; flags may repeat what it is, and nothing else. */
function requireSame(source: EstateSource, { profile, seed, nowMs, flows }: WorldFlags): void {
  const asked = { profile, seed, nowMs, flows };
  for (const [flag, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    const own = source.kind === 'generated' ? source[flag as keyof typeof asked] : undefined; // a key of the literal
    if (own !== value)
      throw new UsageError(
        `--${flag === 'nowMs' ? 'now' : flag} is not that of the estate in the state file; leave it out`,
      );
  }
}
