import { createRandom, hashOf } from '../../random.ts';
import { EXFIL_ADDRESS, ROGUE_ADDRESS } from '../addresses.ts';
import type { Host } from '../host.ts';
import { BLOCKLIST } from '../policy/ip-lists.ts';
import type { LaneList } from './lanes.ts';
import { type LaneMaker, peersOf } from './make.ts';

const GIGABYTE = 1_000_000_000;

/** Where the planted traffic of an estate is; the hosts are chosen by the seed. */
export interface PlantedTraffic {
  /** P12: the host that sent 18 GB out in one night. */
  readonly exfiltrator: Host | null;
  /** P13: the beaconing desktop and the address it calls. */
  readonly beacon: { readonly host: Host; readonly address: string } | null;
  /** P14: the domain controllers an unknown host probes. */
  readonly probed: readonly Host[];
}

export const BEACON_PROCESS = 'C:\\Users\\Public\\svch0st.exe';

export function choosePlantedTraffic(maker: LaneMaker): PlantedTraffic {
  const { directory } = maker;
  const random = createRandom(directory.seed, 'planted-traffic');
  const alive = (hosts: readonly Host[]): readonly Host[] =>
    hosts.filter((host) => maker.lastDayOf(host.index) === Number.POSITIVE_INFINITY && host.mode !== 'idle');
  const pick = (hosts: readonly Host[]): Host | null => (hosts.length === 0 ? null : random.pick(hosts));
  const desktop = pick(alive(directory.group({ app: 'vdi', spec: 'vdi', role: 'desktop', env: 'prod' })));
  return {
    exfiltrator: pick(alive(directory.group({ app: 'sap-bw', spec: 'sap-bw', role: 'app', env: 'prod' }))),
    beacon: desktop && { host: desktop, address: directory.outside(BLOCKLIST, random.below(400)) },
    probed: peersOf(
      alive(directory.group({ app: 'ad-core', spec: 'ad-core', role: 'dc', env: 'prod' })),
      random.below(1_000),
      3,
    ),
  };
}

/** The traffic of planted issues P12, P13 and P14; P1, P10, P11, P15, P22 and P23 are edges of the flow matrix. */
export function addPlantedLanes(list: LaneList, maker: LaneMaker, planted: PlantedTraffic): void {
  if (planted.exfiltrator)
    list.add(
      maker.lane(planted.exfiltrator, EXFIL_ADDRESS, 443, {
        cadence: 'once',
        volume: 36,
        bytesIn: GIGABYTE / 2,
        bytesOut: 40_000,
        client: 'C:\\Users\\Public\\rclone.exe',
      }),
    );
  if (planted.beacon)
    list.add(
      maker.lane(planted.beacon.host, planted.beacon.address, 443, {
        cadence: 'beacon',
        volume: 288,
        bytesIn: 420,
        bytesOut: 180,
        client: BEACON_PROCESS,
      }),
    );
  for (const host of planted.probed)
    for (const port of [445, 389]) list.add(maker.lane(ROGUE_ADDRESS, host, port, { cadence: 'business', volume: 14 }));
  addEgress(list, maker);
}

const SAAS = [
  ['update.vendor.example', 'patching', 'wsus'],
  ['cdn.vendor.example', 'patching', 'satellite'],
  ['inputs.splunkcloud.example', 'siem', 'indexer'],
  ['telemetry.edr.example', 'edr-relay', 'relay'],
  ['api.fraudcheck.example', 'payments', 'api'],
  ['registry.containers.example', 'k8s-retail', 'worker'],
  ['packages.devtools.example', 'cicd', 'runner'],
  ['api.assistant-ai.example', 'ecommerce', 'web'],
  ['outlook.office.example', 'smtp-relay', 'mta'],
] as const;

/** Named destinations on the internet, and the proxies' way out. */
function addEgress(list: LaneList, maker: LaneMaker): void {
  const { directory } = maker;
  for (const [fqdn, app, role] of SAAS)
    for (const host of peersOf(directory.group({ app, spec: app, role, env: 'prod' }), hashOf(fqdn), 4))
      list.add(
        maker.lane(host, directory.outside(role === 'mta' ? 'SaaS-M365' : '@egress', hashOf(fqdn) % 4_000), 443, {
          volume: 40,
          fqdn,
        }),
      );
  const proxies = directory.group({ app: 'web-proxy', spec: 'web-proxy', role: 'proxy', env: 'prod' });
  proxies.forEach((proxy, i) => {
    for (let site = 0; site < 25; site++)
      list.add(
        maker.lane(proxy, directory.outside('@egress', 5_000 + i * 100 + site), 443, {
          cadence: 'business',
          volume: 30,
          fqdn: `www.site-${(hashOf(directory.seed, 'site', i, site) % 900) + 100}.example`,
        }),
      );
  });
}
