import { createTables, type Tables } from '../state/tables.ts';

/** A stretch of traffic; `shiftMs` is how much later it happened than the observed traffic it repeats, 0 where it is not a repetition. */
export interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly shiftMs: number;
}

/** Past traffic that happened again: while a replay lasts, it takes the place of the traffic the estate would have had then. */
export interface Replays {
  /** Lets [fromMs, toMs), as it was seen then, happen again from `atMs` on, which must lie behind it and behind earlier replays. */
  add(fromMs: number, toMs: number, atMs: number): Pick<Segment, 'fromMs' | 'toMs'>;
  /** [fromMs, toMs) cut where a replay begins or ends. */
  segments(fromMs: number, toMs: number): readonly Segment[];
}

export function createReplays(tables: Tables = createTables()): Replays {
  const replays = tables.open<Segment>('replays');
  const created: Replays = {
    add(fromMs, toMs, atMs) {
      const later = atMs - fromMs;
      // What was a repetition itself repeats what that repeated.
      for (const seen of created.segments(fromMs, toMs)) {
        const replay = { fromMs: seen.fromMs + later, toMs: seen.toMs + later, shiftMs: seen.shiftMs + later };
        replays.set(String(replay.fromMs), replay);
      }
      return { fromMs: atMs, toMs: toMs + later };
    },
    segments(fromMs, toMs) {
      const found: Segment[] = [];
      let at = fromMs;
      for (const replay of replays.values()) {
        if (replay.toMs <= at || replay.fromMs >= toMs) continue;
        if (replay.fromMs > at) found.push({ fromMs: at, toMs: replay.fromMs, shiftMs: 0 });
        const end = Math.min(replay.toMs, toMs);
        found.push({ fromMs: Math.max(replay.fromMs, at), toMs: end, shiftMs: replay.shiftMs });
        at = end;
      }
      if (at < toMs) found.push({ fromMs: at, toMs, shiftMs: 0 });
      return found;
    },
  };
  return created;
}
