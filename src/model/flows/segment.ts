/** Rows per segment. A table grows by whole segments, so that no column is ever copied or more than a segment too large. */
export const SEGMENT_ROWS = 16_384;

/** 16,384 rows, column by column: 120 bytes a row. Numbers of dictionaries are 0 where the record has nothing. */
export interface Segment {
  rows: number;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  /** Port + 1. */
  readonly port: Uint32Array;
  /** IANA number + 1. */
  readonly proto: Uint32Array;
  readonly process: Uint32Array;
  readonly service: Uint32Array;
  readonly user: Uint32Array;
  readonly decision: Uint32Array;
  readonly draft: Uint32Array;
  readonly boundary: Uint32Array;
  readonly direction: Uint32Array;
  readonly state: Uint32Array;
  readonly transmission: Uint32Array;
  readonly network: Uint32Array;
  readonly client: Uint32Array;
  readonly icmp: Uint32Array;
  readonly rules: Uint32Array;
  readonly boundaries: Uint32Array;
  readonly overrides: Uint32Array;
  readonly caps: Uint32Array;
  /** Number of the (source, destination, port, proto) edge. */
  readonly edge: Uint32Array;
  /** Number of the (source address, destination address, port, proto) that two VENs may both report. */
  readonly pair: Uint32Array;
  /** Seconds since 1970 UTC. */
  readonly first: Uint32Array;
  readonly last: Uint32Array;
  readonly connections: Float64Array;
  readonly bytesIn: Float64Array;
  readonly bytesOut: Float64Array;
}

export type CodeColumn = {
  [Name in keyof Segment]: Segment[Name] extends Uint32Array ? Name : never;
}[keyof Segment];

const AMOUNTS = 3;
const CODES = 24;
const ROW_BYTES = AMOUNTS * Float64Array.BYTES_PER_ELEMENT + CODES * Uint32Array.BYTES_PER_ELEMENT;

/**
 * All columns in one piece of memory, which the system hands out page by page when it is first written: columns that a download leaves empty
 * cost nothing as long as nobody writes zeros into them.
 */
export function emptySegment(): Segment {
  const memory = new ArrayBuffer(SEGMENT_ROWS * ROW_BYTES);
  let used = 0;
  const amounts = (): Float64Array => {
    const column = new Float64Array(memory, used, SEGMENT_ROWS);
    used += column.byteLength;
    return column;
  };
  const codes = (): Uint32Array => {
    const column = new Uint32Array(memory, used, SEGMENT_ROWS);
    used += column.byteLength;
    return column;
  };
  return {
    rows: 0,
    connections: amounts(),
    bytesIn: amounts(),
    bytesOut: amounts(),
    source: codes(),
    destination: codes(),
    port: codes(),
    proto: codes(),
    process: codes(),
    service: codes(),
    user: codes(),
    decision: codes(),
    draft: codes(),
    boundary: codes(),
    direction: codes(),
    state: codes(),
    transmission: codes(),
    network: codes(),
    client: codes(),
    icmp: codes(),
    rules: codes(),
    boundaries: codes(),
    overrides: codes(),
    caps: codes(),
    edge: codes(),
    pair: codes(),
    first: codes(),
    last: codes(),
  };
}

/** The columns that most rows leave empty. */
export const SPARSE_COLUMNS = [
  'service',
  'draft',
  'boundary',
  'transmission',
  'icmp',
  'rules',
  'boundaries',
  'overrides',
  'caps',
] as const satisfies readonly CodeColumn[];

/** Writes a code into a column that was empty at `row`. */
export function note(column: Uint32Array, row: number, code: number): void {
  if (code !== 0) column[row] = code;
}
