import type { Column } from '../../answer/answer.ts';
import { plural } from '../listing.ts';
import type { ImpactRow } from '../segmentation/impact-rows.ts';
import type { PolicyChangeRow } from './policy-change-row.ts';

/** One line of a review: a risk, flows that change, a pending change, or what an override deny goes on blocking. */
export type ReviewRow = { readonly section: string; readonly severity?: string; readonly says: string } & Partial<
  Omit<PolicyChangeRow, 'change'>
> &
  Partial<Omit<ImpactRow, 'change'>> & { readonly change?: string };

export const reviewColumns: readonly Column<ReviewRow>[] = [
  { header: 'section', value: (row) => row.section },
  { header: 'severity', value: (row) => row.severity ?? row.change },
  { header: 'object', value: (row) => row.name ?? (row.part === undefined ? undefined : row.part) },
  { header: 'says', value: (row) => row.says },
  { header: 'author', value: (row) => row.author },
  { header: 'href', value: (row) => row.href },
];

/** `role=web -> role=db on 5432/tcp (12 connections): because …`. */
export const flowText = ({ from, to, service, connections, because }: ImpactRow): string =>
  `${from} -> ${to} on ${service} (${plural(connections, 'connection')}): ${because}`;

const EXAMPLES = 3;

/** What an override deny goes on blocking, a line a rule: often left over from an incident, and no allow rule helps. */
export function standingDenies(rows: readonly ImpactRow[]): readonly ReviewRow[] {
  const standing = rows.filter(
    ({ change, because }) => change === 'already_blocked' && /\boverride_deny\b/.test(because),
  );
  return [...Map.groupBy(standing, ({ because }) => because)].map(([because, blocked]) => {
    const connections = blocked.reduce((sum, row) => sum + row.connections, 0);
    const examples = blocked.slice(0, EXAMPLES).map(({ from, to, service }) => `${from} -> ${to} on ${service}`);
    const more = blocked.length - examples.length;
    const among = `${examples.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
    return {
      section: 'standing',
      severity: 'medium',
      says: `${because} goes on blocking ${plural(connections, 'connection')}: ${among}`,
    };
  });
}
