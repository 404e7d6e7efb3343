import type { Contents, PceReader, PlannedRequest } from './plan.ts';
import { modifiedObjects, type PolicyChange, readVersion } from './policy-objects.ts';
import { contentsOf, rollbackSteps } from './provision.ts';
import type { JsonObject } from '../core/json.ts';

export interface Rollback {
  /** Empty when both versions say the same. */
  readonly requests: readonly PlannedRequest[];
  /** What comes back, changes as they are seen from now. */
  readonly changes: readonly PolicyChange[];
  readonly now: ReadonlyMap<string, JsonObject | null>;
  readonly earlier: ReadonlyMap<string, JsonObject | null>;
}

/** Plans the way from version `from`, the newest, back to what `to` said. Only reads. */
export async function planRollback(to: number, from: number, pce: PceReader, signal?: AbortSignal): Promise<Rollback> {
  const touched = new Map<string, PolicyChange>();
  for (let version = to + 1; version <= from; version++)
    for (const change of await modifiedObjects(version, pce, signal)) touched.set(change.href, change);
  const [earlier, now] = await Promise.all([
    readVersion([...touched.keys()], to, pce, signal),
    readVersion([...touched.keys()], from, pce, signal),
  ]);
  const [old, current] = [contentsOf(earlier), contentsOf(now)];
  const differs = [...touched.keys()].filter((href) => old[href] !== current[href]);
  const pick = (contents: Contents): Contents =>
    Object.fromEntries(differs.map((href) => [href, contents[href] ?? null]));
  const requests =
    differs.length === 0 ? [] : rollbackSteps({ orgId: pce.orgId, to, from, contents: pick(old) }, pick(current));
  return {
    requests,
    now,
    earlier,
    changes: differs.flatMap((href) => {
      const change = touched.get(href);
      if (change === undefined) return [];
      const kind = old[href] === null ? 'delete' : current[href] === null ? 'create' : 'update';
      return [{ ...change, change: kind }];
    }),
  };
}
