import { createRandom } from '../random.ts';
import { DIRTY_APP } from './applications.ts';
import type { Host } from './host.ts';
import type { Profile } from './profiles.ts';

/** Which hosts carry the planted issues of the inventory (users.md §5.7), by index. Chosen by the seed. */
export interface Plants {
  readonly withoutEnv: readonly number[];
  readonly mislabelled: readonly { readonly host: number; readonly key: string; readonly truth: string }[];
  readonly dirty: readonly number[];
  /** Unlabelled hosts that have the host name of another managed host. */
  readonly sameHostname: readonly { readonly host: number; readonly twin: number }[];
  readonly offline: readonly number[];
  readonly suspended: readonly number[];
  readonly cloned: readonly number[];
  readonly tampered: readonly number[];
  readonly badlyLogged: readonly number[];
  readonly dualHomed: readonly number[];
  readonly oldWindows: readonly number[];
}

// Traffic planted between named groups must stay as the story tells it, so their hosts keep right labels and working agents.
const STORY_APPS = new Set([
  'payments',
  'tokenizer',
  'sap-bw',
  'swift-zone',
  'legacy-billing',
  'backup',
  'wms',
  'treasury',
]);

const DIRTY_VALUES = [
  { key: 'app', from: 'ordering', to: DIRTY_APP, count: 7 },
  { key: 'env', from: 'staging', to: 'stg', count: 6 },
  { key: 'env', from: 'prod', to: 'PRD', count: 12 },
  { key: 'env', from: 'prod', to: 'Production', count: 9 },
] as const;

const MISLABELLED = [
  { app: 'ad-core', role: 'dc', key: 'app', says: 'file-services', count: 1 },
  { app: 'ordering', role: 'web', key: 'role', says: 'db', count: 2 },
  { app: 'ecommerce', role: 'web', key: 'role', says: 'db', count: 2 },
  { app: 'monitoring', role: 'poller', key: 'app', says: 'siem', count: 1 },
  { app: 'shared-mssql', role: 'db', key: 'app', says: 'file-services', count: 1 },
  { app: 'mq-bus', role: 'broker', key: 'role', says: 'zk', count: 2 },
] as const;

/** Changes labels, host names, modes and logging of the hosts that carry planted issues, and says which they are. */
export function plantInventory(hosts: readonly Host[], profile: Profile, seed: number): Plants {
  const random = createRandom(seed, 'plants');
  const share = profile.name === 'small' ? 0.3 : 1;
  const scaled = (count: number): number => Math.max(1, Math.round(count * share));
  const taken = new Set<number>();
  const choose = (fits: (host: Host) => boolean, count: number): Host[] => {
    const fitting = hosts.filter((host) => !taken.has(host.index) && fits(host));
    const chosen = random.sample(fitting, Math.min(count, fitting.length)).sort((a, b) => a.index - b.index);
    for (const host of chosen) taken.add(host.index);
    return chosen;
  };
  const spare = spareHosts(hosts);
  const indexes = (chosen: readonly Host[]): number[] => chosen.map((host) => host.index);

  const mislabelled = MISLABELLED.flatMap(({ app, role, key, says, count }) =>
    choose((host) => spare(host) && host.spec === app && host.role === role && host.env === 'prod', count).map(
      (host) => {
        const truth = host.labels[key] ?? '';
        host.labels = { ...host.labels, [key]: says };
        return { host: host.index, key, truth };
      },
    ),
  );
  const dirty = DIRTY_VALUES.flatMap(({ key, from, to, count }) =>
    choose((host) => spare(host) && host.kind === 'server' && host.labels[key] === from, scaled(count)).map((host) => {
      host.labels = { ...host.labels, [key]: to };
      return host.index;
    }),
  );
  const withoutEnv = choose((host) => spare(host) && host.kind === 'server' && host.loc === 'az-weu', scaled(11));
  for (const host of withoutEnv) {
    const { env: _env, ...rest } = host.labels;
    host.labels = rest;
  }
  const twins = choose((host) => spare(host) && host.kind === 'server' && host.loc === 'dc-fra', scaled(3));
  const strays = choose((host) => host.managed && host.spec === null, twins.length);
  const sameHostname = strays.flatMap((stray, i) => {
    const twin = twins[i];
    if (twin === undefined) return [];
    stray.hostname = twin.hostname;
    return [{ host: stray.index, twin: twin.index }];
  });
  const well = (host: Host): boolean => spare(host) && host.spec !== 'cicd';
  const offline = [...indexes(strays), ...indexes(choose(well, scaled(15) - strays.length))];
  const suspended = choose(well, scaled(4));
  const cloned = choose((host) => well(host) && host.kind === 'server', 2);
  const tampered = choose((host) => well(host) && host.kind === 'server', 1);
  return {
    withoutEnv: indexes(withoutEnv),
    mislabelled,
    dirty,
    sameHostname,
    offline,
    suspended: indexes(suspended),
    cloned: indexes(cloned),
    tampered: indexes(tampered),
    badlyLogged: plantLoggingGaps(hosts, profile, seed),
    dualHomed: indexes(
      random.sample(
        hosts.filter((host) => host.managed && host.kind === 'server' && host.zone === 'core'),
        scaled(22),
      ),
    ),
    oldWindows: oldWindows(hosts, profile, seed),
  };
}

