import { hashOf, mix2, permutation } from '../../random.ts';
import { toAddress, toNumber } from '../addresses.ts';
import { DAY, dayOf, HOUR } from '../calendar.ts';
import type { FlowRow } from '../estate.ts';
import type { Host } from '../host.ts';
import { listenerOn } from '../processes.ts';
import { clientOn } from './clients.ts';
import type { Directory } from './directory.ts';

/**
 * Traffic beyond the lanes, for `--flows`: nothing of it is stored. The j-th connection of a family follows from j alone; one-to-one
 * scrambling of j keeps all of them different. Each is used on one day in thirty.
 */
export interface Bulk {
  rows(fromMs: number, toMs: number): Iterable<FlowRow>;
}

const PERIOD_DAYS = 30;

interface Family {
  /** How many different connections there are at most. */
  readonly size: number;
  readonly rowsEach: 1 | 2;
  readonly share: number;
  make(index: number): Link | null;
}

interface Link {
  readonly src: Host | null;
  readonly srcIp: string;
  readonly dst: Host | null;
  readonly dstIp: string;
  readonly proto: number;
  readonly port: number;
  readonly state: FlowRow['state'];
}

/** Public networks the shop's customers come from: five blocks of four million addresses. */
const CUSTOMER_NETS = ['24.0.0.0', '62.0.0.0', '78.0.0.0', '86.0.0.0', '188.0.0.0'].map(toNumber);
const CUSTOMER_NET_SIZE = 2 ** 22;

/** Everything `wanted` rows a month need beyond the lanes. */
export function createBulk(directory: Directory, wanted: number, network: string): Bulk {
  const { seed } = directory;
  const families = familiesOf(directory);
  const total = families.reduce((sum, family) => sum + family.share, 0);
  return {
    *rows(fromMs, toMs) {
      if (wanted <= 0) return;
      for (const [number, family] of families.entries()) {
        const links = Math.min(family.size, Math.round((wanted * family.share) / total / family.rowsEach));
        const place = permutation(family.size, hashOf(seed, 'bulk', number));
        for (let j = 0; j < links; j++) {
          const salt = mix2(seed + number, j);
          const used = usedIn(salt, fromMs, toMs);
          if (used === null) continue;
          const link = family.make(place(j));
          if (link !== null) yield* rowsOf(link, salt, used, seed, network);
        }
      }
    },
  };
}

/** When and how often a connection was used in a range: at one moment of one day in thirty. */
function usedIn(salt: number, fromMs: number, toMs: number): { count: number; firstMs: number; lastMs: number } | null {
  const phase = salt % PERIOD_DAYS;
  const timeOfDay = (mix2(salt, 2) % (DAY - HOUR)) | 0;
  const firstDay = dayOf(fromMs);
  let day = firstDay + ((((phase - firstDay) % PERIOD_DAYS) + PERIOD_DAYS) % PERIOD_DAYS);
  let count = 0;
  let firstMs = 0;
  let lastMs = 0;
  for (; day * DAY < toMs; day += PERIOD_DAYS) {
    const at = day * DAY + timeOfDay;
    if (at < fromMs || at >= toMs) continue;
    if (count === 0) firstMs = at;
    lastMs = at;
    count += 1 + (mix2(salt, day) % 9);
  }
  return count === 0 ? null : { count, firstMs, lastMs };
}

