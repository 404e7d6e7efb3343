import { type FlowEndpoint, namedRef } from './endpoint.ts';
import { EndpointDictionary } from './endpoint-dictionary.ts';
import type { FlowRecord, RecordEndpoint } from './record.ts';
import { joinedRefs } from './refs.ts';
import { secondsOf } from './seconds.ts';
import { emptySegment, note, SEGMENT_ROWS, type Segment, SPARSE_COLUMNS } from './segment.ts';
import { TextDictionary } from './text-dictionary.ts';
import { TupleIndex } from './tuple-index.ts';

const MAX_PORT = 65_535;
const MAX_PROTO = 255;

const code = (value: unknown, max: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value + 1 : 0;

const amount = (value: unknown): number =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0;

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
  /** Workloads by href, and endpoints that have nothing but a name. */
  #nodes = new TextDictionary();
  /** By endpoint: its node. */
  readonly #nodeOf: number[] = [];
  #edgeIndex = new TupleIndex(3);
  #pairIndex = new TupleIndex(3);
  readonly #tuple = new Int32Array(3);
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
    note(segment.service, row, texts.service.idOf(service?.windows_service_name));
    segment.user[row] = texts.user.idOf(service?.user_name);
    segment.decision[row] = texts.decision.idOf(record.policy_decision);
    note(segment.draft, row, texts.draft.idOf(record.draft_policy_decision));
    note(segment.boundary, row, texts.boundary.idOf(record.boundary_decision));
    segment.direction[row] = texts.direction.idOf(record.flow_direction);
    segment.state[row] = texts.state.idOf(record.state);
    note(segment.transmission, row, texts.transmission.idOf(record.transmission));
    segment.client[row] = texts.client.idOf(record.client_type);
    const network = namedRef(record.network);
    segment.network[row] = texts.network.idOf(network?.name ?? network?.href);
    note(segment.rules, row, texts.rules.idOf(joinedRefs(record.rules)));
    note(segment.boundaries, row, texts.boundaries.idOf(joinedRefs(record.enforcement_boundaries)));
    note(segment.overrides, row, texts.overrides.idOf(joinedRefs(record.override_deny_rules)));
    note(segment.caps, row, texts.caps.idOf(joinedRefs(record.caps)));
    if (typeof record.icmp_type === 'number')
      segment.icmp[row] = texts.icmp.idOf(`${record.icmp_type}/${Number(record.icmp_code ?? 0)}`);
    segment.first[row] = secondsOf(range?.first_detected);
    segment.last[row] = secondsOf(range?.last_detected);
    segment.connections[row] = amount(record.num_connections);
    segment.bytesIn[row] = amount(record.dst_bi);
    segment.bytesOut[row] = amount(record.dst_bo);
    const [from, to] = [this.#nodeOf[source] ?? 0, this.#nodeOf[destination] ?? 0];
    segment.edge[row] = this.#number(this.#edgeIndex, from, to, port, proto);
    const endpoints = this.#endpoints;
    const [fromAddress, toAddress] = [endpoints.addressOf(source), endpoints.addressOf(destination)];
    segment.pair[row] = this.#number(this.#pairIndex, fromAddress, toAddress, port, proto);
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
      // `append` writes into these only where there is something to write.
      for (const column of SPARSE_COLUMNS) last[column].fill(0, last.rows);
    }
    this.#rows = Math.min(this.#rows, rows);
  }

  /** Ends building: frees what only `append` needs. */
  seal(): void {
    this.#endpoints.seal();
    this.#edgeIndex = new TupleIndex(3);
    this.#pairIndex = new TupleIndex(3);
    this.#nodes = new TextDictionary();
    this.#nodeOf.length = 0;
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
    if (id === this.#nodeOf.length) this.#nodeOf.push(this.#node(id));
    return id;
  }

  /** Whose edge it is: the workload, whatever its address; for others the address, or what name they have. */
  #node(id: number): number {
    const endpoint = this.#endpoints.all()[id];
    const href = endpoint?.workload?.href ?? null;
    const address = this.#endpoints.addressOf(id);
    // Even numbers have a name, odd ones an address.
    return href === null && address !== 0 ? 2 * address + 1 : 2 * this.#nodes.idOf(href ?? endpoint?.fqdn);
  }

  #number(index: TupleIndex, source: number, destination: number, port: number, proto: number): number {
    this.#tuple[0] = source;
    this.#tuple[1] = destination;
    // Protocols have nine bits, "absent" included.
    this.#tuple[2] = (port << 9) | proto;
    return index.idOf(this.#tuple);
  }
}
