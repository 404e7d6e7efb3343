import { namedRef, type FlowEndpoint } from './endpoint.ts';
import { EndpointDictionary } from './endpoint-dictionary.ts';
import type { FlowRecord, RecordEndpoint } from './record.ts';
import { joinedRefs } from './refs.ts';
import { secondsOf } from './seconds.ts';
import { emptySegment, SEGMENT_ROWS, type Segment } from './segment.ts';
import { TextDictionary } from './text-dictionary.ts';
import { TupleIndex } from './tuple-index.ts';

const MAX_PORT = 65_535;
const MAX_PROTO = 255;

const code = (value: unknown, max: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value + 1 : 0;

const amount = (value: unknown): number =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0;

/** Whose edge it is: the workload, whatever its address; for others the address, or what name they have. */
const nodeOf = ({ workload, ip, fqdn }: FlowEndpoint): string | null => workload?.href ?? ip ?? fqdn;

/** Text columns of a flow row that have a dictionary of their own. */
const textColumns = () => ({
  process: new TextDictionary(),
  service: new TextDictionary(),
  user: new TextDictionary(),
  decision: new TextDictionary(),
  draft: new TextDictionary(),
  boundary: new TextDictionary(),
  direction: new TextDictionary(),
  state: new TextDictionary(),
  transmission: new TextDictionary(),
  network: new TextDictionary(),
  client: new TextDictionary(),
  icmp: new TextDictionary(),
  rules: new TextDictionary(),
  boundaries: new TextDictionary(),
  overrides: new TextDictionary(),
  caps: new TextDictionary(),
});

export type TextColumn = keyof ReturnType<typeof textColumns>;

/**
 * Flow records by column: strings and endpoints once, rows as numbers. Every field of the record is kept, unknown enum values
 * included; a member of the wrong type counts as absent, the row never.
 */
export class FlowTable {
  readonly segments: Segment[] = [];
  readonly texts = textColumns();
  readonly #endpoints = new EndpointDictionary();
  #nodes = new TextDictionary();
  #addresses = new TextDictionary();
  /** By endpoint: its node and its address. */
  readonly #nodeOf: number[] = [];
  readonly #addressOf: number[] = [];
  #edgeIndex = new TupleIndex(4);
  #pairIndex = new TupleIndex(4);
  readonly #tuple = new Int32Array(4);
  #rows = 0;
  #edges = 0;
  #pairs = 0;

  get rows(): number {
    return this.#rows;
  }

  /** Distinct (source, destination, port, proto) of the whole table, and of what was taken out of it. */
  get edges(): number {
    return this.#edges;
  }

  /** Distinct (source address, destination address, port, proto), likewise. */
  get pairs(): number {
    return this.#pairs;
  }

  /** Endpoints by the numbers in `source` and `destination`. */
  get endpoints(): readonly FlowEndpoint[] {
    return this.#endpoints.all();
  }

  append(record: FlowRecord): void {
    const segment = this.#segmentWithRoom();
    const row = segment.rows;
    const { service, timestamp_range: range } = record;
    const { texts } = this;
    const source = this.#endpoint(record.src);
    const destination = this.#endpoint(record.dst);
    const port = code(service?.port, MAX_PORT);
    const proto = code(service?.proto, MAX_PROTO);
    segment.source[row] = source;
    segment.destination[row] = destination;
    segment.port[row] = port;
    segment.proto[row] = proto;
    segment.process[row] = texts.process.idOf(service?.process_name);
    segment.service[row] = texts.service.idOf(service?.windows_service_name);
    segment.user[row] = texts.user.idOf(service?.user_name);
    segment.decision[row] = texts.decision.idOf(record.policy_decision);
    segment.draft[row] = texts.draft.idOf(record.draft_policy_decision);
    segment.boundary[row] = texts.boundary.idOf(record.boundary_decision);
    segment.direction[row] = texts.direction.idOf(record.flow_direction);
    segment.state[row] = texts.state.idOf(record.state);
    segment.transmission[row] = texts.transmission.idOf(record.transmission);
    segment.client[row] = texts.client.idOf(record.client_type);
    const network = namedRef(record.network);
    segment.network[row] = texts.network.idOf(network?.name ?? network?.href);
    segment.rules[row] = texts.rules.idOf(joinedRefs(record.rules));
    segment.boundaries[row] = texts.boundaries.idOf(joinedRefs(record.enforcement_boundaries));
    segment.overrides[row] = texts.overrides.idOf(joinedRefs(record.override_deny_rules));
    segment.caps[row] = texts.caps.idOf(joinedRefs(record.caps));
    if (typeof record.icmp_type === 'number')
      segment.icmp[row] = texts.icmp.idOf(`${record.icmp_type}/${Number(record.icmp_code ?? 0)}`);
    segment.first[row] = secondsOf(range?.first_detected);
    segment.last[row] = secondsOf(range?.last_detected);
    segment.connections[row] = amount(record.num_connections);
    segment.bytesIn[row] = amount(record.dst_bi);
    segment.bytesOut[row] = amount(record.dst_bo);
    segment.edge[row] = this.#number(this.#edgeIndex, this.#nodeOf, source, destination, port, proto);
    segment.pair[row] = this.#number(this.#pairIndex, this.#addressOf, source, destination, port, proto);
    segment.rows += 1;
    this.#rows += 1;
    this.#edges = this.#edgeIndex.size;
    this.#pairs = this.#pairIndex.size;
  }

  /** Takes out everything after the first `rows` rows: a download that is to be read again or in parts. */
  truncate(rows: number): void {
    const whole = Math.ceil(rows / SEGMENT_ROWS);
    this.segments.length = Math.min(this.segments.length, whole);
    const last = this.segments[whole - 1];
    if (last !== undefined) {
      last.rows = Math.min(last.rows, rows - (whole - 1) * SEGMENT_ROWS);
      // The only column that `append` does not always write.
      last.icmp.fill(0, last.rows);
    }
    this.#rows = Math.min(this.#rows, rows);
  }

  /** Ends building: frees what only `append` needs. */
  seal(): void {
    this.#endpoints.seal();
    this.#edgeIndex = new TupleIndex(4);
    this.#pairIndex = new TupleIndex(4);
    this.#nodes = new TextDictionary();
    this.#addresses = new TextDictionary();
    this.#nodeOf.length = 0;
    this.#addressOf.length = 0;
  }

  #segmentWithRoom(): Segment {
    const last = this.segments.at(-1);
    if (last !== undefined && last.rows < SEGMENT_ROWS) return last;
    const fresh = emptySegment();
    this.segments.push(fresh);
    return fresh;
  }

  #endpoint(raw: RecordEndpoint | undefined): number {
    const id = this.#endpoints.idOf(raw);
    if (id === this.#nodeOf.length) {
      const endpoint = this.#endpoints.all()[id];
      this.#nodeOf.push(endpoint === undefined ? 0 : this.#nodes.idOf(nodeOf(endpoint)));
      this.#addressOf.push(this.#addresses.idOf(endpoint?.ip));
    }
    return id;
  }

  #number(
    index: TupleIndex,
    by: readonly number[],
    source: number,
    destination: number,
    port: number,
    proto: number,
  ): number {
    this.#tuple[0] = by[source] ?? 0;
    this.#tuple[1] = by[destination] ?? 0;
    this.#tuple[2] = port;
    this.#tuple[3] = proto;
    return index.idOf(this.#tuple);
  }
}
