import { createHash } from 'node:crypto';
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
export function digestOf({ events, traffic, ...records }: Estate): string {
  const hash = createHash('sha256').update(JSON.stringify(records));
  const { nowMs } = records;
  for (const row of traffic.rows(nowMs - 30 * DAY, nowMs)) hash.update(JSON.stringify(row));
  for (const event of events(nowMs - DAY, nowMs)) hash.update(JSON.stringify(event));
  return hash.digest('hex');
}
