import type { DimensionRecord, FlowRow, VersionedSeed, WorkloadRecord } from '../estates/estate.ts';
import type { WrittenEstate } from '../state/document.ts';
import { type Csv, ImportError, readCsvs, timeOf } from './csv.ts';
import { dimensionsOf } from './dimensions.ts';
import { importFlows } from './flows.ts';
import {
  ALL_SERVICES,
  ANY_ADDRESS,
  importIpLists,
  importLabelGroups,
  importServices,
  provisioned,
} from './policy-objects.ts';
import { createLabels, createRegistry, ORG } from './registry.ts';
import { importBoundaries, importRules, importRuleSets, type Named, type RuleSetDraft } from './rules.ts';
import { importWorkloads } from './workloads.ts';

export { ImportError } from './csv.ts';

/** What a CSV holds, by the columns that only it has; the first that fits counts. */
const KINDS = [
  ['flows', ['Port', 'Protocol', 'Num Flows']],
  ['rules', ['ruleset_name', 'rule_enabled', 'services']],
  ['ruleSets', ['ruleset_name', 'scope']],
  ['boundaries', ['name', 'services', 'src_all_workloads']],
  ['boundaries', ['name', 'services', 'consumer_all_workloads']],
  ['workloads', ['hostname', 'interfaces']],
  ['ipLists', ['name', 'include', 'exclude']],
  ['labelGroups', ['name', 'key', 'member_labels']],
  ['services', ['name', 'ports', 'protocol']],
  ['services', ['name', 'service_ports']],
  ['dimensions', ['key', 'display_name']],
  ['labels', ['key', 'value']],
] as const;
type Kind = (typeof KINDS)[number][0];

/**
 * An estate from files of workloader's export commands and of Explorer (users.md §2), whatever their names. Policy is imported as if it were
 * provisioned. Throws ImportError, with file and line, and then nothing is imported.
 */
export function importedEstate(paths: readonly string[], nowMs: number): WrittenEstate {
  const files = Map.groupBy(readCsvs(paths), kindOf);
  const each = <T>(kind: Kind, read: (csv: Csv) => readonly T[]): T[] =>
    (files.get(kind) ?? []).flatMap((csv) => [...read(csv)]);

  const labels = createLabels(nowMs);
  for (const { rows } of files.get('labels') ?? [])
    for (const row of rows)
      labels.add(row, row.text('href'), row.text('key'), row.exact('value'), timeOf(row, 'created_at') ?? nowMs);
  const names = {
    labelGroups: createRegistry('label group', 'uuid'),
    ipLists: createRegistry('IP list', 'integer'),
    services: createRegistry('service', 'integer'),
    ruleSets: createRegistry('rule set', 'integer'),
    boundaries: createRegistry('enforcement boundary', 'integer'),
    virtualServices: createRegistry('virtual service', 'uuid'),
  };
  const workloads = each('workloads', (csv) => importWorkloads(csv, labels, nowMs));
  const labelGroups = each('labelGroups', (csv) => importLabelGroups(csv, names.labelGroups, labels, nowMs));
  const ipLists = each('ipLists', (csv) => importIpLists(csv, names.ipLists, nowMs));
  const services = each('services', (csv) => importServices(csv, names.services, nowMs));
  const builtIn = builtIns(names, nowMs);
  const named: Named = { ...names, labels, workloads: byName(workloads), nowMs };
  const sets = new Map<string, RuleSetDraft>();
  for (const csv of files.get('ruleSets') ?? []) importRuleSets(csv, names.ruleSets, named, sets);
  for (const csv of files.get('rules') ?? []) importRules(csv, names.ruleSets, named, sets);
  const enforcementBoundaries = each('boundaries', (csv) => importBoundaries(csv, names.boundaries, named));
  const flows: FlowRow[] = each('flows', (csv) => importFlows(csv, workloads, nowMs));

  return {
    kind: 'written',
    flows,
    estate: {
      profile: 'small',
      seed: 7,
      nowMs,
      orgId: ORG,
      pceFqdn: 'pce.imported.example',
      users: USERS,
      serviceAccounts: [],
      dimensions: dimensionsOf(files.get('dimensions') ?? [], labels.all(), nowMs) satisfies readonly DimensionRecord[],
      labels: labels.all(),
      workloads,
      networks: [],
      labelGroups,
      ipLists: [...builtIn.ipLists, ...ipLists],
      services: [...builtIn.services, ...services],
      ruleSets: ruleSetsOf(sets, nowMs),
      enforcementBoundaries,
      virtualServices: [],
      policyVersions: [{ version: 1, commitMessage: 'Imported', createdMs: nowMs, createdBy: 0, workloadsAffected: 0 }],
    },
  };
}

