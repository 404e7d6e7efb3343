import * as fc from 'fast-check';
import type { Href } from '../../src/core/href.ts';
import type { Actor, ScopeEntry, ServicePort, ServiceRef } from '../../src/model/inventory.ts';
import type { FlowQuestion } from '../../src/model/policy/decision.ts';
import type { PolicySource, SourceRule } from '../../src/model/policy/source.ts';

/** Small, crowded policies: few labels, addresses and ports, so that rules often match and often collide. */

const KEYS = ['app', 'env', 'role'];
const LABELS = KEYS.flatMap((key) =>
  ['a', 'b', 'c'].map((value) => ({ href: `/labels/${key}_${value}` as Href, key, value })),
);
const GROUPS = KEYS.flatMap((key) => ['g', 'h'].map((name) => ({ href: `/label_groups/${key}_${name}` as Href, key })));
const IP_LISTS = ['any', 'lan', 'holed', 'names', 'mixed'].map((name) => `/ip_lists/${name}` as Href);
const SERVICES = ['web', 'icmp', 'winproc', 'winsvc', 'egress', 'all'].map((name) => `/services/${name}` as Href);
const WORKLOADS = Array.from({ length: 6 }, (_, index) => `/workloads/${index}` as Href);
const VIRTUAL = ['/virtual_services/v', '/virtual_services/w'] as Href[];
const GROUP_SIDS = ['/security_principals/s', '/security_principals/t'] as Href[];
const PORTS = [0, 22, 53, 67, 80, 443, 8080, 8443];
const NAMES = ['db.example.com', 'x.db.example.com', 'example.com', 'EU.example.com'];
const PATTERNS = ['*.example.com', 'example.com', '*.db.example.com', 'db.*.com'];
/** An address several workloads may have. */
const SHARED = '10.0.1.5';
const BARE = [
  SHARED,
  '10.0.0.77',
  '192.0.2.15',
  '203.0.113.9',
  '127.0.0.1',
  '10.9.9.9',
  '2001:db8::7',
  '2001:db8:1::1',
  '10.5.5.5',
];

