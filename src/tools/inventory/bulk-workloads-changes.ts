import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { present } from '../present.ts';
import { type GivenRow, labelKeyOf, NONE, TEXT_COLUMNS } from './bulk-workloads-rows.ts';
import { MODES, refuseSelective } from './mode-change.ts';
import { different, interfacesOf, isManaged, refuseVenFields } from './workload-fields.ts';
import { addressesOf, labelsOf, type MatchOn } from './workload-index.ts';
import { labelRefs, labelSet, labelsText, type LabelInPlan, type LabelPlanner, readLabels } from './workload-labels.ts';

/** One value that a row changes, in words. */
export interface CellChange {
  /** As the column that sets it. */
  readonly column: string;
  readonly before: string;
  readonly after: string;
}

export interface RowChange {
  /** In wire form. */
  readonly fields: JsonObject;
  readonly cells: readonly CellChange[];
}

/** The columns that say which workload a row means. */
export const matchColumns = (by: MatchOn): readonly string[] =>
  by === 'external_data' ? ['external_data_set', 'external_data_reference'] : [by];

/** What a row changes of the workload it means. Throws a Failure for a row that cannot be carried out. */
export function changeOfRow(
  { cells }: GivenRow,
  before: JsonObject,
  name: string,
  { by, labelsOnly, planner }: { readonly by: MatchOn; readonly labelsOnly: boolean; readonly planner: LabelPlanner },
): RowChange {
  const texts = labelsOnly ? {} : textsOf(cells, matchColumns(by));
  if (isManaged(before)) refuseVenFields(name, Object.keys(texts));
  else refuseSelective(name, textOf(texts, 'enforcement_mode') ?? undefined);
  const old = labelsOf(before).map((label) => (label.key === '' ? planner.find({ href: label.href }) : label));
  const labels = labelsAfter(cells, old, planner);
  const fields = different(before, { ...texts, ...(labels === null ? {} : { labels: labelRefs(labels) }) });
  const labelCells = 'labels' in fields && labels !== null ? labelChanges(old, labels) : [];
  const textCells = Object.keys(fields)
    .filter((field) => field !== 'labels')
    .map(
      (field): CellChange => ({
        column: field === 'interfaces' ? 'ip_addresses' : field,
        before: wordsOf(before, field),
        after: wordsOf(fields, field),
      }),
    );
  return { fields, cells: [...textCells, ...labelCells] };
}

/** The body of a new workload. Name and host name stand in for each other. Throws a Failure for a row that cannot be carried out. */
export function bodyOfRow({ cells }: GivenRow, planner: LabelPlanner): JsonObject {
  const { new_name: newName, href } = cells;
  if (newName !== undefined || href !== undefined)
    throw new Failure('invalid_arguments', { message: 'A new workload has neither href nor new_name.' });
  const texts = textsOf(cells, []);
  const name = textOf(texts, 'name') ?? textOf(texts, 'hostname');
  if (name === null) throw new Failure('invalid_arguments', { message: 'A new workload needs a name or a hostname.' });
  refuseSelective(name, textOf(texts, 'enforcement_mode') ?? undefined);
  const labels = labelsAfter(cells, [], planner) ?? [];
  return { ...texts, name, hostname: textOf(texts, 'hostname') ?? name, labels: labelRefs(labels) };
}

/** The labels a row names, in words. */
export function labelWords({ cells }: GivenRow, keys: ReadonlySet<string>): string {
  const columns = Object.entries(cells).flatMap(([column, value]) => {
    const key = labelKeyOf(column, keys);
    return key === null || value === NONE ? [] : [{ key, value }];
  });
  return [cells['labels'], labelsText(columns)].filter((part) => part !== undefined && part !== '').join(' ');
}

function textsOf(cells: GivenRow['cells'], matched: readonly string[]): JsonObject {
  const { ip_addresses: addresses, enforcement_mode: mode } = cells;
  if (mode !== undefined && !MODES.some((known) => known === mode))
    throw new Failure('invalid_arguments', { message: `enforcement_mode must be one of ${MODES.join(', ')}.` });
  const text = (column: string): string | undefined => {
    const cell = matched.includes(column) ? undefined : cells[column];
    return cell === NONE ? '' : cell;
  };
  const external = (column: string): string | null | undefined => (text(column) === '' ? null : text(column));
  const set = external('external_data_set');
  const reference = external('external_data_reference');
  return {
    ...present({
      name: text('new_name') ?? text('name'),
      hostname: text('hostname'),
      description: text('description'),
      enforcement_mode: mode,
      interfaces:
        addresses === undefined ? undefined : interfacesOf(addresses === NONE ? [] : addresses.split(/[\s,;]+/)),
    }),
    ...(set === undefined ? {} : { external_data_set: set }),
    ...(reference === undefined ? {} : { external_data_reference: reference }),
  };
}

/** The labels after a row: each it names replaces the one of its key, the others stay. Null when it names none. */
function labelsAfter(
  cells: GivenRow['cells'],
  before: readonly LabelInPlan[],
  planner: LabelPlanner,
): readonly LabelInPlan[] | null {
  const columns = Object.entries(cells).flatMap(([column, value]) => {
    const key = labelKeyOf(column, planner.keys);
    return key === null ? [] : [{ key, value }];
  });
  const given = cells['labels'] === undefined ? [] : readLabels([cells['labels']]);
  if (columns.length + given.length === 0) return null;
  const set = labelSet([...columns.filter(({ value }) => value !== NONE), ...given], planner);
  const gone = new Set([...columns, ...set].map(({ key }) => key));
  return [...before.filter(({ key }) => !gone.has(key)), ...set];
}

function labelChanges(before: readonly LabelInPlan[], after: readonly LabelInPlan[]): readonly CellChange[] {
  const value = (labels: readonly LabelInPlan[], key: string): string =>
    labels.find((label) => label.key === key)?.value ?? NONE;
  const keys = new Set([...before, ...after].map(({ key }) => key));
  return [...keys]
    .map((key) => ({ column: columnOf(key), before: value(before, key), after: value(after, key) }))
    .filter((change) => change.before !== change.after);
}

/** A label key that is also the name of a field has a column of its own. */
const columnOf = (key: string): string => (TEXT_COLUMNS.some((field) => field === key) ? `label_${key}` : key);

const wordsOf = (values: JsonObject, field: string): string =>
  (field === 'interfaces' ? addressesOf(values).join(' ') : (textOf(values, field) ?? '')) || NONE;
