import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/** Bytes of memory this process has had at most. Where Linux tells, from there: `maxRSS` counts what the parent had when it forked. */
export function peakMemory(): number {
  const [, kilobytes] = existsSync(STATUS) ? (/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8')) ?? []) : [];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1_024;
}
