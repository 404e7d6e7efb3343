import { createRandom } from '../../random.ts';
import { DAY, HOUR, MINUTE } from '../calendar.ts';
import type { PolicyVersionRecord } from '../estate.ts';

const NOTES = [
  'Initial policy',
  'CORE rulesets for directory, DNS, NTP',
  'Monitoring and backup agents',
  'Ordering prod, first cut',
  'Payments ringfence',
  'Restore of version {1}',
  'Payments ringfence, second try',
  'SWIFT zone',
  'BND boundaries nonprod and users',
  'EMG INC-2291',
  'Month-end exceptions',
  'Restore of version {2}',
  'HR and point of sale selective',
  'Quarterly clean-up, CHG-4455',
] as const;

/** 14 versions with two restores (users.md §5.6), the last some days old. */
export function buildVersions(
  authors: readonly number[],
  workloads: number,
  seed: number,
  nowMs: number,
): PolicyVersionRecord[] {
  const random = createRandom(seed, 'versions');
  const first = random.between(60, 180);
  let version = first;
  const numbers = NOTES.map(() => (version += random.between(1, 3)));
  return NOTES.map((note, i) => ({
    version: numbers[i] ?? version,
    commitMessage: note.replace('{1}', String(numbers[3])).replace('{2}', String(numbers[9])),
    createdMs:
      nowMs - (13 - i) * 6 * DAY - random.between(3, 5) * DAY - random.below(10) * HOUR - random.below(60) * MINUTE,
    createdBy: random.pick(authors),
    workloadsAffected: random.between(Math.ceil(workloads / 40), workloads),
  }));
}