/** Somebody of each kind has a key: `keys` of the simulator. */
const USERS = [
  { id: 1, username: 'owner@imported.example', fullName: 'Owner', role: 'owner', scope: [] },
  { id: 2, username: 'reader@imported.example', fullName: 'Reader', role: 'read_only', scope: [] },
] as const;

function kindOf({ file, columns }: Csv): Kind {
  const found = KINDS.find(([, needed]) => needed.every((column) => columns.includes(column)));
  if (found) return found[0];
  throw new ImportError(
    `${file}: its columns (${columns.slice(0, 6).join(', ')}, …) are those of no export that can be imported: labels, label dimensions, label groups, workloads, IP lists, services, rule sets, rules, deny rules, traffic`,
  );
}

/** What every PCE has from its first day, where the files do not bring it along (objects.md §0.3-19). */
function builtIns(
  { ipLists, services }: Pick<Named, 'ipLists' | 'services'>,
  nowMs: number,
): { readonly ipLists: readonly VersionedSeed[]; readonly services: readonly VersionedSeed[] } {
  const own = {
    file: 'built in',
    line: 0,
    text: () => '',
    exact: () => '',
    wrong: (what: string) => new ImportError(what),
  };
  const any = ['0.0.0.0/0', '::/0'].map((from_ip) => ({ from_ip, exclusion: false }));
  return {
    ipLists:
      ipLists.find(ANY_ADDRESS) === undefined
        ? [
            provisioned(
              ipLists.add(own, '', ANY_ADDRESS),
              { name: ANY_ADDRESS, description: '', ip_ranges: any, fqdns: [] },
              nowMs,
              0,
            ),
          ]
        : [],
    services:
      services.find(ALL_SERVICES) === undefined
        ? [
            provisioned(
              services.add(own, '', ALL_SERVICES),
              {
                name: ALL_SERVICES,
                description: '',
                service_ports: [{ proto: -1 }],
                risk_details: { ransomware: null },
              },
              nowMs,
              0,
            ),
          ]
        : [],
  };
}

/** Workloads by hostname and by name; a name two of them have stands for neither. */
function byName(workloads: readonly WorkloadRecord[]): ReadonlyMap<string, string> {
  const found = new Map<string, string | null>();
  for (const { id, hostname, name } of workloads)
    for (const text of new Set([hostname, name])) if (text !== null) found.set(text, found.has(text) ? null : id);
  return new Map([...found].flatMap(([text, id]) => (id === null ? [] : [[text, id] as const])));
}

/** Rules without an id of their own get those behind the highest that is taken. */
function ruleSetsOf(sets: ReadonlyMap<string, RuleSetDraft>, nowMs: number): readonly VersionedSeed[] {
  let last = 0;
  for (const { rules } of sets.values()) for (const { id } of rules) if (typeof id === 'number' && id > last) last = id;
  return [...sets.values()].map(({ id, body, rules }) =>
    provisioned(id, { ...body, rules: rules.map((rule) => ('id' in rule ? rule : { id: ++last, ...rule })) }, nowMs),
  );
}
