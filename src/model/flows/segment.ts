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

const codes = (): Uint32Array => new Uint32Array(SEGMENT_ROWS);
const amounts = (): Float64Array => new Float64Array(SEGMENT_ROWS);

export const emptySegment = (): Segment => ({
  rows: 0,
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
  connections: amounts(),
  bytesIn: amounts(),
  bytesOut: amounts(),
});
