import { EXFIL_ADDRESS, ROGUE_ADDRESS } from './addresses.ts';
import { type Assembled, assembleEstate } from './assemble.ts';
import { DAY, dateOf, dayOf, MONTH_ENDS_AGO } from './calendar.ts';
import { unlabelledNamespaces } from './containers.ts';
import type { Estate } from './estate.ts';
import type { Host } from './host.ts';
import { WIDE_LIST } from './policy/ip-lists.ts';
import { RDP_RULESET, RETIRED_RULESET } from './policy/names.ts';
import { BEACON_PROCESS } from './traffic/planted-lanes.ts';
import { plantedTrafficOf } from './traffic/source.ts';

/** Where a planted issue sits; what does not apply is empty. Hosts are indexes into `Estate.workloads`. */
export interface PlantedIssue {
  readonly id: string;
  readonly title: string;
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  /** Draft hrefs of rules. */
  readonly rules: readonly string[];
  readonly ruleSets: readonly string[];
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  /** Whatever names it besides: labels, a process, a date, an IP list, namespaces. */
  readonly names: readonly string[];
}

type Parts = Partial<Omit<PlantedIssue, 'id' | 'title'>>;

/**
 * The planted issues of an estate (users.md §5.7), by id: the answer key for tests. Worked out from the estate's profile, seed and now;
 * nothing of it is in the estate itself. An issue the profile is too small for is empty.
 */
export function plantedIssues({
  profile,
  seed,
  nowMs,
}: Pick<Estate, 'profile' | 'seed' | 'nowMs'>): Readonly<Record<string, PlantedIssue>> {
  const made = assembleEstate({ profile, seed, nowMs });
  const issues = [...inventoryIssues(made), ...policyIssues(made), ...trafficIssues(made)];
  return Object.fromEntries(
    issues.map(([id, title, parts]) => [
      id,
      {
        id,
        title,
        sources: [],
        destinations: [],
        rules: [],
        ruleSets: [],
        addresses: [],
        ports: [],
        names: [],
        ...parts,
      },
    ]),
  );
}

type Issue = readonly [id: string, title: string, parts: Parts];

const indexes = (hosts: readonly Host[]): number[] => hosts.map((host) => host.index);

function groupOf({ hosts }: Assembled, app: string, role: string, env = 'prod'): number[] {
  return indexes(
    hosts.filter(
      (host) => host.managed && host.copy === '' && host.spec === app && host.role === role && host.env === env,
    ),
  );
}

function inventoryIssues(made: Assembled): Issue[] {
  const { hosts, plants, estate } = made;
  const twins = hosts.filter((host) => !host.managed && host.spec !== null && host.labels['role'] === undefined);
  const ownerOf = (twin: Host): number[] =>
    indexes(hosts.filter((host) => host.managed && host.address === twin.address));
  return [
    ['P4', 'mixed enforcement', { destinations: groupOf(made, 'payments', 'db') }],
    [
      'P5',
      'unlabelled managed hosts, and hosts without env',
      { sources: indexes(hosts.filter((host) => host.managed && host.spec === null)), destinations: plants.withoutEnv },
    ],
    [
      'P6',
      'mislabelled hosts',
      {
        sources: plants.mislabelled.map(({ host }) => host),
        names: plants.mislabelled.map(({ key, truth }) => `${key}=${truth}`),
      },
    ],
    ['P7', 'dirty labels', { sources: plants.dirty, names: ['env=PRD', 'env=Production', 'env=stg', 'app=Ordering '] }],
    [
      'P18',
      'duplicates: unmanaged records of managed hosts, and two agents with one host name',
      {
        sources: [...indexes(twins), ...plants.sameHostname.map(({ host }) => host)],
        destinations: [...twins.flatMap(ownerOf), ...plants.sameHostname.map(({ twin }) => twin)],
      },
    ],
    ['P19-tampering', 'agent tampering', { sources: plants.tampered }],
    ['P19-clones', 'cloned agents', { sources: plants.cloned }],
    ['P19-offline', 'agents offline over 24 h', { sources: plants.offline }],
    ['P19-suspended', 'suspended agents', { sources: plants.suspended }],
    [
      'P20',
      'badly logged hosts make rules look unused',
      { sources: plants.badlyLogged, ruleSets: ['APP | wms | prod', 'APP | wms | test'] },
    ],
    [
      'P25',
      'critical vulnerabilities on reachable ports',
      {
        names: (estate.vulnerabilities ?? []).filter(({ score }) => score >= 90).map(({ id }) => id),
        destinations: (estate.vulnerabilities ?? [])
          .filter(({ score }) => score >= 90)
          .flatMap(({ detected }) =>
            detected.map((each) => estate.workloads.findIndex(({ id }) => id === each.workload)),
          ),
      },
    ],
    [
      'P26',
      'namespaces whose profile has no labels',
      { names: (estate.containerClusters ?? []).length === 0 ? [] : unlabelledNamespaces(estate.seed) },
    ],
  ];
}