const one = <T>(values: readonly T[]) => fc.constantFrom(...values);
/** Null once in `freq` times. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: null, freq });
const rarely = (freq: number) => fc.integer({ min: 0, max: freq }).map((n) => n === 0);
const some = <T>(values: readonly T[], maxLength: number) => fc.uniqueArray(one(values), { minLength: 0, maxLength });

const scopeEntry: fc.Arbitrary<ScopeEntry> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('label' as const),
      href: one(LABELS.map(({ href }) => href)),
      exclusion: rarely(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('label_group' as const),
      href: one(GROUPS.map(({ href }) => href)),
      exclusion: rarely(4),
    }),
  },
);
const actor: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 8, arbitrary: scopeEntry as fc.Arbitrary<Actor> },
  { weight: 3, arbitrary: fc.constant<Actor>({ kind: 'ams' }) },
  { weight: 3, arbitrary: one(IP_LISTS).map((href): Actor => ({ kind: 'ip_list', href })) },
  { weight: 2, arbitrary: one(WORKLOADS).map((href): Actor => ({ kind: 'workload', href })) },
  { weight: 2, arbitrary: one(VIRTUAL).map((href): Actor => ({ kind: 'virtual_service', href })) },
  { weight: 1, arbitrary: one(KEYS).map((key): Actor => ({ kind: 'label_dimension', key })) },
  { weight: 1, arbitrary: fc.constant<Actor>({ kind: 'container_host' }) },
);
const actors = fc.array(actor, { minLength: 1, maxLength: 3 });

const range = fc.record({ port: one(PORTS), span: maybe(one([1, 20, 400])) });
const inline = fc.record({ proto: one([6, 6, 6, 17, 47, -1]), range: maybe(range, 3) }).map(
  ({ proto, range: at }): ServiceRef => ({
    kind: 'ports',
    proto,
    port: proto === 6 || proto === 17 ? (at?.port ?? null) : null,
    toPort: (proto === 6 || proto === 17) && at?.span ? at.port + at.span : null,
  }),
);
const services = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: inline },
    { weight: 3, arbitrary: one(SERVICES).map((href): ServiceRef => ({ kind: 'service', href })) },
  ),
  { minLength: 1, maxLength: 2 },
);

const resolve = one([
  ['workloads'],
  ['workloads'],
  ['workloads'],
  ['virtual_services'],
  ['workloads', 'virtual_services'],
] as const);
const sides = one([[], [], [], [], ['providers'], ['consumers'], ['providers', 'consumers']] as const);
const plainRule = fc.record({
  enabled: rarely(12).map((off) => !off),
  providers: actors,
  consumers: actors,
  services,
  networkType: one(['brn', 'brn', 'brn', 'all', 'non_brn'] as const),
});
const rule = fc
  .record({
    plain: plainRule,
    kind: one(['allow', 'allow', 'deny', 'override_deny'] as const),
    unscopedConsumers: fc.boolean(),
    resolveLabelsAs: fc.record({ providers: resolve, consumers: resolve }),
    users: one([[], [], [], GROUP_SIDS.slice(0, 1), GROUP_SIDS]),
    useWorkloadSubnets: sides,
    allIpsExceptFor: one([[], [], [], [], [], [], ['providers'], ['consumers']] as const),
  })
  .map(
    ({ plain, users, useWorkloadSubnets, ...rest }): Omit<SourceRule, 'href'> => ({
      ...plain,
      ...rest,
      stateless: false,
      consumingSecurityPrincipals: rest.kind === 'allow' ? users : [],
      useWorkloadSubnets: rest.kind === 'allow' ? useWorkloadSubnets : [],
    }),
  );

const scope = fc.array(scopeEntry, { minLength: 0, maxLength: 3 });
const ruleSet = fc.record({
  enabled: rarely(12).map((off) => !off),
  scopes: fc.array(scope, { minLength: 0, maxLength: 2 }),
  rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
});

const workloadAddress = (index: number) => (index === 5 ? '2001:db8::5' : `10.0.${index % 2}.${index + 1}`);
const workload = (href: Href, index: number) =>
  fc.record({
    href: fc.constant(href),
    managed: rarely(4).map((un) => !un),
    mode: one(['full', 'full', 'selective', 'selective', 'visibility_only', 'idle'] as const),
    labels: fc
      .tuple(
        ...KEYS.map((key) => maybe(one(LABELS.filter((label) => label.key === key).map((label) => label.href)), 5)),
      )
      .map((labels) => labels.filter((label) => label !== null)),
    addresses: one([[], [], [SHARED]]).map((shared) => [workloadAddress(index), ...shared]),
    publicIp: fc.constant(null),
    subnets: one([[], [index === 5 ? '2001:db8::/64' : `10.0.${index % 2}.0/24`]]),
    os: one(['windows', 'windows', 'linux', null] as const),
    endpoint: fc.constant(false),
  });

const port = (over: Partial<ServicePort>): ServicePort => ({
  proto: null,
  port: null,
  toPort: null,
  icmpType: null,
  icmpCode: null,
  process: null,
  windowsService: null,
  ...over,
});
const service = (name: string, kind: 'ports' | 'windows' | 'windows_egress', ports: readonly ServicePort[]) => ({
  href: `/services/${name}` as Href,
  name,
  kind,
  ports,
});
const SERVICE_OBJECTS = [
  service('web', 'ports', [port({ proto: 6, port: 80 }), port({ proto: 6, port: 8080, toPort: 8443 })]),
  service('icmp', 'ports', [port({ proto: 1, icmpType: 8 }), port({ proto: 1, icmpType: 3, icmpCode: 1 })]),
  service('winproc', 'windows', [port({ proto: 6, port: 443, process: 'C:\\srv.exe' })]),
  service('winsvc', 'windows', [
    port({ proto: 6, port: 22, windowsService: 'w3svc' }),
    port({ process: 'c:\\any.exe' }),
  ]),
  service('egress', 'windows_egress', [port({ proto: 6, process: 'c:\\srv.exe' })]),
  service('all', 'ports', [port({ proto: -1 })]),
];

const ipList = (
  name: string,
  ranges: readonly (readonly [string, string | null, boolean])[],
  fqdns: readonly string[] = [],
) => ({
  href: `/ip_lists/${name}` as Href,
  name,
  ranges: ranges.map(([from, to, exclusion]) => ({ from, to, exclusion, description: null })),
  fqdns,
});
const ipLists = fc
  .record({
    holeEnd: one(['10.0.0.2', '10.0.0.40', '10.0.1.5']),
    patterns: fc.uniqueArray(one(PATTERNS), { minLength: 1, maxLength: 2 }),
  })
  .map(({ holeEnd, patterns }) => [
    ipList('any', [
      ['0.0.0.0/0', null, false],
      ['::/0', null, false],
    ]),
    ipList('lan', [
      ['10.0.0.0/24', null, false],
      ['192.0.2.10', '192.0.2.20', false],
      ['2001:db8::/48', null, false],
    ]),
    ipList('holed', [
      ['10.0.0.0/8', null, false],
      ['10.0.0.2', holeEnd, true],
      ['10.0.1.0/30', null, true],
    ]),
    ipList('names', [], patterns),
    ipList(
      'mixed',
      [
        ['203.0.113.0/24', null, false],
        ['203.0.113.9', null, true],
      ],
      patterns,
    ),
  ]);

const virtualService = (href: Href) =>
  fc.record({
    href: fc.constant(href),
    labels: some(
      LABELS.map((label) => label.href),
      3,
    ).map((labels) =>
      labels.filter(
        (label, index) => labels.findIndex((other) => other.split('_')[0] === label.split('_')[0]) === index,
      ),
    ),
    ports: fc.array(fc.record({ proto: one([6, 17]), port: one([80, 443, -1]), toPort: fc.constant(null) }), {
      minLength: 1,
      maxLength: 2,
    }),
    service: maybe(one(SERVICES)),
    addresses: fc.array(
      fc.oneof(
        fc.record({ ip: one(BARE), fqdn: fc.constant(null), port: maybe(one(PORTS)) }),
        fc.record({ ip: fc.constant(null), fqdn: one(PATTERNS), port: fc.constant(null) }),
      ),
      { maxLength: 1 },
    ),
    ipOverrides: some(['10.5.5.0/24', '10.0.1.5'], 1),
    bindings: fc.uniqueArray(
      fc.record({
        workload: one(WORKLOADS),
        portOverrides: fc.array(
          fc.record({
            proto: fc.constant(6),
            port: one([80, 443]),
            newPort: one([22, 8080]),
            newToPort: maybe(fc.constant(9000)),
          }),
          { maxLength: 1 },
        ),
      }),
      { maxLength: 2, selector: (binding) => binding.workload },
    ),
  });

const labelGroup = ({ href, key }: (typeof GROUPS)[number]) =>
  fc.record({
    href: fc.constant(href),
    key: fc.constant(key),
    labels: some(
      LABELS.filter((label) => label.key === key),
      2,
    ),
    subGroups: some(
      GROUPS.filter((group) => group.key === key),
      1,
    ).map((groups) => groups.map((group) => ({ href: group.href, name: null }))),
  });

/** A policy with every kind of actor, scope and service in it. */
export const policies: fc.Arbitrary<PolicySource> = fc
  .record({
    labelGroups: fc.tuple(...GROUPS.map(labelGroup)),
    ipLists,
    ruleSets: fc.array(ruleSet, { minLength: 1, maxLength: 3 }),
    boundaries: fc.array(plainRule, { maxLength: 1 }),
    virtualServices: fc.tuple(...VIRTUAL.map(virtualService)),
    workloads: fc.tuple(...WORKLOADS.map(workload)),
    pce: maybe(fc.constant({ addresses: ['10.9.9.9'], ports: [8443] })),
  })
  .map(({ ruleSets, boundaries, ...rest }) => ({
    ...rest,
    labels: LABELS,
    services: SERVICE_OBJECTS,
    ruleSets: ruleSets.map((set, setIndex) => ({
      ...set,
      href: `/rule_sets/${setIndex}` as Href,
      name: `set ${setIndex}`,
      rules: set.rules.map((each, index) => ({ ...each, href: `/rule_sets/${setIndex}/rules/${index}` as Href })),
    })),
    boundaries: boundaries.map((each, index) => ({
      ...each,
      href: `/boundaries/${index}` as Href,
      name: `boundary ${index}`,
    })),
  }));

