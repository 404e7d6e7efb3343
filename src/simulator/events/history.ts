import type { JsonObject } from '../../core/json.ts';
import type { World } from '../world.ts';
import type { EventFilter } from './filter.ts';

const DAY_MS = 86_400_000;
/** Days whose events are kept as objects: readers mostly ask for the newest. */
const DAYS_KEPT = 3;
const PLACES = 2 ** 20;

/** Where an event is: its day, and its place in that day. */
export type EventPlace = number;

/**
 * The events of a world by day: the estate's, which are generated anew when they are read, and its own. A month is tens of thousands of
 * events, of which a reader mostly wants the newest hundred and the number of all.
 */
export interface EventHistory {
  /** What `filter` keeps of the last `retentionMs`, newest first. */
  select(filter: EventFilter, retentionMs: number): readonly EventPlace[];
  at(place: EventPlace): JsonObject;
  find(href: string, retentionMs: number): JsonObject | undefined;
}

export const timeOf = ({ timestamp }: JsonObject): number =>
  typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;

export function eventHistory(world: World): EventHistory {
  const counts = new Map<number, number>();
  const kept = new Map<number, readonly JsonObject[]>();

  let reading: { readonly day: number; readonly events: readonly JsonObject[] } | null = null;

  const today = () => Math.floor(world.clock.now() / DAY_MS);
  const own = (day: number) => world.ownEvents.filter((event) => Math.floor(timeOf(event) / DAY_MS) === day);

  /** The estate's events of a day, until now. */
  function estateEvents(day: number): readonly JsonObject[] {
    const known = kept.get(day);
    if (known) return known;
    const events = [...world.estate.events(day * DAY_MS, Math.min((day + 1) * DAY_MS, world.clock.now() + 1))];
    if (day < today()) {
      counts.set(day, events.length);
      kept.set(day, events);
      const oldest = Math.min(...kept.keys());
      if (kept.size > DAYS_KEPT) kept.delete(oldest);
    }
    return events;
  }

  /** All events of a day, oldest first. */
  function eventsOf(day: number): readonly JsonObject[] {
    const made = own(day);
    const history = estateEvents(day);
    return made.length === 0 ? history : [...history, ...made].sort((a, b) => timeOf(a) - timeOf(b));
  }

  /** Pruning goes by whole days. */
  const firstDay = (retentionMs: number) => Math.floor((world.clock.now() - retentionMs) / DAY_MS);

  return {
    select(filter, retentionMs) {
      const places: EventPlace[] = [];
      const newest = Math.min(today(), Math.floor(filter.toMs / DAY_MS));
      const oldest = Math.max(firstDay(retentionMs), Math.floor(filter.fromMs / DAY_MS));
      for (let day = newest; day >= oldest; day--) {
        const whole = filter.fromMs <= day * DAY_MS && filter.toMs >= (day + 1) * DAY_MS;
        const known = whole && filter.matches === null ? counts.get(day) : undefined;
        const events = known === undefined ? eventsOf(day) : null;
        for (let index = (events?.length ?? (known ?? 0) + own(day).length) - 1; index >= 0; index--) {
          const event = events?.[index];
          if (event === undefined || keeps(filter, event)) places.push(day * PLACES + index);
        }
      }
      return places;
    },
    at(place) {
      const day = Math.floor(place / PLACES);
      // Events are read in order, so the day at hand serves the next reads too; later events stand behind those it has.
      if (reading?.day !== day || place % PLACES >= reading.events.length) reading = { day, events: eventsOf(day) };
      const event = reading.events[place % PLACES];
      if (!event) throw new RangeError('There is no event at this place.');
      return event;
    },
    find(href, retentionMs) {
      for (let day = today(); day >= firstDay(retentionMs); day--) {
        const found = eventsOf(day).find((event) => event['href'] === href);
        if (found) return found;
      }
      return undefined;
    },
  };
}

function keeps({ fromMs, toMs, matches }: EventFilter, event: JsonObject): boolean {
  const at = timeOf(event);
  return at >= fromMs && at <= toMs && (matches === null || matches(event));
}
