import { Failure } from '../../src/core/errors.ts';
import { type Href, href } from '../../src/core/href.ts';
import { isObject } from '../../src/core/json.ts';
import { trafficBody } from '../../src/pce/traffic/body.ts';
import type { TrafficQuery } from '../../src/pce/traffic/query.ts';
import type { PceView } from '../../src/pce/view.ts';
import { naiveMatch } from '../../src/simulator/control/naive-count.ts';
import { memoryPce } from '../catalogue/memory-pce.ts';

export interface CappedOptions {
  readonly rows: readonly object[];
  /** So many rows are all that a query gets; the PCE then says that it sends `max_results`. */
  readonly cap: number;
  /** Fails the queries it says yes to. */
  readonly fails?: (query: TrafficQuery) => boolean;
  /** Resolves when a query is finished; at once unless told. */
  readonly finished?: () => Promise<void>;
  /** False: the PCE does not say how many rows it sends. */
  readonly announces?: boolean;
}

export interface CappedPce extends PceView {
  readonly queries: readonly TrafficQuery[];
  readonly resumed: readonly Href[];
  readonly discarded: () => number;
  readonly cancelled: () => number;
  /** As a write through this connection would. */
  wrote(): void;
}

/** A PCE that filters rows as traffic.md §2.5 says and cuts results, at a cap small enough for tests. */
export function cappedPce({ rows, cap, fails = () => false, finished, announces = true }: CappedOptions): CappedPce {
  const queries: TrafficQuery[] = [];
  const resumed: Href[] = [];
  let discarded = 0;
  let cancelled = 0;
  let writes = 0;
  const matching = (query: TrafficQuery) =>
    rows.filter(
      (row) =>
        isObject(row) && overlaps(row, query) && naiveMatch(row, trafficBody(query), { object: () => undefined }),
    );
  return {
    ...memoryPce({}),
    writes: () => writes,
    wrote: () => {
      writes += 1;
    },
    queries,
    resumed,
    discarded: () => discarded,
    cancelled: () => cancelled,
    async traffic(query, { signal, onPosted, resume } = {}) {
      if (resume === undefined) queries.push(query);
      else resumed.push(resume);
      const own = resume ?? href(`/orgs/1/traffic_flows/async_queries/q${queries.length}`);
      onPosted?.(own);
      if (finished !== undefined) {
        const stopped = Promise.withResolvers<never>();
        signal?.addEventListener('abort', () => {
          cancelled += 1;
          stopped.reject(new Failure('cancelled'));
        });
        await Promise.race([finished(), stopped.promise]);
      }
      if (fails(query))
        throw new Failure('pce_unavailable', { message: 'The PCE could not finish the traffic query.' });
      const found = matching(query);
      const cut = found.length > cap;
      const sent = cut ? found.slice(0, cap) : found;
      return {
        href: own,
        flowsCount: announces ? (cut ? query.maxResults : sent.length) : null,
        matchesCount: found.length,
        open: async () => ({ encoding: 'identity', chunks: bytes(sent) }),
        discard: async () => {
          discarded += 1;
        },
      };
    },
  };
}

function overlaps(row: object, { start, end }: TrafficQuery): boolean {
  const { timestamp_range: range } = row as { timestamp_range: { first_detected: string; last_detected: string } };
  return Date.parse(range.first_detected) <= Date.parse(end) && Date.parse(range.last_detected) >= Date.parse(start);
}

async function* bytes(rows: readonly object[]): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(JSON.stringify(rows));
}
