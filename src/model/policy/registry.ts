import type { Href } from '../../core/href.ts';
import { fqdnMatcher } from '../addresses/fqdn.ts';
import { type AddressSet, setOfRanges } from '../addresses/set.ts';
import type { ServiceEntry } from '../services/match.ts';
import type { PolicySource, SourceRule } from './source.ts';

/** What rules refer to, each thing kept once: address sets and FQDN lists by number, services by their entries. */
export interface Registry {
  readonly addressSets: readonly AddressSet[];
  readonly nameTests: readonly ((name: string) => boolean)[];
  readonly addAddresses: (key: string, make: () => AddressSet) => number;
  readonly addNames: (key: string, patterns: readonly string[]) => number;
  /** Null for a list the policy does not have: it matches nothing. */
  readonly ipList: (href: Href) => { readonly addresses: number; readonly names: number | null } | null;
  readonly services: (refs: SourceRule['services']) => readonly ServiceEntry[];
}

const PORTS_ONLY = { kind: 'ports', icmpType: null, icmpCode: null, process: null, windowsService: null } as const;

/** An entry of plain ports. */
export const portsEntry = (ports: Pick<ServiceEntry, 'proto' | 'port' | 'toPort'>): ServiceEntry => ({
  ...PORTS_ONLY,
  proto: ports.proto,
  port: ports.port,
  toPort: ports.toPort,
});

export function registryOf(source: Pick<PolicySource, 'ipLists' | 'services'>): Registry {
  const addressSets: AddressSet[] = [];
  const nameTests: ((name: string) => boolean)[] = [];
  const addressIds = new Map<string, number>();
  const nameIds = new Map<string, number>();
  const lists = new Map(source.ipLists.map((list) => [list.href, list]));
  const servicesByHref = new Map(
    source.services.map(({ href, kind, ports }) => [href, ports.map((port): ServiceEntry => ({ ...port, kind }))]),
  );
  const serviceSets = new Map<string, readonly ServiceEntry[]>();

  const addAddresses = (key: string, make: () => AddressSet): number => {
    const known = addressIds.get(key);
    if (known !== undefined) return known;
    addressIds.set(key, addressSets.length);
    return addressSets.push(make()) - 1;
  };
  const addNames = (key: string, patterns: readonly string[]): number => {
    const known = nameIds.get(key);
    if (known !== undefined) return known;
    const tests = patterns.map(fqdnMatcher);
    nameIds.set(key, nameTests.length);
    return nameTests.push((name) => tests.some((test) => test(name))) - 1;
  };
  return {
    addressSets,
    nameTests,
    addAddresses,
    addNames,
    ipList: (href) => {
      const list = lists.get(href);
      if (list === undefined) return null;
      return {
        addresses: addAddresses(href, () => setOfRanges(list.ranges)),
        names: list.fqdns.length === 0 ? null : addNames(href, list.fqdns),
      };
    },
    services: (refs) => {
      const key = refs
        .map((ref) => (ref.kind === 'service' ? ref.href : `${ref.proto}/${ref.port}/${ref.toPort}`))
        .join(' ');
      const known = serviceSets.get(key);
      if (known !== undefined) return known;
      const entries = refs.flatMap((ref) =>
        ref.kind === 'service' ? (servicesByHref.get(ref.href) ?? []) : [portsEntry(ref)],
      );
      serviceSets.set(key, entries);
      return entries;
    },
  };
}
