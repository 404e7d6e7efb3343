import type { JsonObject } from '../../../core/json.ts';
import { HOUR } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { Plants } from '../plants.ts';
import { type Notable, notableEvents } from './notable.ts';
import { eventRecord, type EventWorld } from './record.ts';
import { routineEvents } from './routine.ts';

/** The events of an estate between two times, oldest first; the same for the same range, whatever was asked before. */
export function createEventSource(parts: Omit<EventWorld, 'managed'>, plants: Plants): Estate['events'] {
  let world: EventWorld | null = null;
  let notable: readonly Notable[] = [];
  return function* events(fromMs: number, toMs: number): Generator<JsonObject> {
    if (world === null) {
      world = { ...parts, managed: parts.workloads.filter((workload) => workload.managed && workload.online) };
      notable = notableEvents(world, plants);
    }
    let next = notable.findIndex((event) => event.atMs >= fromMs);
    if (next < 0) next = notable.length;
    for (let hour = Math.floor(fromMs / HOUR); hour * HOUR < toMs; hour++) {
      const routine = routineEvents(world, hour).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      for (const event of routine) {
        for (; next < notable.length && (notable[next]?.atMs ?? toMs) <= event.atMs; next++)
          yield record(world, notable, next);
        yield eventRecord(world, event.atMs, event.key, event.parts);
      }
    }
    for (; next < notable.length && (notable[next]?.atMs ?? toMs) < toMs; next++) yield record(world, notable, next);
  };
}

function record(world: EventWorld, notable: readonly Notable[], place: number): JsonObject {
  const event = notable[place];
  if (event === undefined) throw new RangeError('no such event');
  return eventRecord(world, event.atMs, place, event.parts);
}
