import type { PceReader } from '../../changes/plan.ts';
import { committedDigest } from '../../changes/digest.ts';
import {
  modifiedObjects,
  newestVersion,
  pendingObjects,
  type PolicyChange,
  readVersion,
} from '../../changes/policy-objects.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { Failure } from '../../core/errors.ts';
import type { Compared } from './policy-change-row.ts';

export interface Comparison {
  /** `draft`, or the number of a version. */
  readonly from: 'draft' | number;
  readonly to: 'draft' | number;
  readonly changes: readonly Compared[];
}

/** What differs between two versions of the whole policy: `draft`, `active` or a number each. Throws `not_found` for one that is not there. */
export async function compareVersions(
  fromText: string,
  toText: string,
  {
    pce,
    signal,
    onProgress,
  }: { readonly pce: PceReader; readonly signal: AbortSignal; readonly onProgress: (message: string) => void },
): Promise<Comparison> {
  const newest = await newestVersion(pce, signal);
  const [from, to] = [versionOf(fromText, newest), versionOf(toText, newest)];
  if (from === newest && to === 'draft') {
    const pending = await pendingObjects(pce, signal);
    return { from, to, changes: await contentsOf(pending, 'active', to, pce, signal) };
  }
  const numbers = [from, to].map((version) => (version === 'draft' ? newest : version));
  const touched = new Map<string, PolicyChange>();
  for (let version = Math.min(...numbers) + 1; version <= Math.max(...numbers); version++) {
    onProgress(`reading what version ${version} changed`);
    for (const change of await modifiedObjects(version, pce, signal)) touched.set(change.href, change);
  }
  if (from === 'draft' || to === 'draft')
    for (const change of await pendingObjects(pce, signal)) touched.set(change.href, change);
  // The newest by its other name: it is there even before the first provisioning.
  const [before, after] = [from, to].map((version) => (version === newest ? 'active' : version));
  const compared = await contentsOf([...touched.values()], before ?? from, after ?? to, pce, signal);
  return { from, to, changes: compared.flatMap(byContent) };
}

function versionOf(given: string, newest: number): 'draft' | number {
  if (given === 'draft') return given;
  const version = given === 'active' ? newest : Number(given);
  if (!Number.isInteger(version) || version < 0 || version > newest || (version === 0 && newest > 0))
    throw new Failure('not_found', {
      message: `There is no policy version ${given}; the newest is ${newest}.`,
      remedy: 'Give draft, active or a number that get-policy-versions lists.',
    });
  return version;
}

async function contentsOf(
  changes: readonly PolicyChange[],
  from: string | number,
  to: string | number,
  pce: PceReader,
  signal: AbortSignal,
): Promise<readonly Compared[]> {
  const hrefs = changes.map(({ href }) => href);
  const [before, after] = await Promise.all([
    readVersion(hrefs, from, pce, signal),
    readVersion(hrefs, to, pce, signal),
  ]);
  return changes.map((change) => ({
    change,
    before: before.get(change.href) ?? null,
    after: after.get(change.href) ?? null,
  }));
}

/** Between two versions it is the contents that say what happened; what came and went in between, or was set back, did not change. */
function byContent({ change, before, after }: Compared): readonly Compared[] {
  const [old, now] = [digest(before), digest(after)];
  if (old === now) return [];
  const kind = old === null ? 'create' : now === null ? 'delete' : 'update';
  const by = after?.['updated_by'];
  const at = after?.['updated_at'];
  return [
    {
      before,
      after,
      change: {
        ...change,
        change: kind,
        by: isObject(by) && typeof by['href'] === 'string' ? by['href'] : change.by,
        at: typeof at === 'string' ? at : change.at,
      },
    },
  ];
}

const digest = (object: JsonObject | null): string | null => (object === null ? null : committedDigest(object));
