import type { Estate, FlowRow, FlowSource, WorkloadRecord } from '../../../src/simulator/estates/estate.ts';
import { hashOf } from '../../../src/simulator/random.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;

/** One thing that goes on every few days. */
interface Habit {
  readonly shape: Omit<FlowRow, 'connections' | 'bytesIn' | 'bytesOut' | 'firstMs' | 'lastMs'>;
  readonly name: string;
}

/**
 * Traffic for tests that has a little of everything rows can be: both reporters, all protocols and transmissions, processes, users,
 * names, IPv6, drops of the host's own firewall. Hosts are workloads of the estate; what happens on a day depends on the day alone.
 */
export function fixtureFlows(estate: Estate): FlowSource {
  const habits = habitsOf(estate);
  const oldestMs = estate.nowMs - DAYS * DAY_MS;
  return {
    oldestMs,
    *rows(fromMs, toMs) {
      for (const { shape, name } of habits) {
        let connections = 0;
        let firstMs = 0;
        let lastMs = 0;
        for (let day = Math.floor(fromMs / DAY_MS); day * DAY_MS < toMs; day++) {
          // A connection an hour on two days of three, at a minute of its own.
          if (hashOf(name, day) % 3 === 0) continue;
          for (let hour = 0; hour < 24; hour++) {
            const at = day * DAY_MS + hour * 3_600_000 + (hashOf(name) % 60) * 60_000;
            if (at < fromMs || at >= toMs) continue;
            connections += 1;
            firstMs ||= at;
            lastMs = at;
          }
        }
        if (connections > 0) {
          yield { ...shape, connections, bytesIn: connections * 1000, bytesOut: connections * 7000, firstMs, lastMs };
        }
      }
    },
  };
}

function habitsOf(estate: Estate): readonly Habit[] {
  const addressed = estate.workloads.flatMap((workload, index) => {
    const address = workload.interfaces[0]?.address;
    return address === undefined ? [] : [{ workload, index, address }];
  });
  const managed = addressed.filter(({ workload }) => workload.managed);
  const network = estate.networks[0]?.name ?? '';
  const habits: Habit[] = [];
  const add = (name: string, shape: Partial<Habit['shape']> & Pick<Habit['shape'], 'srcIp' | 'dstIp'>) =>
    habits.push({
      name,
      shape: {
        src: -1,
        dst: -1,
        dstFqdn: null,
        proto: 6,
        port: 443,
        icmpType: null,
        icmpCode: null,
        process: null,
        windowsService: null,
        user: null,
        reporter: 'destination',
        transmission: 'unicast',
        state: 'closed',
        network,
        droppedByHost: false,
        ...shape,
      },
    });
  const windows = ({ osId }: WorkloadRecord) => osId?.startsWith('win') ?? false;

  addressed.forEach(({ index, address, workload }, at) => {
    for (const step of [1, 7, 23]) {
      const peer = managed[(at * step + step) % managed.length];
      if (!peer || peer.index === index) continue;
      const port = [22, 443, 1433, 3389, 5432, 8080, 30_500][(at + step) % 7] ?? 443;
      const ends = {
        src: index,
        srcIp: address,
        dst: peer.index,
        dstIp: peer.address,
        proto: port === 8080 ? 17 : 6,
        port,
      };
      const listener = windows(peer.workload)
        ? { process: 'C:\\Windows\\System32\\svchost.exe', windowsService: 'TermService', user: 'NT AUTHORITY\\SYSTEM' }
        : { process: '/usr/sbin/sshd', user: 'root' };
      add(`${at}/${step}`, { ...ends, ...listener, droppedByHost: at % 41 === 0 });
      if (workload.managed)
        add(`${at}/${step}`, { ...ends, reporter: 'source', process: '/usr/bin/curl', user: 'svc "app", é' });
    }
  });
  managed.forEach(({ index, address }, at) => {
    const inside = { src: index, srcIp: address, reporter: 'source' } as const;
    const served = { dst: index, dstIp: address };
    if (at % 2 === 0)
      add(`${at}/out`, { ...inside, dstIp: `140.82.${at % 256}.3`, dstFqdn: `host${at % 3}.example.com` });
    if (at % 3 === 0) add(`${at}/dns`, { ...inside, dstIp: '10.255.0.53', proto: 17, port: 53, state: 'timed out' });
    if (at % 4 === 0) add(`${at}/scan`, { ...served, srcIp: `203.0.113.${at % 256}`, port: 23, state: 'incomplete' });
    if (at % 5 === 0)
      add(`${at}/ping`, { ...served, srcIp: '10.255.1.1', proto: 1, port: 0, icmpType: 8, icmpCode: 0 });
    if (at % 6 === 0) {
      const to =
        at % 12 === 0
          ? { dstIp: '10.1.2.255', transmission: 'broadcast' }
          : { dstIp: '224.0.0.251', transmission: 'multicast' };
      add(`${at}/all`, { ...inside, ...(to as { dstIp: string; transmission: 'broadcast' }), proto: 17, port: 138 });
    }
    if (at % 7 === 0) add(`${at}/v6`, { ...inside, dstIp: 'fe80::1', port: 546, proto: 17, state: 'active' });
    if (at % 8 === 0) add(`${at}/link`, { srcIp: '10.9.9.9', dstIp: address, dst: index, reporter: 'flowlink' });
  });
  return habits;
}
