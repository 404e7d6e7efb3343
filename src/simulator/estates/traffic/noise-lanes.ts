import { createRandom, hashOf, type Random } from '../../random.ts';
import { gatewayOf } from '../addresses.ts';
import type { Host } from '../host.ts';
import { broadcastOf } from './directory.ts';
import { BY_FLOWLINK, BY_SOURCE, type Lane, type LaneList } from './lanes.ts';
import type { LaneMaker } from './make.ts';

type Noise = (maker: LaneMaker, host: Host, random: Random) => Lane;

const outbound = (lane: Lane, change: Partial<Lane>): Lane => ({
  ...lane,
  reporters: BY_SOURCE,
  server: null,
  ...change,
});

const broadcast =
  (port: number, to: (host: Host) => string): Noise =>
  (maker, host) =>
    outbound(
      maker.lane(host, to(host), port, { proto: 17, volume: 60, bytesIn: 230, bytesOut: 0, state: 'timed out' }),
      {
        transmission: 'broadcast',
      },
    );

const multicast =
  (port: number, address: string, ipv6 = false): Noise =>
  (maker, host) =>
    outbound(
      maker.lane(host, address, port, { proto: 17, volume: 40, bytesIn: 120, bytesOut: 0, state: 'timed out' }),
      {
        transmission: 'multicast',
        ...(ipv6 ? { srcIp: linkLocal(host) } : {}),
      },
    );

const ping: Noise = (maker, host, random) => ({
  ...maker.lane(host, random.chance(0.5) ? gatewayOf(host.address) : maker.directory.outside('DC-Mgmt', 0), 0, {
    proto: 1,
    volume: 24,
    bytesIn: 84,
    bytesOut: 84,
  }),
  icmpType: 8,
  client: null,
  clientUser: null,
});

const apipa: Noise = (maker, host, random) =>
  outbound(
    maker.lane(host, '169.254.255.255', 137, { proto: 17, volume: 12, bytesIn: 180, bytesOut: 0, state: 'timed out' }),
    { transmission: 'broadcast', srcIp: `169.254.${random.between(1, 254)}.${random.between(1, 254)}` },
  );

/** A late answer that looks like a connection of its own: from a server port to a high one. */
const straggler: Noise = (maker, host, random) => ({
  ...maker.lane(
    maker.directory.outside('@unknown', host.index * 7 + random.below(7)),
    host,
    random.between(49_152, 65_535),
    {
      volume: 0.4,
      state: 'incomplete',
    },
  ),
  server: null,
  serverUser: null,
  windowsService: null,
});

const ephemeral: Noise = (maker, host, random) => ({
  ...maker.lane(host, maker.directory.outside('@unknown', random.below(60_000)), random.between(32_768, 60_999), {
    volume: 0.5,
    state: 'timed out',
  }),
});

/** Scans from the internet that reach the few hosts facing it; some are stopped by the host's own firewall. */
const scan: Noise = (maker, host, random) => {
  const lane = maker.lane(
    maker.directory.outside('@internet', 700_000 + random.below(2_000_000)),
    host,
    random.pick([22, 23, 445, 3389]),
    { volume: 0.6, state: 'new', bytesIn: 60, bytesOut: 0 },
  );
  return { ...lane, server: null, serverUser: null, windowsService: null, droppedByHost: random.chance(0.2) };
};

const fill = (kinds: readonly (readonly [weight: number, noise: Noise])[]): readonly Noise[] =>
  kinds.flatMap(([weight, noise]) => Array.from({ length: weight }, () => noise));

const KINDS = fill([
  [8, broadcast(137, (host) => broadcastOf(host.address))],
  [7, broadcast(138, (host) => broadcastOf(host.address))],
  [4, multicast(1900, '239.255.255.250')],
  [4, multicast(5353, '224.0.0.251')],
  [4, multicast(5355, '224.0.0.252')],
  [2, multicast(5353, 'ff02::fb', true)],
  [2, multicast(5355, 'ff02::1:3', true)],
  [5, broadcast(67, () => '255.255.255.255')],
  [6, ping],
  [3, apipa],
  [8, straggler],
  [10, ephemeral],
  [5, scan],
]);

/** The IPv6 link-local address of a host. */
function linkLocal(host: Host): string {
  const hash = hashOf('link-local', host.index);
  const part = (shift: number): string => ((hash >>> shift) & 0xffff).toString(16);
  return `fe80::${part(0)}:${part(8)}:${part(16)}:${(host.index & 0xffff).toString(16)}`;
}

/** Adds noise until the list has `wanted` more rows; hosts in full enforcement make less of it, they are kept tidy. */
export function addNoiseLanes(list: LaneList, maker: LaneMaker, wanted: number): void {
  const { hosts, seed } = maker.directory;
  const random = createRandom(seed, 'noise');
  const noisy = hosts.filter((host) => host.managed && maker.lastDayOf(host.index) === Number.POSITIVE_INFINITY);
  const facing = noisy.filter((host) => host.zone === 'dmz');
  const target = list.rows() + wanted;
  for (let attempt = 0; list.rows() < target && attempt < wanted * 12; attempt++) {
    const noise = random.pick(KINDS);
    const host = random.pick(noise === scan && facing.length > 0 ? facing : noisy);
    if (host.mode === 'full' && random.chance(0.75)) continue;
    list.add(noise(maker, host, random));
  }
}

/** Rows of a flow collector about things without agents: nobody decides them. */
export function addFlowlinkLanes(list: LaneList, maker: LaneMaker, wanted: number): void {
  const { hosts, seed } = maker.directory;
  const random = createRandom(seed, 'flowlink');
  const things = hosts.filter((host) => !host.managed && host.labels['role'] !== undefined);
  const target = list.rows() + wanted;
  for (let attempt = 0; list.rows() < target && attempt < wanted * 4 && things.length > 1; attempt++) {
    const from = random.pick(things);
    const to = random.chance(0.5) ? random.pick(things) : null;
    if (from === to) continue;
    const port = random.pick([53, 80, 443, 502, 554, 1500, 9100]);
    const lane = maker.lane(from, to ?? maker.directory.outside('@unknown', random.below(60_000)), port, { volume: 6 });
    list.add({ ...lane, reporters: BY_FLOWLINK });
  }
}