function* rowsOf(
  link: Link,
  salt: number,
  used: { count: number; firstMs: number; lastMs: number },
  seed: number,
  network: string,
): Generator<FlowRow> {
  const { src, dst, port } = link;
  const common = {
    srcIp: link.srcIp,
    src: src?.index ?? -1,
    dstIp: link.dstIp,
    dst: dst?.index ?? -1,
    dstFqdn: null,
    proto: link.proto,
    port,
    icmpType: null,
    icmpCode: null,
    transmission: 'unicast',
    state: link.state,
    connections: used.count,
    bytesIn: used.count * (200 + (salt % 3_000)),
    bytesOut: used.count * (400 + (mix2(salt, 3) % 30_000)),
    firstMs: used.firstMs,
    lastMs: used.lastMs,
    network,
    droppedByHost: false,
  } as const;
  if (src?.managed) {
    const { process, user } = clientOn(src, port, seed, null);
    yield { ...common, process, user, windowsService: null, reporter: 'source' };
  }
  if (dst?.managed) {
    const listening = link.state === 'new' ? null : listenerOn(port, dst.os);
    yield {
      ...common,
      process: listening?.process ?? null,
      user: listening?.user ?? null,
      windowsService: listening?.windowsService ?? null,
      reporter: 'destination',
    };
  }
}

/** Ports a vulnerability scan tries besides those of ordinary traffic: 1,500 of them. */
const SCAN_PORTS = 1_500;
const FIRST_SCAN_PORT = 1_024;
const DYNAMIC_PORTS = 65_536 - 49_152;

function familiesOf(directory: Directory): Family[] {
  const { hosts } = directory;
  const managed = hosts.filter((host) => host.managed);
  const named = (spec: string, role: string): Host[] =>
    hosts.filter(
      (host) => host.managed && host.spec === spec && host.copy === '' && host.role === role && host.env === 'prod',
    );
  const balancers = named('ecommerce', 'lb');
  const controllers = named('ad-core', 'dc');
  const scanners = named('vulnscan', 'scanner');
  const windows = managed.filter((host) => host.os === 'windows' && host.spec !== 'ad-core');
  const scanned = managed.filter((host) => host.spec !== 'vulnscan');
  const families: Family[] = [
    {
      size: CUSTOMER_NETS.length * CUSTOMER_NET_SIZE,
      rowsEach: 1,
      share: 0.48,
      make(index) {
        const net = CUSTOMER_NETS[index % CUSTOMER_NETS.length] ?? 0;
        const srcIp = toAddress(net + Math.floor(index / CUSTOMER_NETS.length));
        const dst = balancers[index % balancers.length];
        return dst ? { src: null, srcIp, dst, dstIp: dst.address, proto: 6, port: 443, state: 'closed' } : null;
      },
    },
    {
      size: Math.max(1, scanners.length * scanned.length * SCAN_PORTS),
      rowsEach: 2,
      share: 0.1,
      make(index) {
        const port = FIRST_SCAN_PORT + (index % SCAN_PORTS) * 7 + 3;
        const rest = Math.floor(index / SCAN_PORTS);
        return between(scanners[rest % scanners.length], scanned[Math.floor(rest / scanners.length)], port, 'closed');
      },
    },
    {
      size: Math.max(1, windows.length * controllers.length * DYNAMIC_PORTS),
      rowsEach: 2,
      share: 0.14,
      make(index) {
        const port = 49_152 + (index % DYNAMIC_PORTS);
        const rest = Math.floor(index / DYNAMIC_PORTS);
        return between(
          windows[Math.floor(rest / controllers.length)],
          controllers[rest % controllers.length],
          port,
          'timed out',
        );
      },
    },
    {
      size: managed.length * DYNAMIC_PORTS,
      rowsEach: 1,
      share: 0.28,
      make(index) {
        const dst = managed[Math.floor(index / DYNAMIC_PORTS)];
        const srcIp = toAddress(toNumber('10.192.0.0') + (mix2(index, 3) % 65_536));
        const port = 49_152 + (index % DYNAMIC_PORTS);
        return dst ? { src: null, srcIp, dst, dstIp: dst.address, proto: 6, port, state: 'new' } : null;
      },
    },
  ];
  return families.filter((_, i) => [balancers, scanners, controllers, managed][i]?.length !== 0);
}

function between(src: Host | undefined, dst: Host | undefined, port: number, state: FlowRow['state']): Link | null {
  if (src === undefined || dst === undefined || src === dst) return null;
  return { src, srcIp: src.address, dst, dstIp: dst.address, proto: 6, port, state };
}
