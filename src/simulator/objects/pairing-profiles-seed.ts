import type { Estate } from '../estates/estate.ts';
import type { StoredRecord } from '../records/record-store.ts';
import { labelHref, userHref } from './wire.ts';

/** What a profile is unless told otherwise (objects.md §6.8). */
export const PAIRING_DEFAULTS = {
  name: '',
  description: '',
  enabled: true,
  is_default: false,
  total_use_count: 0,
  mode: 'illuminated',
  enforcement_mode: 'visibility_only',
  key_lifespan: 'unlimited',
  allowed_uses_per_key: 'unlimited',
  last_pairing_at: null,
  last_pairing_key_generated_at: null,
  last_pairing_key_generated_by: null,
  labels: [],
  role_label_lock: true,
  app_label_lock: true,
  env_label_lock: true,
  loc_label_lock: true,
  mode_lock: true,
  enforcement_mode_lock: true,
  log_traffic: true,
  log_traffic_lock: true,
  visibility_level: 'flow_summary',
  visibility_level_lock: true,
  agent_software_release: null,
  ven_type: 'server',
} as const;

/** The two profiles every organisation starts with, and one for each environment. */
export function pairingProfileSeeds({ orgId, labels, workloads, nowMs }: Estate): readonly StoredRecord[] {
  const createdMs = Math.min(nowMs, ...labels.map((label) => label.createdMs));
  const paired = (labelId: number | null): { readonly count: number; readonly lastMs: number | null } => {
    const times = workloads
      .filter(({ ven, labels: own }) => ven !== null && labelId !== null && own.includes(labelId))
      .map(({ ven }) => ven?.pairedMs ?? 0);
    return { count: times.length, lastMs: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)) };
  };
  const environments = labels.filter(({ key }) => key === 'env');
  return [
    { name: 'Default (Servers)', is_default: true, label: null },
    { name: 'Default (Endpoints)', is_default: true, ven_type: 'endpoint', label: null },
    ...environments.map(({ id, value }) => ({ name: `${value} servers`, label: id })),
  ].map(({ label, ...own }, index) => {
    const { count, lastMs } = paired(label);
    return {
      id: String(index + 1),
      parent: null,
      body: {
        ...PAIRING_DEFAULTS,
        ...own,
        labels: label === null ? [] : [{ href: labelHref(orgId, label) }],
        total_use_count: count,
        last_pairing_at: lastMs === null ? null : new Date(lastMs).toISOString(),
      },
      createdMs,
      createdBy: userHref(0),
      updatedMs: createdMs,
      updatedBy: userHref(0),
    };
  });
}
