import type { JsonObject } from '../../core/json.ts';
import type { VersionedSeed } from '../estates/estate.ts';
import { type Csv, exactListOf, flagOf, listOf, type Row, shown } from './csv.ts';
import { portOf, provisioned } from './policy-objects.ts';
import { draftHref, hrefOfNamed, idIn, type Labels, labelRef, ORG, type Registry } from './registry.ts';

/** What rules may name. */
export interface Named {
  readonly labels: Labels;
  readonly labelGroups: Registry;
  readonly ipLists: Registry;
  readonly services: Registry;
  readonly virtualServices: Registry;
  /** Workloads by hostname and by name. */
  readonly workloads: ReadonlyMap<string, string>;
  readonly nowMs: number;
}

/** A rule set under construction: the files of rules add to it. */
export interface RuleSetDraft {
  readonly id: string;
  readonly body: JsonObject;
  readonly rules: JsonObject[];
}

/** Rule sets of `ruleset-export`, by name. */
export function importRuleSets({ rows }: Csv, names: Registry, named: Named, sets: Map<string, RuleSetDraft>): void {
  for (const row of rows) {
    const name = row.text('ruleset_name');
    sets.set(name, {
      id: names.add(row, row.text('href'), name),
      body: {
        name,
        description: row.text('description'),
        enabled: flagOf(row, true, 'enabled'),
        scopes: scopesOf(row, row.exact('scope'), named),
      },
      rules: [],
    });
  }
}

/** Rules of `rule-export`; a rule set that no other file describes is made from its first rule. */
export function importRules({ rows }: Csv, names: Registry, named: Named, sets: Map<string, RuleSetDraft>): void {
  const taken = new Set([...sets.values()].flatMap(({ rules }) => rules.map(({ id }) => id)));
  for (const row of rows) {
    const name = row.text('ruleset_name');
    const set = sets.get(name) ?? {
      id: names.add(row, row.text('ruleset_href'), name),
      body: {
        name,
        description: row.text('ruleset_description'),
        enabled: flagOf(row, true, 'ruleset_enabled'),
        scopes: scopesOf(row, row.exact('ruleset_scope'), named),
      },
      rules: [],
    };
    sets.set(name, set);
    const href = row.text('rule_href');
    const id = href === '' ? null : idIn(href, 'integer');
    if (id !== null && taken.has(Number(id))) throw row.wrong(`there are two rules ${id}`);
    if (id !== null) taken.add(Number(id));
    set.rules.push({ ...(id !== null && { id: Number(id) }), ...ruleOf(row, named) });
  }
}

const NETWORKS = ['brn', 'non_brn', 'all'];

function ruleOf(row: Row, named: Named): JsonObject {
  const network = row.text('network_type');
  if (network !== '' && !NETWORKS.includes(network)) throw row.wrong(`${shown(network)} is not a network type`);
  const subnets = (side: string, ...columns: readonly string[]) => (flagOf(row, false, ...columns) ? [side] : []);
  const useSubnets = [
    ...subnets('providers', 'provider_use_workload_subnets', 'dst_use_workload_subnets'),
    ...subnets('consumers', 'consumer_use_workload_subnets', 'src_use_workload_subnets'),
  ];
  const resolved = (...columns: readonly string[]) => {
    const list = listOf(row, ...columns);
    return list.length === 0 ? ['workloads'] : list;
  };
  return {
    description: row.text('rule_description'),
    enabled: flagOf(row, true, 'rule_enabled'),
    providers: actorsOf(row, ['dst', 'provider'], named),
    consumers: actorsOf(row, ['src', 'consumer'], named),
    ingress_services: servicesOf(row, named),
    resolve_labels_as: {
      providers: resolved('dst_resolve_labels_as', 'provider_resolve_labels_as'),
      consumers: resolved('src_resolve_labels_as', 'consumer_resolve_labels_as'),
    },
    sec_connect: flagOf(row, false, 'secure_connect_enabled'),
    stateless: flagOf(row, false, 'stateless_enabled'),
    machine_auth: flagOf(row, false, 'machine_auth_enabled'),
    unscoped_consumers: flagOf(row, false, 'unscoped_consumers', 'global_consumers'),
    network_type: network === '' ? 'brn' : network,
    ...(useSubnets.length > 0 && { use_workload_subnets: useSubnets }),
  };
}

