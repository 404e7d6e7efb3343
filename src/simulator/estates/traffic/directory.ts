import { hashOf, permutation } from '../../random.ts';
import { toAddress, toNumber } from '../addresses.ts';
import type { Host } from '../host.ts';
import type { Group } from '../landscape.ts';
import { blockedAddresses, BLOCKLIST } from '../policy/ip-lists.ts';
import { groupMembers } from '../policy/label-groups.ts';

/** Finds the hosts behind groups and labels, and makes addresses outside the estate. */
export interface Directory {
  readonly hosts: readonly Host[];
  readonly seed: number;
  /** Hosts of a group as they really are, whatever their labels say. */
  group(group: Group): readonly Host[];
  /** Unmanaged devices of a role. */
  things(role: string): readonly Host[];
  /** Hosts that carry what a rule's actor text asks for, within a scope. */
  labelled(actors: string, scope: readonly string[]): readonly Host[];
  /** The i-th address outside the estate's workloads of a place such as `@internet` or `Corp-Users-VDI`. */
  outside(place: string, index: number): string;
}

// Networks the addresses of a place come from: first address, how many.
const PLACES: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  '@internet': [
    ['31.13.64.0', 65_536],
    ['82.64.0.0', 1_048_576],
    ['91.64.0.0', 1_048_576],
    ['109.40.0.0', 262_144],
    ['151.36.0.0', 262_144],
    ['176.0.0.0', 1_048_576],
  ],
  '@egress': [
    ['20.190.128.0', 16_384],
    ['52.84.0.0', 65_536],
    ['104.16.0.0', 65_536],
    ['151.101.0.0', 32_768],
  ],
  '@partner': [['198.51.100.10', 31]],
  '@users': [['10.100.128.0', 32_768]],
  'Partner-Acquirer': [['198.51.100.10', 31]],
  'Partner-Logistics': [['198.51.100.128', 32]],
  'Corp-Users-VDI': [['10.100.128.0', 32_768]],
  'Corp-WiFi-Guest': [['10.250.0.0', 65_536]],
  'Stores-EMEA': [['10.90.128.0', 32_768]],
  'Stores-APAC': [['10.91.128.0', 32_768]],
  'DC-Mgmt': [['172.16.50.8', 16]],
  RFC1918: [['10.150.0.0', 65_536]],
  'OLD-DO-NOT-USE-10net': [['10.151.0.0', 65_536]],
  'SaaS-M365': [['40.96.16.0', 4_096]],
  'SWIFT-HSN': [['203.0.113.193', 30]],
  '@unknown': [['10.199.0.0', 65_536]],
};

export function createDirectory(hosts: readonly Host[], seed: number): Directory {
  const groups = new Map<string, Host[]>();
  const carriers = new Map<string, Host[]>();
  const taken = new Set(hosts.map((host) => host.address));
  const put = (map: Map<string, Host[]>, key: string, host: Host): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [host]);
    else list.push(host);
  };
  for (const host of hosts) {
    // The left-over twin of a managed host is no machine of its own.
    if (host.spec !== null && (host.managed || host.labels['role'] !== undefined))
      put(groups, `${host.spec}${host.copy}/${host.role}/${host.env}`, host);
    else if (host.spec === null && host.role !== null) put(groups, `/${host.role}/`, host);
    for (const [key, value] of Object.entries(host.labels)) put(carriers, `${key}=${value}`, host);
  }
  const place = new Map<string, (index: number) => string>();
  const addresses = (name: string): ((index: number) => string) => {
    const blocked = name === BLOCKLIST ? blockedAddresses(seed) : null;
    if (blocked) return (index) => blocked[index % blocked.length] ?? '';
    const nets = PLACES[name] ?? PLACES['@unknown'] ?? [];
    const size = nets.reduce((sum, [, count]) => sum + count, 0);
    const scatter = permutation(size, hashOf(seed, 'outside', name));
    return (index) => {
      for (let slot = scatter(index % size); ; slot = (slot + 1) % size) {
        let rest = slot;
        for (const [first, count] of nets) {
          if (rest >= count) {
            rest -= count;
            continue;
          }
          const address = toAddress(toNumber(first) + rest);
          if (!taken.has(address)) return address;
          break;
        }
      }
    };
  };
  return {
    hosts,
    seed,
    group: ({ app, role, env }) => groups.get(`${app}/${role}/${env}`) ?? [],
    things: (role) => groups.get(`/${role}/`) ?? [],
    labelled(actors, scope) {
      const wanted = new Map<string, Set<string>>();
      const want = (text: string): void => {
        const { key, values } = text.startsWith('group:')
          ? groupMembers(text.slice('group:'.length))
          : splitLabel(text);
        const set = wanted.get(key) ?? new Set<string>();
        for (const each of values) set.add(each);
        wanted.set(key, set);
      };
      const texts = actors.split(' & ').filter((text) => text !== 'ams');
      const own = new Set(texts.map((text) => text.split('=', 1)[0]));
      texts.forEach(want);
      // A rule's own label narrows within the scope; the scope adds what the rule leaves open.
      for (const text of scope) if (!own.has(text.split('=', 1)[0])) want(text);
      const smallest = [...texts, ...scope]
        .filter((text) => text.includes('='))
        .map((text) => carriers.get(text) ?? [])
        .toSorted((a, b) => a.length - b.length);
      const single = wanted.size > 0 && [...wanted.values()].every((set) => set.size === 1);
      const base = single ? (smallest[0] ?? []) : hosts;
      return base.filter((host) => [...wanted].every(([key, set]) => set.has(host.labels[key] ?? '')));
    },
    outside(name, index) {
      let of = place.get(name);
      if (of === undefined) place.set(name, (of = addresses(name)));
      return of(index);
    },
  };
}

function splitLabel(text: string): { key: string; values: readonly string[] } {
  const at = text.indexOf('=');
  return { key: text.slice(0, at), values: [text.slice(at + 1)] };
}

/** Where a host's broadcasts go: the last address of its /24. */
export const broadcastOf = (ip: string): string => `${ip.slice(0, ip.lastIndexOf('.'))}.255`;
