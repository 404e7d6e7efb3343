import type { DimensionRecord, LabelRecord } from '../estates/estate.ts';
import type { Csv } from './csv.ts';
import { idIn, uuidFrom } from './registry.ts';

const KNOWN: Readonly<Record<string, readonly [displayName: string, plural: string]>> = {
  role: ['Role', 'Roles'],
  app: ['Application', 'Applications'],
  env: ['Environment', 'Environments'],
  loc: ['Location', 'Locations'],
};
const STEP = 1_000_000;

/** The label types of `label-dimension-export`, the four every PCE has, and those that imported labels use. */
export function dimensionsOf(
  files: readonly Csv[],
  labels: readonly LabelRecord[],
  nowMs: number,
): readonly DimensionRecord[] {
  const found = new Map<string, DimensionRecord>();
  const add = (key: string, given: Partial<DimensionRecord>): void => {
    if (found.has(key)) return;
    const [displayName, plural] = KNOWN[key] ?? [key, `${key}s`];
    found.set(key, {
      id: uuidFrom(`label dimension/${key}`),
      key,
      displayName,
      plural,
      initial: key.slice(0, 1).toUpperCase(),
      icon: key,
      backgroundColor: '#818286',
      foregroundColor: '#ffffff',
      ordinal: (found.size + 1) * STEP,
      createdMs: nowMs,
      ...given,
    });
  };
  for (const { rows } of files)
    for (const row of rows) {
      const key = row.text('key');
      if (found.has(key)) throw row.wrong(`there are two label types ${JSON.stringify(key)}`);
      const id = idIn(row.text('href'), 'uuid');
      add(key, {
        ...(id !== null && { id }),
        ...given('displayName', row.text('display_name')),
        ...given('plural', row.text('display_name_plural')),
        ...given('initial', row.text('initial')),
        ...given('icon', row.text('icon')),
        ...given('backgroundColor', row.text('background_color')),
        ...given('foregroundColor', row.text('foreground_color')),
      });
    }
  for (const key of Object.keys(KNOWN)) add(key, {});
  for (const { key } of labels) add(key, {});
  return [...found.values()];
}

const given = (field: keyof DimensionRecord, text: string): Partial<DimensionRecord> =>
  text === '' ? {} : { [field]: text };
