import type { PolicySource } from '../../model/policy/source.ts';
import type { FlowRow } from '../estates/estate.ts';
import type { World } from '../world.ts';
import type { Replays } from './replays.ts';

/** A stretch of time in which one policy held and traffic came from one place. */
export interface Part {
  readonly fromMs: number;
  readonly toMs: number;
  readonly policy: PolicySource;
  rows(): Iterable<FlowRow>;
}

/** What there is between two times, oldest first: the epochs of the policy, cut at `cuts` and where a replay begins or ends. */
export function partsOf(
  world: World,
  replays: Replays,
  { fromMs, toMs, cuts }: { readonly fromMs: number; readonly toMs: number; readonly cuts: readonly number[] },
): readonly Part[] {
  if (fromMs >= toMs) return [];
  const edges = [fromMs, ...cuts.filter((cut) => cut > fromMs && cut < toMs), toMs];
  return edges.slice(1).flatMap((end, index) =>
    world.epochs(edges[index] ?? fromMs, end).flatMap((epoch) =>
      replays.segments(epoch.fromMs, epoch.toMs).map((segment) => ({
        fromMs: segment.fromMs,
        toMs: segment.toMs,
        policy: epoch.policy,
        rows: () => allRows(world, segment),
      })),
    ),
  );
}

/** The estate's traffic, and what was uploaded: that happened once and is never replayed. */
function* allRows(world: World, segment: ReturnType<Replays['segments']>[number]): Generator<FlowRow> {
  yield* shifted(world, segment);
  yield* world.uploadedFlows(segment.fromMs, segment.toMs);
}

function shifted(world: World, { fromMs, toMs, shiftMs }: ReturnType<Replays['segments']>[number]): Iterable<FlowRow> {
  const rows = world.estate.traffic.rows(fromMs - shiftMs, toMs - shiftMs);
  return shiftMs === 0 ? rows : later(rows, shiftMs);
}

function* later(rows: Iterable<FlowRow>, shiftMs: number): Generator<FlowRow> {
  for (const row of rows) yield { ...row, firstMs: row.firstMs + shiftMs, lastMs: row.lastMs + shiftMs };
}