function policyIssues(made: Assembled): Issue[] {
  const tagged = (tag: string, title: string): Issue => [
    tag,
    title,
    { rules: rulesTagged(made, tag), ruleSets: ruleSetsTagged(made, tag) },
  ];
  return [
    ['P2', 'RDP from anywhere', { rules: rulesTagged(made, 'P2'), ruleSets: [RDP_RULESET], ports: [3389] }],
    tagged('P8', 'rules without traffic for 90 days'),
    ['P8-rare', 'of those, for year-end and disaster recovery: not unused', { rules: rulesTagged(made, 'rare') }],
    ['P9-duplicate', 'duplicate rules', { rules: rulesTagged(made, 'duplicate') }],
    ['P9-redundant', 'rules inside wider ones', { rules: rulesTagged(made, 'redundant') }],
    ['P9-ineffective', 'denies an allow defeats', { rules: rulesTagged(made, 'ineffective') }],
    ['P9-irrelevant', 'rules without members', { rules: rulesTagged(made, 'irrelevant') }],
    ['P9-over-grant', 'rules far wider than their use', { rules: rulesTagged(made, 'over-grant') }],
    tagged('P16', 'override deny of a closed incident blocks the backup'),
    tagged('P17', 'the draft disables the deny of a ringfence'),
    ['P21', 'wide IP list used in an allow', { rules: rulesTagged(made, 'P21'), names: [WIDE_LIST] }],
    ['P27', 'text aimed at assistants', { ruleSets: [RDP_RULESET] }],
    ['P28', 'ruleset over the limit of the console', { ruleSets: [RETIRED_RULESET] }],
  ];
}

function trafficIssues(made: Assembled): Issue[] {
  const { estate } = made;
  const planted = plantedTrafficOf({ hosts: made.hosts, workloads: estate.workloads, seed: estate.seed });
  const monthEnd = dateOf((dayOf(estate.nowMs) - MONTH_ENDS_AGO[0]) * DAY);
  return [
    [
      'P1',
      'dev application reads prod database',
      {
        sources: groupOf(made, 'ordering', 'processing', 'dev'),
        destinations: groupOf(made, 'ordering', 'db'),
        rules: rulesTagged(made, 'P1'),
        ports: [5432],
      },
    ],
    [
      'P3',
      'lateral path from desktops to the card database, half of it never seen',
      {
        sources: groupOf(made, 'vdi', 'desktop'),
        destinations: groupOf(made, 'payments', 'db'),
        rules: rulesTagged(made, 'P3'),
        names: ['vdi:desktop', 'file-services:filer', 'legacy-billing:app', 'shared-oracle:rac', 'payments:db'],
      },
    ],
    [
      'P10',
      'month-end edge, once in 30 days',
      {
        sources: groupOf(made, 'payments', 'batch'),
        destinations: groupOf(made, 'swift-zone', 'gateway'),
        ports: [443],
        names: [monthEnd],
      },
    ],
    ['P11', 'Telnet and FTP in use', { destinations: groupOf(made, 'legacy-billing', 'app'), ports: [21, 23] }],
    [
      'P12',
      '18 GB out in one night',
      { sources: planted.exfiltrator ? [planted.exfiltrator.index] : [], addresses: [EXFIL_ADDRESS], ports: [443] },
    ],
    [
      'P13',
      'beaconing every 300 s',
      planted.beacon
        ? {
            sources: [planted.beacon.host.index],
            addresses: [planted.beacon.address],
            ports: [443],
            names: [BEACON_PROCESS],
          }
        : {},
    ],
    [
      'P14',
      'unknown host on SMB and LDAP of domain controllers',
      { addresses: [ROGUE_ADDRESS], destinations: indexes(planted.probed), ports: [445, 389] },
    ],
    [
      'P15',
      'egress of the card data zone not limited',
      { sources: groupOf(made, 'payments', 'web'), rules: rulesTagged(made, 'P15'), ports: [443] },
    ],
    [
      'P22',
      'SSH from the user network past the jump hosts',
      { destinations: groupOf(made, 'sap-erp', 'app'), addresses: ['10.100.0.0/16'], ports: [22] },
    ],
    [
      'P23',
      'new edge this week',
      {
        sources: groupOf(made, 'cicd', 'runner', 'shared'),
        destinations: groupOf(made, 'payments', 'db'),
        ports: [1521],
      },
    ],
    ['P24', 'backup reaches everything', { sources: groupOf(made, 'backup', 'media'), ports: [1556] }],
  ];
}

function rulesTagged({ notes, estate }: Assembled, tag: string): string[] {
  const sets = new Map(estate.ruleSets.map((set) => [set.active?.['name'], set.id]));
  return notes
    .filter((note) => note.tags.includes(tag) && !/-\d\d \| /.test(note.ruleSet))
    .map((note) => {
      const kind = note.kind === 'allow' ? 'sec_rules' : 'deny_rules';
      return `/orgs/${estate.orgId}/sec_policy/draft/rule_sets/${sets.get(note.ruleSet) ?? '0'}/${kind}/${note.id}`;
    });
}

const ruleSetsTagged = ({ notes }: Assembled, tag: string): string[] => [
  ...new Set(notes.filter((note) => note.tags.includes(tag)).map((note) => note.ruleSet)),
];
