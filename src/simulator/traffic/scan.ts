import { setImmediate } from 'node:timers/promises';
import type { World } from '../world.ts';
import type { RowTest } from './match.ts';
import { type Observed, observer } from './observe.ts';
import type { Part } from './parts.ts';
import type { TrafficQuestion } from './question.ts';
import type { View } from './view.ts';

/** Rows looked at between two breaths, so that other requests are answered while a large query runs. */
const BREATH = 4096;

export interface Scanned {
  readonly world: World;
  readonly view: View;
  readonly parts: readonly Part[];
  readonly question: TrafficQuestion;
  /** The test of the question over the groups and lists as they were when it was asked. */
  readonly matches: RowTest;
  readonly signal?: AbortSignal;
}

/**
 * The rows of a question, in batches, in an order that is always the same. Rows of two parts become one where everything but counts and
 * times is equal, decisions included. Only the rows of the smaller parts are ever held; the longest one streams through.
 */
export function scan(scanned: Scanned): AsyncGenerator<readonly Observed[]> {
  const [longest, ...shorter] = scanned.parts.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs));
  const through = (part: Part) => rowsThrough(part, scanned);
  if (!longest) return nothing();
  return shorter.length === 0 ? through(longest) : together(through(longest), shorter.map(through));
}

async function* nothing(): AsyncGenerator<never> {}

/** The rows of one part that match. */
async function* rowsThrough(
  part: Part,
  { world, view, question, matches, signal }: Scanned,
): AsyncGenerator<readonly Observed[]> {
  const seen = observer(part, world, view);
  let batch: Observed[] = [];
  let looked = 0;
  for (const row of part.rows()) {
    const both = seen.ends(row);
    const observed = matches(row, both.src, both.dst) ? seen.report(row, both) : null;
    if (observed && decided(observed, question)) batch.push(observed);
    if (++looked % BREATH === 0) {
      if (batch.length > 0) yield batch;
      batch = [];
      await setImmediate(undefined, signal ? { signal } : {});
    }
  }
  if (batch.length > 0) yield batch;
}

async function* together(
  streamed: AsyncGenerator<readonly Observed[]>,
  others: readonly AsyncGenerator<readonly Observed[]>[],
): AsyncGenerator<readonly Observed[]> {
  const held = new Map<string, Observed>();
  for (const other of others) {
    for await (const batch of other) {
      for (const observed of batch) {
        const key = keyOf(observed);
        const old = held.get(key);
        held.set(key, old ? merged(old, observed) : observed);
      }
    }
  }
  for await (const batch of streamed) {
    yield batch.map((observed) => {
      const key = keyOf(observed);
      const other = held.get(key);
      if (!other) return observed;
      held.delete(key);
      return merged(observed, other);
    });
  }
  if (held.size > 0) yield [...held.values()];
}

function decided({ decision, boundary, clientType }: Observed, question: TrafficQuestion): boolean {
  const { decisions, boundaryDecisions, clientTypes } = question;
  return (
    (decisions.length === 0 || decisions.some((word) => word === decision)) &&
    (boundaryDecisions.length === 0 || boundaryDecisions.some((word) => word === boundary)) &&
    (clientTypes.include.length === 0 || clientTypes.include.includes(clientType)) &&
    !clientTypes.exclude.includes(clientType)
  );
}

function keyOf({ row, decision, boundary, state }: Observed): string {
  return [
    row.srcIp,
    row.src,
    row.dstIp,
    row.dst,
    row.dstFqdn,
    row.proto,
    row.port,
    row.icmpType,
    row.icmpCode,
    row.process,
    row.windowsService,
    row.user,
    row.reporter,
    row.transmission,
    row.network,
    row.droppedByHost,
    state,
    decision,
    boundary,
  ].join('\n');
}

function merged(a: Observed, b: Observed): Observed {
  return {
    ...a,
    row: {
      ...a.row,
      connections: a.row.connections + b.row.connections,
      bytesIn: a.row.bytesIn + b.row.bytesIn,
      bytesOut: a.row.bytesOut + b.row.bytesOut,
      firstMs: Math.min(a.row.firstMs, b.row.firstMs),
      lastMs: Math.max(a.row.lastMs, b.row.lastMs),
    },
  };
}
