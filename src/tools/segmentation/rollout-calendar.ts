import type { Freeze } from '../../analysis/rollout-calendar.ts';
import { Failure } from '../../core/errors.ts';
import { timeWindow } from '../../core/time-window.ts';

const DAY_MS = 86_400_000;
const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** `2025-12-15`. */
export const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The day a rollout starts on; today without one. Throws `invalid_window` for what is no date. */
export const firstDay = (given: string | undefined, nowMs: number): number =>
  given === undefined ? dayOf(nowMs) : dayOf(timeWindow({ startDate: given, endDate: given }, nowMs, 1).startMs);

/** Freeze windows like `2025-12-15/2026-01-05`, or one day. Throws `invalid_window` for what is none. */
export const freezeWindows = (given: readonly string[], nowMs: number): readonly Freeze[] =>
  given.map((text) => {
    const [startDate = '', endDate = startDate, ...more] = text.split('/').map((part) => part.trim());
    if (startDate === '' || endDate === '' || more.length > 0)
      throw new Failure('invalid_window', {
        message: `A freeze window is two dates with a slash between them, not "${text.slice(0, 60)}".`,
        data: { example: { freeze_windows: ['2025-12-15/2026-01-05'] } },
      });
    const { startMs, endMs } = timeWindow({ startDate, endDate }, nowMs, 1);
    return { firstDayMs: dayOf(startMs), lastDayMs: dayOf(endMs) };
  });
