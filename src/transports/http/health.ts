import type { Clock } from '../../core/clock.ts';

/** What the server needs, by name, and whether it is there. No versions, no hosts: anybody may ask (attack 52). */
export type Checks = Readonly<Record<string, boolean>>;

const KEPT_MS = 10_000;

/** `check`, asked at most every ten seconds however often a load balancer does. */
export function cachedChecks(check: () => Promise<Checks>, clock: Clock): () => Promise<Checks> {
  let kept: { readonly atMs: number; readonly checks: Promise<Checks> } | undefined;
  return () => {
    if (!kept || clock.now() - kept.atMs >= KEPT_MS) kept = { atMs: clock.now(), checks: check() };
    return kept.checks;
  };
}

export const readiness = (checks: Checks) => {
  const isReady = Object.values(checks).every(Boolean);
  const words = Object.entries(checks).map(([name, isThere]) => [name, isThere ? 'ok' : 'failed']);
  return {
    status: isReady ? 200 : 503,
    body: { status: isReady ? 'ready' : 'not_ready', checks: Object.fromEntries(words) },
  } as const;
};
