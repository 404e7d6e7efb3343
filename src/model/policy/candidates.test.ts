import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { policies, questions } from '../../../test/oracle/generate.ts';
import type { Href } from '../../core/href.ts';
import type { Actor } from '../inventory.ts';
import { indexSets } from '../addresses/index-of-sets.ts';
import { candidatesOf } from './candidates.ts';
import { type Clause, clausesOf } from './clauses.ts';
import type { FlowEnd } from './decision.ts';
import { matchesOf } from './pairs.ts';
import { peerFinder } from './peers.ts';
import type { PolicySource, SourceRule } from './source.ts';

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

/** A policy's clauses, their index, and what finds the peers it is asked with. */
function indexed(source: PolicySource) {
  const { clauses, registry, vocabulary } = clausesOf(source);
  const named = new Set(
    clauses.flatMap(({ provider, consumer }) =>
      [...provider.terms, ...consumer.terms].flatMap((term) => [...(term.workloads ?? [])]),
    ),
  );
  const find = peerFinder({
    workloads: source.workloads,
    vocabulary,
    named,
    membership: indexSets(registry.addressSets),
    nameTests: registry.nameTests,
    pceAddresses: [],
  });
  return {
    clauses,
    peer: (end: FlowEnd) => find(end, 'brn').peer,
    candidates: candidatesOf(clauses, registry.addressSets, source.workloads, vocabulary),
  };
}

/** What the index finds for pairs of ends, and what asking every clause finds. */
function bothWays(source: PolicySource, pairs: readonly (readonly [FlowEnd, FlowEnd])[]) {
  const { clauses, peer, candidates } = indexed(source);
  const every = { forPair: (_: unknown, __: unknown, visit: (clause: Clause) => void) => clauses.forEach(visit) };
  const sorted = (found: ReturnType<typeof matchesOf>) =>
    found.toSorted((a, b) => clauses.indexOf(a.clause) - clauses.indexOf(b.clause));
  return pairs.map(([from, to]) => {
    const [source, destination] = [peer(from), peer(to)];
    return {
      found: sorted(matchesOf(candidates, source, destination)),
      expected: matchesOf(every, source, destination),
    };
  });
}

/** Hosts no rule is about, beside which every label is rare. */
const others = Array.from({ length: 400 }, (_, index) => ({
  href: `/workloads/other-${index}` as Href,
  managed: true,
  mode: 'full' as const,
  labels: [],
  addresses: [`172.16.${index >> 8}.${index & 255}`],
  publicIp: null,
  subnets: [],
  os: null,
  endpoint: false,
}));

it.each([
  { estate: 'small, where all labels are frequent', added: [] },
  { estate: 'large, where all labels are rare', added: others },
])('finds exactly the rules that asking every rule finds, also those that nearly match: $estate', ({ added }) => {
  let matched = 0;
  fc.assert(
    fc.property(policies, questions, (policy, asked) => {
      const source = { ...policy, workloads: [...policy.workloads, ...added] };
      // Twice, so that what is kept of a peer is asked as well.
      const pairs = [...asked, ...asked].map(({ src, dst }) => [src, dst] as const);
      for (const { found, expected } of bothWays(source, pairs)) {
        expect(found).toEqual(expected);
        matched += expected.length;
      }
    }),
    { seed: 5, numRuns: 300 },
  );
  expect(matched).toBeGreaterThan(1_000);
});

it('finds rules whose groups have too many labels to be posted under every combination', () => {
  const values = Array.from({ length: 40 }, (_, index) => index);
  const keys = ['app', 'env', 'role'];
  const named = (key: string, index: number) => `/labels/${key}${index}` as Href;
  const labels = keys.flatMap((key) => values.map((index) => ({ href: named(key, index), key, value: `${index}` })));
  const group = (key: string, from: number, to: number) => ({
    href: `/label_groups/${key}${from}-${to}` as Href,
    key,
    labels: labels.filter((one) => one.key === key && Number(one.value) >= from && Number(one.value) < to),
    subGroups: [],
  });
  const labelGroups = keys.flatMap((key) => [group(key, 0, 5), group(key, 0, 30), group(key, 20, 40)]);
  const [template] = estate(1).ruleSets[0]?.rules ?? [];
  const [host] = estate(1).workloads;
  if (template === undefined || host === undefined) throw new Error('an empty estate');
  const side = fc
    .subarray(labelGroups, { minLength: 1, maxLength: 3 })
    .map((groups) => groups.map(({ href }): Actor => ({ kind: 'label_group', href, exclusion: false })));
  const workloads = values.flatMap((app) =>
    [0, 4, 25, 35].map((other) => ({
      ...host,
      href: `/workloads/${app}-${other}` as Href,
      labels: [named('app', app), named('env', other), named('role', (app + other) % 40)],
      addresses: [`10.1.${app}.${other}`],
    })),
  );
  const pairs = workloads.map(
    ({ addresses: [ip = ''] }, at) =>
      [{ ip }, { ip: workloads[(at * 7 + 3) % workloads.length]?.addresses[0] ?? '' }] as const,
  );
  let matched = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 6 }), (sides) => {
      const rules = sides.map(([providers, consumers], at) => ({
        ...template,
        href: `/rules/${at}` as Href,
        providers,
        consumers,
      }));
      const ruleSet = { href: '/rule_sets/0' as Href, name: 'all', enabled: true, scopes: [], rules };
      const policy = { ...estate(0), labels, labelGroups, workloads, ruleSets: [ruleSet] };
      for (const { found, expected } of bothWays(policy, pairs)) {
        expect(found).toEqual(expected);
        matched += expected.length;
      }
    }),
    { seed: 6, numRuns: 50 },
  );
  expect(matched).toBeGreaterThan(1_000);
});

/** The most clauses any of some pairs asks. */
function mostAsked(apps: number): { readonly clauses: number; readonly asked: number } {
  const { clauses, peer, candidates } = indexed(estate(apps));
  const ends = ['10.0.1.0', '10.0.1.1', '10.0.7.3', '192.0.2.1'].map((ip) => peer({ ip }));
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
