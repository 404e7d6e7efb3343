import type { LogLevel } from '../core/log.ts';

/** The names of both worlds: ours, and Python's CRITICAL. */
const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warning', 'warning'],
  ['error', 'error'],
  ['critical', 'error'],
]);

export const LEVEL_NAMES: readonly string[] = [...LEVELS.keys()];

/** The level of that name in any case; undefined for any other word. */
export const levelNamed = (name: string): LogLevel | undefined => LEVELS.get(name.toLowerCase());