const end = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: 0, max: 5 })
      .map((index) => ({ ip: workloadAddress(index), workload: WORKLOADS[index] })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 5 }).map((index) => ({ ip: workloadAddress(index) })) },
  { weight: 3, arbitrary: fc.record({ ip: one(BARE) }) },
);

const facts = fc.oneof(
  { weight: 8, arbitrary: fc.record({ proto: one([6, 6, 6, 17]), port: one([...PORTS, 81, 8100]) }) },
  {
    weight: 1,
    arbitrary: fc.record({ proto: fc.constant(1), icmpType: one([8, 3, undefined]), icmpCode: one([0, 1, undefined]) }),
  },
  { weight: 1, arbitrary: fc.record({ proto: one([47, 6]) }) },
);
const circumstances = fc.record({
  process: one([undefined, undefined, 'c:\\srv.exe', 'c:\\other.exe']),
  windowsService: one([undefined, undefined, 'W3SVC', 'spooler']),
  userGroups: one([undefined, [], GROUP_SIDS.slice(0, 1)]),
  network: one([undefined, undefined, 'brn', 'non_brn'] as const),
  fqdn: one([undefined, undefined, ...NAMES]),
});

/** Questions about one policy: each connection asked under several circumstances, so that an answer kept for one is not given for another. */
export const questions: fc.Arbitrary<FlowQuestion[]> = fc
  .array(
    fc.record({
      src: end,
      dst: end,
      facts,
      variants: fc.array(circumstances, { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 5, maxLength: 5 },
  )
  .map((flows) =>
    flows.flatMap(({ src, dst, facts: service, variants }) =>
      variants.map(({ fqdn, ...rest }) => ({ src, dst: { ...dst, fqdn }, ...service, ...rest })),
    ),
  );

export const QUESTIONS_EACH = 15;
