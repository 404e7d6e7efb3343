import { hashOf, mix2 } from '../../random.ts';
import type { Cadence } from '../edges.ts';
import type { Host } from '../host.ts';
import { listenerOn } from '../processes.ts';
import { clientOn } from './clients.ts';
import type { Directory } from './directory.ts';
import { BY_DESTINATION, BY_SOURCE, type Lane } from './lanes.ts';

/** Where a connection starts or ends: a host, or an address that is none. */
export type Place = Host | string;

export interface LaneOptions {
  readonly proto?: number;
  readonly cadence?: Cadence;
  /** Connections on an active day. */
  readonly volume: number;
  readonly client?: string | null;
  readonly clientUser?: string;
  readonly fqdn?: string;
  readonly state?: Lane['state'];
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly lastDay?: number;
}

/** Connections a day of the volume classes of the flow matrix. */
export const VOLUME = { 1: 2, 2: 10, 3: 50, 4: 250, 5: 1_000 } as const;

export interface LaneMaker {
  readonly directory: Directory;
  /** Last day with traffic of a host whose agent is silent; Infinity for the others. */
  lastDayOf(host: number): number;
  lane(from: Place, to: Place, port: number, options: LaneOptions): Lane;
}

export function createLaneMaker(directory: Directory, lastDayOf: (host: number) => number): LaneMaker {
  const { seed } = directory;
  return {
    directory,
    lastDayOf,
    lane(from, to, port, options) {
      const source = typeof from === 'string' ? null : from;
      const target = typeof to === 'string' ? null : to;
      const srcIp = typeof from === 'string' ? from : from.address;
      const dstIp = typeof to === 'string' ? to : to.address;
      const proto = options.proto ?? 6;
      const client = source?.managed ? clientOn(source, port, seed, options.client ?? null) : null;
      const listener = target?.managed ? listenerOn(port, target.os) : null;
      const clientUser = options.clientUser ?? client?.user ?? null;
      const salt = hashOf(seed, srcIp, dstIp, port, proto, client?.process ?? '');
      return {
        src: source?.index ?? -1,
        srcIp,
        dst: target?.index ?? -1,
        dstIp,
        fqdn: options.fqdn ?? null,
        proto,
        port,
        icmpType: null,
        transmission: 'unicast',
        state: options.state ?? null,
        client: client?.process ?? null,
        clientUser: client === null ? null : clientUser,
        server: listener?.process ?? null,
        serverUser: listener?.user ?? null,
        windowsService: listener?.windowsService ?? null,
        reporters: (source?.managed ? BY_SOURCE : 0) + (target?.managed ? BY_DESTINATION : 0),
        bytesIn: options.bytesIn ?? 300 + (mix2(salt, 5) % 6_000),
        bytesOut: options.bytesOut ?? 500 + (mix2(salt, 6) % 40_000),
        droppedByHost: false,
        cadence: options.cadence ?? 'always',
        volume: options.volume,
        salt,
        lastDay: Math.min(
          options.lastDay ?? Number.POSITIVE_INFINITY,
          source ? lastDayOf(source.index) : Number.POSITIVE_INFINITY,
          target ? lastDayOf(target.index) : Number.POSITIVE_INFINITY,
        ),
      };
    },
  };
}

/** `fan` different peers of a host: a stable choice that differs from host to host. */
export function peersOf<T>(list: readonly T[], host: number, fan: number): T[] {
  if (list.length <= fan) return [...list];
  const start = hashOf('peer', host) % list.length;
  return Array.from({ length: fan }, (_, i) => list[(start + i) % list.length] as T);
}
