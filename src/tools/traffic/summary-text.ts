import type { Column } from '../../answer/answer.ts';
import type { Flows } from './read-flows.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { TO_MANY } from './outside.ts';
import type { ProcessDestination, SummaryRow } from './summary-row.ts';

/** How the rows of all sections stand in one table. */
export const columns: readonly Column<SummaryRow>[] = [
  { header: 'section', value: (row) => row.section },
  { header: 'from', value: (row) => row.from },
  { header: 'to', value: (row) => row.to },
  { header: 'process', value: (row) => row.process },
  { header: 'services', value: (row) => row.services?.join(', ') ?? portOf(row) },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'details', value: detailsOf },
];

/** What happened, with the totals by decision and the busiest pair of applications. */
export function sentence(
  { table: { totals }, upperBounds }: Flows,
  window: { readonly start: string; readonly end: string } | undefined,
  rows: readonly SummaryRow[],
): string {
  const when = window === undefined ? '' : ` from ${window.start} to ${window.end}`;
  if (totals.rows === 0) return `No traffic matches${when}.`;
  const decisions = Object.entries(totals.byDecision)
    .sort(([, a], [, b]) => b.connections - a.connections)
    .map(([decision, { connections }]) => `${connections} ${decision.replaceAll('_', ' ')}`);
  const busiest = rows.find(({ to = '' }) => !TO_MANY.some((many) => many === to));
  const top =
    busiest?.section === 'app_to_app'
      ? ` Busiest: ${busiest.from} to ${busiest.to} (${plural(busiest.connections, 'connection')}, ${busiest.policy}).`
      : '';
  return `${upperBounds ? 'At most ' : ''}${plural(totals.connections, 'connection')} in ${plural(totals.rows, 'flow row')}${when}: ${decisions.join(', ')}.${top}`;
}

const portOf = ({ section, port, proto }: SummaryRow): string | undefined =>
  section === 'group_by' ? undefined : [port, proto].filter((part) => part !== undefined).join('/');

function detailsOf(row: SummaryRow): string {
  const { destination_count: count, users = [], destinations = [] } = row;
  return [
    count === undefined ? '' : plural(count, 'destination'),
    users.length === 0 ? '' : `users ${users.join(', ')}`,
    ...destinations.map(destinationText),
    row.section === 'group_by' ? groupText(row) : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}

const destinationText = ({ process_runs_on, to, port, proto, policy, connections }: ProcessDestination): string =>
  `to ${to} ${portOf({ section: 'by_process', connections, ...present({ port, proto }) })} ${policy} ${connections} (on ${process_runs_on})`;

const groupText = ({ section: _s, connections: _c, process: _p, policy: _d, ...fields }: SummaryRow): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
