import type { PceReader } from '../../changes/plan.ts';
import { hrefOf, nameOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { nearMisses } from '../../pce/resolve/near.ts';
import type { BulkRow } from './bulk-answer.ts';
import type { GivenRow } from './bulk-workloads-rows.ts';
import { matchColumns } from './bulk-workloads-changes.ts';
import { matchKey, type MatchOn, workloadsByKey } from './workload-index.ts';

/** A row and the one workload it means, or why there is none. */
export type Matched =
  | { readonly given: GivenRow; readonly workload: JsonObject; readonly name: string }
  | { readonly given: GivenRow; readonly workload: null; readonly name: string; readonly why: Why };

type Why = Pick<BulkRow, 'stays' | 'detail'> & { readonly href: string | null };

const CANDIDATES = 3;
/** So many rows that mean nothing get candidates: each costs a look at all names. */
const MAX_ADVISED = 15;

/** Each row with the workload that has exactly its key; several, none, or one that an earlier row means: never guessed. */
export async function matchRows(
  rows: readonly GivenRow[],
  by: MatchOn,
  pce: PceReader,
  signal: AbortSignal,
): Promise<readonly Matched[]> {
  const keys = rows.map(({ cells }) => matchKey(cells, by));
  const { byKey: found, seen } = await workloadsByKey(
    keys.filter((key) => key !== null),
    by,
    pce,
    signal,
  );
  const taken = new Map<string, number>();
  let missed = 0;
  return rows.map((given, index): Matched => {
    const key = keys[index] ?? null;
    const none = (why: Why): Matched => ({ given, workload: null, name: nameOfRow(given, key), why });
    if (key === null)
      return none({ stays: 'refused', detail: `no ${matchColumns(by).join(' and ')} to match on`, href: null });
    const [workload, ...more] = found.get(key) ?? [];
    if (workload === undefined) {
      const near = missed++ < MAX_ADVISED ? nearMisses(key, seen).slice(0, CANDIDATES) : [];
      return none({
        stays: 'not_found',
        ...(near.length === 0 ? {} : { detail: `near: ${near.join(', ')}` }),
        href: null,
      });
    }
    const href = hrefOf(workload);
    if (more.length > 0) {
      const hrefs = [workload, ...more].map(hrefOf);
      const shown = hrefs.slice(0, CANDIDATES).join(' ');
      return none({ stays: 'ambiguous', detail: `${hrefs.length} have it: ${shown}`, href: null });
    }
    const earlier = taken.get(href);
    if (earlier !== undefined) return none({ stays: 'duplicate', detail: `row ${earlier} means it too`, href });
    taken.set(href, given.number);
    return { given, workload, name: nameOf(workload) };
  });
}

/** What a row calls its workload. */
export const nameOfRow = ({ cells }: GivenRow, key: string | null): string =>
  cells['name'] ?? cells['hostname'] ?? key?.replace('\n', '/') ?? '?';