/** True for managed hosts that can be spoilt: the first of every group stays as it is. */
function spareHosts(hosts: readonly Host[]): (host: Host) => boolean {
  const groupOf = (host: Host): string => `${host.spec}${host.copy}/${host.role}/${host.env}`;
  const sizes = new Map<string, number>();
  for (const host of hosts) if (host.managed) sizes.set(groupOf(host), (sizes.get(groupOf(host)) ?? 0) + 1);
  const firsts = new Set<number>();
  const seen = new Map<string, number>();
  for (const host of hosts) {
    const count = seen.get(groupOf(host)) ?? 0;
    if (count === 0) firsts.add(host.index);
    seen.set(groupOf(host), count + 1);
  }
  return (host) =>
    host.managed &&
    host.spec !== null &&
    !STORY_APPS.has(host.spec) &&
    (sizes.get(groupOf(host)) ?? 0) >= 2 &&
    !firsts.has(host.index);
}

/**
 * Visibility levels: wms is logged badly, in test even though it is enforced, so that its rules look unused (P20); elsewhere a few
 * hosts log only drops, a few nothing, and some count bytes.
 */
function plantLoggingGaps(hosts: readonly Host[], profile: Profile, seed: number): number[] {
  const random = createRandom(seed, 'logging');
  const planted: number[] = [];
  for (const host of hosts) {
    if (!host.managed) continue;
    const roll = random.below(1000);
    if (host.spec === 'wms' && (host.env === 'test' || host.role === 'app')) {
      host.visibility = host.env === 'test' && host.role === 'app' ? 'flow_off' : 'flow_drops';
      planted.push(host.index);
    } else if (host.spec === 'sap-bw' || roll >= 880) host.visibility = 'enhanced_data_collection';
    else if (host.spec === 'k8s-retail' || host.spec === 'shared-mssql' || host.env === 'dev') {
      if (roll < 60) host.visibility = 'flow_drops';
      else if (roll < 90 && profile.name !== 'small') host.visibility = 'flow_off';
    }
  }
  return planted;
}

/** The 26 hosts still on Windows Server 2012 R2, the billing application among them. */
function oldWindows(hosts: readonly Host[], profile: Profile, seed: number): number[] {
  const windows = hosts.filter(
    (host) => host.managed && host.kind === 'server' && host.os === 'windows' && host.spec !== 'ad-core',
  );
  const billing = windows.filter((host) => host.spec === 'legacy-billing' && host.copy === '');
  const others = windows.filter((host) => host.spec !== 'legacy-billing' && host.spec !== 'vdi');
  const wanted = (profile.name === 'small' ? 4 : 26) - billing.length;
  const chosen = [...billing, ...createRandom(seed, 'old-windows').sample(others, wanted)];
  return chosen.map((host) => host.index).sort((a, b) => a - b);
}
