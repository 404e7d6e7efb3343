import { fraction, hashOf } from '../../random.ts';
import type { Cadence } from '../edges.ts';
import type { Host } from '../host.ts';
import type { LaneList } from './lanes.ts';
import { type LaneMaker, peersOf } from './make.ts';

interface Service {
  readonly app: string;
  readonly role: string;
  readonly port: number;
  readonly proto?: number;
  readonly cadence: Cadence;
  readonly volume: number;
  /** Share of the hosts that show this traffic in an estate of ordinary size. */
  readonly share: number;
  readonly only?: 'windows' | 'other';
}

/** What every host consumes (users.md §5.3, first row). */
const CONSUMED: readonly Service[] = [
  { app: 'ad-core', role: 'dc', port: 53, proto: 17, cadence: 'always', volume: 120, share: 0.2 },
  { app: 'ad-core', role: 'dc', port: 88, cadence: 'always', volume: 60, share: 0.3 },
  { app: 'ad-core', role: 'dc', port: 389, cadence: 'always', volume: 90, share: 0.3 },
  { app: 'ad-core', role: 'dc', port: 445, cadence: 'always', volume: 30, share: 0.22, only: 'windows' },
  { app: 'ad-core', role: 'dc', port: 464, cadence: 'always', volume: 0.4, share: 0.05 },
  { app: 'ad-core', role: 'dc', port: 135, cadence: 'always', volume: 20, share: 0.2, only: 'windows' },
  { app: 'dns-dhcp', role: 'resolver', port: 53, proto: 17, cadence: 'always', volume: 400, share: 0.35 },
  { app: 'ntp', role: 'ntp', port: 123, proto: 17, cadence: 'always', volume: 24, share: 0.16 },
  { app: 'siem', role: 'forwarder', port: 6514, cadence: 'always', volume: 60, share: 0.12 },
  { app: 'siem', role: 'forwarder', port: 514, proto: 17, cadence: 'always', volume: 200, share: 0.12, only: 'other' },
  { app: 'edr-relay', role: 'relay', port: 443, cadence: 'always', volume: 48, share: 0.22 },
  { app: 'patching', role: 'wsus', port: 8530, cadence: 'nightly', volume: 2, share: 0.16, only: 'windows' },
  { app: 'patching', role: 'satellite', port: 443, cadence: 'nightly', volume: 2, share: 0.12, only: 'other' },
  { app: 'config-mgmt', role: 'puppet', port: 8140, cadence: 'always', volume: 48, share: 0.15 },
];

/** What infrastructure does to every host (second row). */
const PRODUCED: readonly Service[] = [
  { app: 'monitoring', role: 'poller', port: 10050, cadence: 'always', volume: 288, share: 0.5 },
  { app: 'monitoring', role: 'poller', port: 5666, cadence: 'always', volume: 96, share: 0.12, only: 'other' },
  { app: 'monitoring', role: 'poller', port: 161, proto: 17, cadence: 'always', volume: 96, share: 0.08 },
  { app: 'backup', role: 'media', port: 1556, cadence: 'nightly', volume: 6, share: 0.3 },
  { app: 'vulnscan', role: 'scanner', port: 445, cadence: 'sunday', volume: 3, share: 0.12, only: 'windows' },
  { app: 'vulnscan', role: 'scanner', port: 22, cadence: 'sunday', volume: 3, share: 0.12, only: 'other' },
  { app: 'vulnscan', role: 'scanner', port: 443, cadence: 'sunday', volume: 3, share: 0.14 },
  { app: 'jump', role: 'rdp-jump', port: 3389, cadence: 'business', volume: 1.5, share: 0.1, only: 'windows' },
  { app: 'jump', role: 'ssh-jump', port: 22, cadence: 'business', volume: 1.5, share: 0.14, only: 'other' },
];

/** Lanes between infrastructure and all managed hosts; `density` 1 gives the ordinary share. */
export function addInfrastructureLanes(list: LaneList, maker: LaneMaker, density: number): void {
  const { directory } = maker;
  const managed = directory.hosts.filter((host) => host.managed);
  const providersOf = ({ app, role }: Service): readonly Host[] => [
    ...directory.group({ app, spec: app, role, env: 'prod' }),
    ...directory.group({ app, spec: app, role, env: 'shared' }),
  ];
  for (const service of CONSUMED) addService(service, providersOf(service), true);
  for (const service of PRODUCED) addService(service, providersOf(service), false);

  function addService(service: Service, servers: readonly Host[], consumed: boolean): void {
    for (const host of managed) {
      if (service.only !== undefined && (host.os === 'windows') !== (service.only === 'windows')) continue;
      if (host.kind === 'desktop' && !consumed && service.app !== 'vulnscan') continue;
      const roll = fraction(hashOf(directory.seed, 'infra', service.app, service.role, service.port, host.index));
      if (roll >= service.share * density) continue;
      const [server] = peersOf(servers, host.index, 1);
      if (server === undefined || server === host || server.spec === host.spec) continue;
      const [from, to] = consumed ? [host, server] : [server, host];
      list.add(
        maker.lane(from, to, service.port, {
          proto: service.proto ?? 6,
          cadence: service.cadence,
          volume: service.volume,
        }),
      );
    }
  }
}
