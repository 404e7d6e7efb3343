import type { FlowRow } from '../estate.ts';
import { hashText } from '../../random.ts';
import type { Rhythm } from './activity.ts';

/** One kind of connection between two addresses; becomes one row per reporter and range. */
export interface Lane extends Rhythm {
  /** Index of the source among the workloads, or -1. */
  readonly src: number;
  readonly srcIp: string;
  readonly dst: number;
  readonly dstIp: string;
  readonly fqdn: string | null;
  readonly proto: number;
  readonly port: number;
  readonly icmpType: number | null;
  readonly transmission: FlowRow['transmission'];
  readonly state: FlowRow['state'] | null;
  /** What connects, reported at the source. */
  readonly client: string | null;
  readonly clientUser: string | null;
  /** What listens, reported at the destination. */
  readonly server: string | null;
  readonly serverUser: string | null;
  readonly windowsService: string | null;
  /** Sum of 1: the source's VEN reports, 2: the destination's, 4: a flow collector. */
  readonly reporters: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly droppedByHost: boolean;
}

export const BY_SOURCE = 1;
export const BY_DESTINATION = 2;
export const BY_FLOWLINK = 4;

export const rowsOf = (lane: Pick<Lane, 'reporters'>): number =>
  (lane.reporters & 1) + ((lane.reporters >> 1) & 1) + ((lane.reporters >> 2) & 1);

/** Lanes of an estate: identity is (source, destination, protocol, port); a second lane of the same identity is refused. */
export interface LaneList {
  readonly lanes: readonly Lane[];
  /** Rows a long range yields. */
  rows(): number;
  add(lane: Lane): boolean;
}

export function createLaneList(): LaneList {
  const lanes: Lane[] = [];
  // 53 bits of hash instead of texts, which would be most of a big estate's memory.
  const known = new Set<number>();
  let rows = 0;
  return {
    lanes,
    rows: () => rows,
    add(lane) {
      const text = `${lane.srcIp} ${lane.dstIp} ${lane.proto} ${lane.port}`;
      const identity = hashText(text) * 0x20_0000 + (hashText(`${text} again`) >>> 11);
      if (known.has(identity)) return false;
      known.add(identity);
      lanes.push(lane);
      rows += rowsOf(lane);
      return true;
    },
  };
}
