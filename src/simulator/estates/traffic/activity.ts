import { fraction, mix2 } from '../../random.ts';
import { DAY, dayOf, HOUR, MONTH_ENDS_AGO, weekdayOf } from '../calendar.ts';
import type { Cadence } from '../edges.ts';

/** When a lane is used and how often. Days count from 1970. */
export interface Rhythm {
  readonly cadence: Cadence;
  /** Average connections on an active day. */
  readonly volume: number;
  /** Distinguishes lanes of equal rhythm. */
  readonly salt: number;
  /** Last day of activity; lanes of agents that went silent end earlier. */
  readonly lastDay: number;
}

/** What a lane did in a range; written over by the next question. */
export interface Activity {
  connections: number;
  firstMs: number;
  lastMs: number;
}

// Start and end of the daily window, in ms from midnight UTC.
const WINDOWS: Readonly<Record<Cadence, readonly [number, number]>> = {
  always: [0, DAY],
  business: [6.5 * HOUR, 18 * HOUR],
  nightly: [HOUR, 4 * HOUR],
  daily: [5 * HOUR, 5.5 * HOUR],
  sunday: [2 * HOUR, 7 * HOUR],
  'month-end': [20 * HOUR, 22 * HOUR],
  new: [7 * HOUR, 17 * HOUR],
  once: [HOUR, 5 * HOUR],
  gone: [0, DAY],
  beacon: [0, DAY],
};

/** A connection every 300 s. */
const BEACONS_PER_DAY = 288;

/** Days before now since when `new` edges exist, and since when `gone` ones do not. */
const NEW_SINCE = 4;
const GONE_SINCE = 8;

/**
 * Connections of a lane on a day: a pure function of both, so that any part of a range agrees with the whole. `today` is the day of the
 * estate's now, from which calendar features are counted back.
 */
function connectionsOn({ cadence, volume, salt, lastDay }: Rhythm, day: number, today: number): number {
  if (day > lastDay) return 0;
  const ago = today - day;
  let expected = volume;
  const weekday = weekdayOf(day);
  switch (cadence) {
    case 'beacon':
      return ago <= 21 ? BEACONS_PER_DAY : 0;
    case 'once':
      return ago === 3 + (salt % 4) ? Math.max(1, Math.round(volume)) : 0;
    case 'month-end':
      return MONTH_ENDS_AGO.some((each) => each === ago) ? Math.max(1, Math.round(volume)) : 0;
    case 'sunday':
      if (weekday !== 0) return 0;
      break;
    case 'new':
      if (ago > NEW_SINCE) return 0;
      expected = Math.max(volume, 1);
      break;
    case 'gone':
      if (ago < GONE_SINCE) return 0;
      break;
    case 'business':
      if (weekday === 0 || weekday === 6) expected *= 0.06;
      break;
    case 'always':
      if (weekday === 0 || weekday === 6) expected *= 0.55;
      break;
    case 'nightly':
    case 'daily':
      break;
  }
  const hash = mix2(salt, day);
  const wanted = expected * (0.6 + 0.8 * fraction(hash));
  const whole = Math.floor(wanted);
  // The remainder is a chance, so that rare lanes are used on some days only.
  return whole + (fraction(mix2(hash, 1)) < wanted - whole ? 1 : 0);
}

/** Time of day of the i-th of n connections: evenly over the window. */
const offsetOf = ([start, end]: readonly [number, number], i: number, n: number): number =>
  Math.floor(start + ((end - start) * (i + 0.5)) / n);

/** How many of n connections of a day come before a time of that day. */
function countBefore([start, end]: readonly [number, number], timeOfDay: number, n: number): number {
  const exact = ((timeOfDay - start) * n) / (end - start) - 0.5;
  return Math.min(n, Math.max(0, Math.ceil(exact)));
}

/** Adds up what a lane did in [fromMs, toMs) into `into`; false when nothing. Sums over parts of a range equal the range's. */
export function activityIn(rhythm: Rhythm, fromMs: number, toMs: number, today: number, into: Activity): boolean {
  const window = WINDOWS[rhythm.cadence];
  into.connections = 0;
  const lastDay = dayOf(toMs - 1);
  for (let day = dayOf(fromMs); day <= lastDay; day++) {
    const count = connectionsOn(rhythm, day, today);
    if (count === 0) continue;
    const midnight = day * DAY;
    const before = midnight < fromMs ? countBefore(window, fromMs - midnight, count) : 0;
    const until = midnight + DAY > toMs ? countBefore(window, toMs - midnight, count) : count;
    if (until <= before) continue;
    if (into.connections === 0) into.firstMs = Math.max(fromMs, midnight + offsetOf(window, before, count));
    into.lastMs = Math.min(toMs - 1, midnight + offsetOf(window, until - 1, count));
    into.connections += until - before;
  }
  return into.connections > 0;
}
