import { expect, it } from 'vitest';
import type { Href } from '../../core/href.ts';
import type { Actor } from '../inventory.ts';
import { indexSets } from '../addresses/index-of-sets.ts';
import { candidatesOf } from './candidates.ts';
import { clausesOf } from './clauses.ts';
import { peerFinder } from './peers.ts';
import type { PolicySource, SourceRule } from './source.ts';

/** That the index never misses a rule is shown by test/oracle; here, that it asks few, however many there are. */

const label = (name: string): Actor => ({ kind: 'label', href: `/labels/${name}` as Href, exclusion: false });
const scopeOf = (app: number) => [[{ kind: 'label', href: `/labels/app${app}` as Href, exclusion: false } as const]];

/** An estate of `apps` applications of ten rules each, every third open to an IP list, and four hosts per application. */
function estate(apps: number): PolicySource {
  const roles = ['web', 'db'];
  const rule = (app: number, index: number): SourceRule => ({
    href: `/rules/${app}/${index}` as Href,
    kind: index === 9 ? 'deny' : 'allow',
    enabled: true,
    providers: index % 2 === 0 ? [label('db')] : [{ kind: 'ams' }],
    consumers: index % 3 === 0 ? [{ kind: 'ip_list', href: '/ip_lists/any' as Href }] : [{ kind: 'ams' }],
    services: [{ kind: 'ports', proto: 6, port: 1000 + index, toPort: null }],
    unscopedConsumers: index % 4 === 0,
    resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
    consumingSecurityPrincipals: [],
    networkType: 'brn',
    useWorkloadSubnets: [],
    stateless: false,
    allIpsExceptFor: [],
  });
  const every = Array.from({ length: apps }, (_, app) => app);
  return {
    labels: [
      ...roles.map((value) => ({ href: `/labels/${value}` as Href, key: 'role', value })),
      ...every.map((app) => ({ href: `/labels/app${app}` as Href, key: 'app', value: `app${app}` })),
    ],
    labelGroups: [],
    ipLists: [
      {
        href: '/ip_lists/any' as Href,
        name: 'Any',
        ranges: [{ from: '0.0.0.0/0', to: null, exclusion: false, description: null }],
        fqdns: [],
      },
    ],
    services: [],
    boundaries: [],
    virtualServices: [],
    pce: null,
    ruleSets: every.map((app) => ({
      href: `/rule_sets/${app}` as Href,
      name: `app ${app}`,
      enabled: true,
      scopes: scopeOf(app),
      rules: Array.from({ length: 10 }, (_, index) => rule(app, index)),
    })),
    workloads: every.flatMap((app) =>
      Array.from({ length: 4 }, (_, host) => ({
        href: `/workloads/${app}-${host}` as Href,
        managed: true,
        mode: 'full' as const,
        labels: [`/labels/app${app}` as Href, `/labels/${roles[host % 2]}` as Href],
        addresses: [`10.${app >> 8}.${app & 255}.${host}`],
        publicIp: null,
        subnets: [],
        os: null,
        endpoint: false,
      })),
    ),
  };
}

/** The most clauses any of some pairs asks. */
function mostAsked(apps: number): { readonly clauses: number; readonly asked: number } {
  const source = estate(apps);
  const { clauses, registry, vocabulary } = clausesOf(source);
  const find = peerFinder({
    workloads: source.workloads,
    vocabulary,
    named: new Set(),
    membership: indexSets(registry.addressSets),
    nameTests: registry.nameTests,
    pceAddresses: [],
  });
  const candidates = candidatesOf(clauses, registry.addressSets, source.workloads, vocabulary);
  const ends = ['10.0.1.0', '10.0.1.1', '10.0.7.3', '192.0.2.1'].map((ip) => find({ ip }, 'brn').peer);
  let asked = 0;
  for (const source of ends)
    for (const destination of ends) {
      let count = 0;
      candidates.forPair(source, destination, () => {
        count += 1;
      });
      asked = Math.max(asked, count);
    }
  return { clauses: clauses.length, asked };
}

it('asks no more rules of a pair in an estate of five thousand than in one of a hundred', () => {
  const small = mostAsked(10);
  const large = mostAsked(500);
  expect([small.clauses, large.clauses]).toEqual([100, 5000]);
  expect(small.asked).toBeGreaterThan(0);
  expect(large.asked).toBe(small.asked);
});
