import type { Dimension, FlowGroup } from '../../model/flows/question.ts';
import { protocolName } from '../../model/services/protocols.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { present } from '../present.ts';
import { dimensionsOf } from './dimensions.ts';
import type { SummaryRow } from './summary-row.ts';

const STANDARD_GROUPS = 1_000;
const FULL_GROUPS = 20_000;

/**
 * The rows of a `group_by`: one field per dimension under the name the caller gave, absent values as `-` (never dropped), with sums and
 * first and last time. Most connections first.
 */
export async function groupedRows(
  table: RemoteFlowTable,
  names: readonly string[],
  { full, signal }: { readonly full: boolean; readonly signal: AbortSignal },
) {
  const by = dimensionsOf(names, table.labelKeys);
  const { groups, groupCount } = await table.ask({ by, limit: full ? FULL_GROUPS : STANDARD_GROUPS }, signal);
  return {
    rows: groups.map((group) => row(group, names, by)),
    totals: { section_totals: { group_by: groupCount } },
    truncatedSections: groups.length < groupCount ? ['group_by'] : [],
    gaps: [],
  };
}

const row = (group: FlowGroup, names: readonly string[], by: readonly Dimension[]): SummaryRow => ({
  section: 'group_by',
  ...dimensionFields(group, names, by),
  connections: group.connections,
  rows: group.rows,
  ...(group.bytesIn + group.bytesOut === 0 ? {} : { bytes_in: group.bytesIn, bytes_out: group.bytesOut }),
  ...present({ first_seen: group.firstSeen, last_seen: group.lastSeen }),
});

/** The key of a group, one field per dimension under the name the caller gave. */
export const dimensionFields = (
  { key }: Pick<FlowGroup, 'key'>,
  names: readonly string[],
  by: readonly Dimension[],
): Readonly<Record<string, string | number>> =>
  Object.fromEntries(names.flatMap((name, index) => field(name, by[index], key[index] ?? null)));

/** `port` is a number wherever it stands; a flow without one has no such field. */
function field(
  name: string,
  dimension: Dimension | undefined,
  value: string | null,
): readonly (readonly [string, string | number])[] {
  if (dimension === 'port') return value === null ? [] : [[name, Number(value)]];
  if (dimension === 'proto' && value !== null) return [[name, protocolName(Number(value))]];
  return [[name, value ?? '-']];
}
