import { createRandom, uuidOf } from '../random.ts';
import { APPLICATIONS, DIRTY_APP, LABEL_VALUES, UNMANAGED_ROLES } from './applications.ts';
import { DAY, MINUTE } from './calendar.ts';
import type { DimensionRecord, LabelRecord } from './estate.ts';
import type { Host } from './host.ts';

const DIMENSIONS = [
  ['role', 'Role', 'Roles', 'RL', 'role', '#f3f5ff'],
  ['app', 'Application', 'Applications', 'AP', 'app', '#e6f4ea'],
  ['env', 'Environment', 'Environments', 'EN', 'env', '#fdf0e1'],
  ['loc', 'Location', 'Locations', 'LO', 'loc', '#e8f0fe'],
  ['os', 'Operating System', 'Operating Systems', 'OS', 'server', '#818286'],
  ['bu', 'Business Unit', 'Business Units', 'BU', 'organization', '#6a5acd'],
  ['compliance', 'Compliance', 'Compliance', 'CO', 'provision', '#b5483a'],
  ['zone', 'Zone', 'Zones', 'ZO', 'network', '#2f7f86'],
] as const;

export function buildDimensions(seed: number, nowMs: number): DimensionRecord[] {
  return DIMENSIONS.map(([key, displayName, plural, initial, icon, backgroundColor], i) => ({
    id: uuidOf(seed, 'dimension', key),
    key,
    displayName,
    plural,
    initial,
    icon,
    backgroundColor,
    foregroundColor: i < 4 ? '#313638' : '#ffffff',
    ordinal: (i + 1) * 1_000_000,
    createdMs: nowMs - (i < 4 ? 1_000 : 620 - i * 10) * DAY,
  }));
}

/** Labels nothing carries any more, for the rules that point at them (planted issue P9, irrelevant rules). */
export const RETIRED_ROLES = ['mainframe', 'fax-gateway', 'citrix', 'novell', 'as400', 'ftp-drop'] as const;

/** One label per value in use or foreseen, with small ids that have gaps. */
export function buildLabels(hosts: readonly Host[], seed: number, nowMs: number): LabelRecord[] {
  const random = createRandom(seed, 'labels');
  const values: Record<string, Set<string>> = { role: new Set(), app: new Set() };
  for (const host of hosts) {
    for (const key of ['role', 'app']) {
      const value = host.labels[key];
      if (value !== undefined) values[key]?.add(value);
    }
  }
  const roles = APPLICATIONS.flatMap((spec) => spec.roles.map((each) => each.role));
  for (const role of [...roles, ...UNMANAGED_ROLES, ...RETIRED_ROLES]) values.role?.add(role);
  values.app?.add(DIRTY_APP);
  for (const [key, list] of Object.entries(LABEL_VALUES)) values[key] = new Set(list);
  const labels: LabelRecord[] = [];
  let id = random.between(5, 40);
  for (const [key] of DIMENSIONS) {
    for (const value of values[key] ?? []) {
      const createdMs = nowMs - random.between(200, 900) * DAY - random.below(DAY / MINUTE) * MINUTE;
      labels.push({
        id,
        key,
        value,
        createdMs,
        updatedMs: createdMs + random.below(100) * DAY,
        createdBy: 0,
      });
      id += random.between(1, 3);
    }
  }
  return labels;
}

/** Label ids by `key=value`. */
export type LabelIndex = ReadonlyMap<string, number>;

export const indexLabels = (labels: readonly LabelRecord[]): LabelIndex =>
  new Map(labels.map((label) => [`${label.key}=${label.value}`, label.id]));

export function labelId(index: LabelIndex, key: string, value: string): number {
  const id = index.get(`${key}=${value}`);
  if (id === undefined) throw new RangeError(`the estate has no label ${key}=${value}`);
  return id;
}
