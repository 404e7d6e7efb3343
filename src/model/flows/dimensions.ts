import { Failure } from '../../core/errors.ts';
import { type EndpointCodes, endpointCodes } from './endpoint-codes.ts';
import { ENDPOINT_NAMES, type EndpointValue, endpointValue, partyValue } from './endpoint-value.ts';
import { DEFAULT_IDENTITY, TO_MANY } from './party.ts';
import type { Dimension } from './question.ts';
import type { CodeColumn, Segment } from './segment.ts';
import type { FlowTable, TextColumn } from './table.ts';

/** A dimension over the rows of one table: each row's value as a small number. */
export interface DimensionCodes {
  /** Numbers are below this. */
  readonly size: number;
  /** Writes the numbers of a segment's rows. */
  fill(segment: Segment, into: Uint32Array): void;
  /** The value a number stands for. */
  label(code: number): string | null;
  /** The values a filter compares with, where one row has several. */
  members(code: number): readonly (string | null)[];
}

type Side = 'source' | 'destination';

const TEXT_COLUMNS: ReadonlyMap<string, TextColumn> = new Map([
  ['process', 'process'],
  ['service_name', 'service'],
  ['user', 'user'],
  ['policy', 'decision'],
  ['draft_policy', 'draft'],
  ['boundary', 'boundary'],
  ['rule', 'rules'],
  ['enforcement_boundary', 'boundaries'],
  ['override_deny_rule', 'overrides'],
  ['direction', 'direction'],
  ['state', 'state'],
  ['transmission', 'transmission'],
  ['network', 'network'],
  ['client_type', 'client'],
  ['icmp', 'icmp'],
  ['caps', 'caps'],
]);

/** Highest port and protocol numbers, each + 1 for zero and + 1 for "absent". */
const NUMBER_COLUMNS: ReadonlyMap<string, { readonly column: CodeColumn; readonly size: number }> = new Map([
  ['port', { column: 'port', size: 65_537 }],
  ['proto', { column: 'proto', size: 257 }],
]);

const PARTY = 'party';

function textDimension(table: FlowTable, column: TextColumn): DimensionCodes {
  const dictionary = table.texts[column];
  return {
    size: dictionary.size,
    fill: ({ [column]: codes, rows }, into) => into.set(codes.subarray(0, rows)),
    label: (code) => dictionary.valueOf(code),
    members: (code) => [dictionary.valueOf(code)],
  };
}

function numberDimension({ column, size }: { readonly column: CodeColumn; readonly size: number }): DimensionCodes {
  const label = (code: number): string | null => (code === 0 ? null : String(code - 1));
  return {
    size,
    fill: ({ [column]: codes, rows }, into) => into.set(codes.subarray(0, rows)),
    label,
    members: (code) => [label(code)],
  };
}

/** Values that endpoints have; with two sides, the second's counts where the first has none. */
const endpointDimension = (
  { dictionary, codeOf, members }: EndpointCodes,
  sides: readonly [Side, ...Side[]],
): DimensionCodes => ({
  size: dictionary.size,
  fill(segment, into) {
    const [first, second] = sides;
    const column = segment[first];
    for (let row = 0; row < segment.rows; row += 1) into[row] = codeOf[column[row] ?? 0] ?? 0;
    if (second === undefined) return;
    const other = segment[second];
    for (let row = 0; row < segment.rows; row += 1) into[row] ||= codeOf[other[row] ?? 0] ?? 0;
  },
  label: (code) => dictionary.valueOf(code),
  members: (code) => (code === 0 ? [null] : (members[code] ?? [null])),
});

/** Parties of one side; an address that is no workload's is `broadcast` or `multicast` where the row says so. */
function partyDimension(table: FlowTable, side: Side, { dictionary, codeOf }: EndpointCodes): DimensionCodes {
  const isOutside = Uint8Array.from(table.endpoints, ({ workload }) => (workload === null ? 1 : 0));
  const { transmission } = table.texts;
  const manyOf = new Uint32Array(transmission.size);
  if (side === 'destination')
    for (const many of TO_MANY) {
      const code = transmission.find(many);
      if (code !== undefined) manyOf[code] = dictionary.idOf(many);
    }
  return {
    size: dictionary.size,
    fill({ [side]: column, transmission: sent, rows }, into) {
      for (let row = 0; row < rows; row += 1) {
        const endpoint = column[row] ?? 0;
        const many = isOutside[endpoint] === 1 ? (manyOf[sent[row] ?? 0] ?? 0) : 0;
        into[row] = many === 0 ? (codeOf[endpoint] ?? 0) : many;
      }
    },
    label: (code) => dictionary.valueOf(code),
    members: (code) => [dictionary.valueOf(code)],
  };
}

/** Makes the codes of dimensions over one table. What both sides have in common is worked out once. */
export function dimensionsOf(table: FlowTable): (dimension: Dimension, identity?: readonly string[]) => DimensionCodes {
  const shared = new Map<string, EndpointCodes>();
  const codesOf = (name: string, value: () => EndpointValue): EndpointCodes => {
    const known = shared.get(name) ?? endpointCodes(table.endpoints, value());
    shared.set(name, known);
    return known;
  };

  /** Parties named by `identity`. Throws `unknown_group_by` with the names there are. */
  return (dimension, identity = DEFAULT_IDENTITY) => {
    const text = TEXT_COLUMNS.get(dimension);
    if (text !== undefined) return textDimension(table, text);
    const number = NUMBER_COLUMNS.get(dimension);
    if (number !== undefined) return numberDimension(number);
    if (dimension === 'fqdn' || dimension === 'ip_list')
      return endpointDimension(
        codesOf(dimension, () => endpointValue(dimension)),
        ['destination', 'source'],
      );
    const [, side, rest = ''] = /^(source|destination)(?:_(.+))?$/s.exec(dimension) ?? [];
    if (side !== 'source' && side !== 'destination')
      throw new Failure('unknown_group_by', {
        message: `There is no dimension ${dimension}.`,
        data: { dimensions: DIMENSIONS, labels: 'source_<label key>, destination_<label key>' },
      });
    if (rest !== PARTY)
      return endpointDimension(
        codesOf(rest, () => endpointValue(rest)),
        [side],
      );
    return partyDimension(
      table,
      side,
      codesOf(`${PARTY} ${JSON.stringify(identity)}`, () => partyValue(identity)),
    );
  };
}

const endpointNames = [...ENDPOINT_NAMES.filter((name) => name !== ''), PARTY];

/** Every dimension but those of labels. */
export const DIMENSIONS: readonly string[] = [
  'source',
  'destination',
  ...endpointNames.map((name) => `source_${name}`),
  ...endpointNames.map((name) => `destination_${name}`),
  'fqdn',
  'ip_list',
  ...NUMBER_COLUMNS.keys(),
  ...TEXT_COLUMNS.keys(),
];
