import type { StoredWorkload } from '../objects/workload-store.ts';

/** A VEN hears of an upgrade at a heartbeat and comes back with the new version at the next: five minutes. */
const UPGRADE_MS = 300_000;

/** The version of a VEN at a time, and the upgrade it is still waiting for. */
export function venNow(
  { record, extra }: StoredWorkload,
  nowMs: number,
): { readonly version: string; readonly target: string | null; readonly expiresMs: number | null } {
  const { venUpgrade: upgrade } = extra;
  const version = record.ven?.version ?? '';
  if (upgrade === null) return { version, target: null, expiresMs: null };
  // Who is offline hears nothing; the request runs out.
  const arrived = record.online && nowMs >= upgrade.fromMs + UPGRADE_MS;
  if (arrived) return { version: upgrade.release, target: null, expiresMs: null };
  if (nowMs >= upgrade.expiresMs) return { version, target: null, expiresMs: null };
  return { version, target: upgrade.release, expiresMs: upgrade.expiresMs };
}
