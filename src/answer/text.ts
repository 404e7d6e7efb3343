import { randomBytes } from 'node:crypto';
import type { Coverage } from './answer.ts';

const MAX_INLINE_ITEMS = 10;

/** A value on one line: scalars as they are, lists up to ten entries and the number of the rest, objects as `key=value`. */
export function inline(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_INLINE_ITEMS).map((child: unknown) => inline(child));
    const rest = value.length - shown.length;
    return `[${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}]`;
  }
  if (typeof value === 'object') return `{${pairs(value)}}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `a=1, b={c=2}`. */
export const pairs = (record: object): string =>
  Object.entries(record)
    .map(([key, value]) => `${key}=${inline(value)}`)
    .join(', ');

/** What was looked at, in one line. */
export function coverageLine({ window, rows_read, row_cap, truncated, decisions, gaps }: Coverage): string {
  const parts = [
    ...(window === undefined ? [] : [`${window.start} to ${window.end}`]),
    `read ${rows_read}${row_cap === undefined ? '' : ` of at most ${row_cap}`}`,
    ...(decisions === undefined ? [] : [`decisions ${decisions.join(', ')}`]),
    truncated ? 'CUT: there is more than was read' : 'complete',
    ...(gaps.length === 0 ? [] : [`not covered: ${gaps.join('; ')}`]),
  ];
  return `coverage: ${parts.join('; ')}`;
}

/** A boundary that nothing written before this response can imitate (attack 24). */
export const randomFence = (): string => randomBytes(4).toString('hex');
