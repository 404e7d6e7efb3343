import { isHref } from '../../core/href.ts';
import type { FlowTable } from '../flows/table.ts';
import { NO_TIME } from '../flows/seconds.ts';
import { TupleIndex } from '../flows/tuple-index.ts';
import type { FlowEndpoint } from '../flows/endpoint.ts';
import type { FlowQuestion } from '../policy/decision.ts';

/** Rows that no policy can tell apart and that were reported alike, added up. */
export interface Variant {
  readonly edge: number;
  readonly source: FlowEndpoint;
  readonly destination: FlowEndpoint;
  /** Null where an end has no address. */
  readonly question: FlowQuestion | null;
  readonly process: string | null;
  /** Whose VEN reported the rows; null where they do not say. */
  readonly reporter: 'source' | 'destination' | null;
  readonly reported: string | null;
  readonly boundary: string | null;
  readonly draft: string | null;
  rows: number;
  connections: number;
  /** Seconds since 1970; 0 where unknown. */
  first: number;
  last: number;
}

const WIDTH = 11;

/** The rows of a finished table as variants, in the order they came. */
export function variantsOf(table: FlowTable): readonly Variant[] {
  const { texts } = table;
  const inbound = texts.direction.find('inbound');
  const index = new TupleIndex(WIDTH);
  const tuple = new Int32Array(WIDTH);
  const variants: Variant[] = [];
  for (const segment of table.segments) {
    for (let row = 0; row < segment.rows; row += 1) {
      // Rules name the process that listens; a row tells it only when the destination reported it (traffic.md §4.1).
      const listening = inbound !== undefined && segment.direction[row] === inbound;
      tuple[0] = segment.source[row] ?? 0;
      tuple[1] = segment.destination[row] ?? 0;
      tuple[2] = segment.port[row] ?? 0;
      tuple[3] = segment.proto[row] ?? 0;
      tuple[4] = segment.icmp[row] ?? 0;
      tuple[5] = listening ? (segment.process[row] ?? 0) : 0;
      tuple[6] = listening ? (segment.service[row] ?? 0) : 0;
      tuple[7] = segment.direction[row] ?? 0;
      tuple[8] = segment.decision[row] ?? 0;
      tuple[9] = segment.draft[row] ?? 0;
      tuple[10] = segment.boundary[row] ?? 0;
      const id = index.idOf(tuple);
      const variant = variants[id] ?? variantOf(table, tuple, segment.edge[row] ?? 0);
      if (id === variants.length) variants.push(variant);
      const first = segment.first[row] ?? NO_TIME;
      variant.rows += 1;
      variant.connections += segment.connections[row] ?? 0;
      if (first !== NO_TIME && (variant.first === NO_TIME || first < variant.first)) variant.first = first;
      variant.last = Math.max(variant.last, segment.last[row] ?? NO_TIME);
    }
  }
  return variants;
}

const NOWHERE: FlowEndpoint = {
  ip: null,
  fqdn: null,
  workload: null,
  ipLists: [],
  virtualService: null,
  virtualServer: null,
};

function variantOf({ endpoints, texts }: FlowTable, tuple: Int32Array, edge: number): Variant {
  const [from = 0, to = 0, port = 0, proto = 0, icmp = 0, process = 0, service = 0, way = 0] = tuple;
  const source = endpoints[from] ?? NOWHERE;
  const destination = endpoints[to] ?? NOWHERE;
  const direction = texts.direction.valueOf(way);
  const processName = texts.process.valueOf(process);
  const icmpText = texts.icmp.valueOf(icmp);
  const [icmpType, icmpCode] = icmpText === null ? [] : icmpText.split('/').map(Number);
  return {
    edge,
    source,
    destination,
    question:
      source.ip === null || destination.ip === null
        ? null
        : {
            src: end(source, source.ip),
            dst: { ...end(destination, destination.ip), fqdn: destination.fqdn ?? undefined },
            proto: proto - 1,
            port: icmpText !== null || port === 0 ? undefined : port - 1,
            icmpType,
            icmpCode,
            process: processName ?? undefined,
            windowsService: texts.service.valueOf(service) ?? undefined,
          },
    process: processName,
    reporter: direction === 'inbound' ? 'destination' : direction === 'outbound' ? 'source' : null,
    reported: texts.decision.valueOf(tuple[8] ?? 0),
    draft: texts.draft.valueOf(tuple[9] ?? 0),
    boundary: texts.boundary.valueOf(tuple[10] ?? 0),
    rows: 0,
    connections: 0,
    first: NO_TIME,
    last: NO_TIME,
  };
}

function end({ workload }: FlowEndpoint, ip: string): FlowQuestion['src'] {
  const href = workload?.href;
  // Rows name workloads by href; what is no href names nobody.
  return { ip, workload: href && isHref(href) ? href : undefined };
}
