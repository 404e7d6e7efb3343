import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { DAY } from './calendar.ts';
import type { Estate } from './estate.ts';

/** Nows that calendar arithmetic likes to get wrong: a 1st, a 31st, a Sunday, a leap day. */
export const ANCHORS = {
  first: Date.UTC(2026, 2, 1, 0, 0, 5),
  thirtyFirst: Date.UTC(2026, 0, 31, 23, 59, 59),
  sunday: Date.UTC(2026, 5, 14, 12, 30),
  leapDay: Date.UTC(2028, 1, 29, 3, 0),
} as const;

/** Everything an estate says, its last 30 days of traffic and last day of events included, as one digest. */
export function digestOf(estate: Estate): string {
  const { nowMs } = estate;
  // Functions are left out of JSON, so this is the records.
  const hash = createHash('sha256').update(JSON.stringify(estate));
  for (const row of estate.traffic.rows(nowMs - 30 * DAY, nowMs)) hash.update(JSON.stringify(row));
  for (const event of estate.events(nowMs - DAY, nowMs)) hash.update(JSON.stringify(event));
  return hash.digest('hex');
}

/** A field of a wire object as text; empty where it is none. */
export function textOf(object: JsonObject | undefined, field: string): string {
  const value = object?.[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