/** Boundaries of `deny-rule-export`, which workloader calls deny rules. */
export const importBoundaries = ({ rows }: Csv, names: Registry, named: Named): readonly VersionedSeed[] =>
  rows.map((row) =>
    provisioned(
      names.add(row, row.text('href'), row.text('name')),
      {
        name: row.text('name'),
        enabled: flagOf(row, true, 'enabled'),
        providers: actorsOf(row, ['dst', 'provider'], named),
        consumers: actorsOf(row, ['src', 'consumer'], named),
        ingress_services: servicesOf(row, named),
        network_type: row.text('network_type') || 'brn',
      },
      named.nowMs,
    ),
  );

/** One side of a rule: the columns of both namings of workloader, `src_labels` and `consumer_labels`. */
function actorsOf(row: Row, sides: readonly string[], named: Named): readonly JsonObject[] {
  const list = (column: string) => listOf(row, ...sides.map((side) => `${side}_${column}`));
  const users = list('user_groups');
  if (users.length > 0) throw row.wrong('user groups of rules are not imported');
  const actors: JsonObject[] = [];
  if (flagOf(row, false, ...sides.map((side) => `${side}_all_workloads`))) actors.push({ actors: 'ams' });
  for (const [column, exclusion] of [
    ['labels', false],
    ['labels_exclusions', true],
  ] as const)
    for (const text of exactListOf(row, ...sides.map((side) => `${side}_${column}`)))
      actors.push({ label: labelRef(labelIn(row, text, named)), exclusion });
  for (const [column, exclusion] of [
    ['label_groups', false],
    ['label_groups_exclusions', true],
  ] as const)
    for (const name of list(column))
      actors.push({ label_group: { href: hrefOfNamed(row, named.labelGroups, 'label_groups', name) }, exclusion });
  for (const name of list('iplists'))
    actors.push({ ip_list: { href: hrefOfNamed(row, named.ipLists, 'ip_lists', name) } });
  for (const name of list('workloads')) actors.push({ workload: { href: workloadIn(row, name, named) } });
  for (const name of list('virtual_services'))
    actors.push({ virtual_service: { href: hrefOfNamed(row, named.virtualServices, 'virtual_services', name) } });
  if (list('virtual_servers').length > 0) throw row.wrong('virtual servers of rules are not imported');
  if (actors.length === 0) throw row.wrong(`the rule names nobody as ${sides[0] === 'src' ? 'source' : 'destination'}`);
  return actors;
}

/** `app:Ordering`. Values may hold colons, keys do not. */
function labelIn(row: Row, text: string, { labels }: Named): number {
  const colon = text.indexOf(':');
  if (colon < 1) throw row.wrong(`${shown(text)} is not a label: it should read key:value`);
  const [key, value] = [text.slice(0, colon).trim(), text.slice(colon + 1)];
  return labels.id(row, key, labels.has(key, value) ? value : value.trim());
}

function workloadIn(row: Row, name: string, { workloads }: Named): string {
  const id = workloads.get(name);
  if (id === undefined) throw row.wrong(`there is no workload ${shown(name)} in the files`);
  return `/orgs/${ORG}/workloads/${id}`;
}

function servicesOf(row: Row, { services }: Named): readonly JsonObject[] {
  const found = listOf(row, 'services').map((text): JsonObject => {
    const id = services.find(text);
    return id === undefined ? portOf(row, text) : { href: draftHref('services', id) };
  });
  if (found.length === 0) throw row.wrong('the rule names no service');
  return found;
}

/** `app:CRM;env:Prod|app:CRM;lg:env:Live`: scopes between bars, groups with `lg:`; empty is everything. */
function scopesOf(row: Row, text: string, named: Named): readonly (readonly JsonObject[])[] {
  if (/(?:^|\|)\s*ALL\s*(?:\||$)/.test(text))
    throw row.wrong('its scope has the form of workloader before version 9; export it again');
  return text.split('|').map((scope) =>
    scope
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part): JsonObject => {
        const group = /^lg:[^:]+:(.*)$/.exec(part.trim())?.[1];
        if (group === undefined) return { label: labelRef(labelIn(row, part, named)), exclusion: false };
        return { label_group: { href: hrefOfNamed(row, named.labelGroups, 'label_groups', group) }, exclusion: false };
      }),
  );
}
