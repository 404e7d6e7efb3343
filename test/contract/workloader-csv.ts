import type { clientOf } from '../../src/simulator/testing/client.ts';

interface Ref {
  readonly href: string;
}
interface Label extends Ref {
  readonly key: string;
  readonly value: string;
}
interface Named extends Ref {
  readonly name: string;
}
interface Workload extends Ref {
  readonly hostname: string | null;
  readonly name: string | null;
  readonly managed: boolean;
  readonly enforcement_mode: string;
  readonly visibility_level: string;
  readonly labels: readonly Label[];
  readonly interfaces: readonly {
    readonly name: string;
    readonly address: string;
    readonly cidr_block: number | null;
  }[];
  readonly agent?: {
    readonly href?: string;
    readonly status?: {
      readonly agent_version?: string;
      readonly status?: string;
      readonly last_heartbeat_on?: string;
    };
  };
}
interface Group extends Named {
  readonly key: string;
  readonly labels: readonly Label[];
  readonly sub_groups: readonly Named[];
}
interface IpList extends Named {
  readonly ip_ranges: readonly { readonly from_ip: string; readonly to_ip?: string; readonly exclusion: boolean }[];
  readonly fqdns: readonly { readonly fqdn: string }[];
}
interface Port {
  readonly href?: string;
  readonly port?: number;
  readonly to_port?: number;
  readonly proto?: number;
}
interface Service extends Named {
  readonly service_ports?: readonly Port[];
  readonly windows_services?: readonly Port[];
  readonly risk_details?: {
    readonly ransomware: {
      readonly category: string;
      readonly severity: string;
      readonly os_platforms: readonly string[];
    } | null;
  };
}
interface Actor {
  readonly actors?: string;
  readonly exclusion?: boolean;
  readonly label?: Ref;
  readonly label_group?: Ref;
  readonly ip_list?: Ref;
  readonly workload?: Ref;
}
interface Rule extends Ref {
  readonly description: string | null;
  readonly enabled: boolean;
  readonly unscoped_consumers: boolean;
  readonly consumers: readonly Actor[];
  readonly providers: readonly Actor[];
  readonly ingress_services: readonly Port[];
  readonly resolve_labels_as: { readonly consumers: readonly string[]; readonly providers: readonly string[] };
  readonly stateless: boolean;
  readonly network_type: string;
}
interface RuleSet extends Named {
  readonly scopes: readonly (readonly Actor[])[];
  readonly rules: readonly Rule[];
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPV6' };

const cell = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows as CSV with these columns, which stand in one text. */
function csv(rows: readonly object[], header: string): string {
  const columns = header.split(/\s+/).filter((column) => column !== '');
  const lines = rows.map((row) => {
    const fields = new Map<string, unknown>(Object.entries(row));
    return columns.map((column) => cell(fields.get(column)));
  });
  return `${[columns, ...lines].map((line) => line.join(',')).join('\n')}\n`;
}

const protocol = (proto = 6): string => PROTOCOLS[proto] ?? String(proto);
const ports = ({ port, to_port }: Port): string =>
  port === undefined ? '' : to_port === undefined ? String(port) : `${port}-${to_port}`;

/**
 * What workloader's export commands write, made from the answers of a PCE by the columns and spellings of its source: `label-export`,
 * `label-dimension-export`, `wkld-export`, `labelgroup-export`, `ipl-export`, `svc-export`, `ruleset-export`, `rule-export`. By file name.
 */
export async function workloaderCsvs(call: ReturnType<typeof clientOf>): Promise<Readonly<Record<string, string>>> {
  const all = async <T>(path: string): Promise<readonly T[]> =>
    (await call('GET', `/orgs/1${path}?max_results=100000`)).json as T[];
  const draft = '/sec_policy/draft';
  const labels = await all<Label>('/labels');
  const workloads = await all<Workload>('/workloads');
  const groups = await all<Group>(`${draft}/label_groups`);
  const lists = await all<IpList>(`${draft}/ip_lists`);
  const services = await all<Service>(`${draft}/services`);
  const sets = await all<RuleSet>(`${draft}/rule_sets`);

  const names = new Map([
    ...labels.map(({ href, key, value }) => [href, `${key}:${value}`] as const),
    ...[...groups, ...lists, ...services].map(({ href, name }) => [href, name] as const),
    ...workloads.map(({ href, hostname, name }) => [href, hostname ?? name ?? ''] as const),
  ]);
  const nameOf = (ref: Ref | undefined): string => names.get(ref?.href ?? '') ?? '';
  const keys = [...new Set(workloads.flatMap((own) => own.labels.map(({ key }) => key)))].toSorted();

  const actors = (side: string, list: readonly Actor[]) => {
    const of = (field: 'label' | 'label_group' | 'ip_list' | 'workload', exclusion: boolean): string =>
      list
        .filter((actor) => actor[field] !== undefined && (actor.exclusion ?? false) === exclusion)
        .map((actor) => nameOf(actor[field]))
        .join(';');
    return {
      [`${side}_all_workloads`]: list.some((actor) => actor.actors === 'ams'),
      [`${side}_labels`]: of('label', false),
      [`${side}_labels_exclusions`]: of('label', true),
      [`${side}_label_groups`]: of('label_group', false),
      [`${side}_label_groups_exclusions`]: of('label_group', true),
      [`${side}_iplists`]: of('ip_list', false),
      [`${side}_workloads`]: of('workload', false),
    };
  };
  const scopeEntry = ({ label, label_group: group }: Actor): string =>
    group ? `lg:${groups.find(({ href }) => href === group.href)?.key}:${nameOf(group)}` : nameOf(label);
  const scope = ({ scopes }: RuleSet): string => scopes.map((entries) => entries.map(scopeEntry).join(';')).join('|');
  const ranges = ({ ip_ranges: own }: IpList, exclusion: boolean): string =>
    own
      .filter((range) => range.exclusion === exclusion)
      .map(({ from_ip: from, to_ip: to }) => (to === undefined ? from : `${from}-${to}`))
      .join(';');
  const actorColumns = (side: string): string =>
    'all_workloads labels labels_exclusions label_groups label_groups_exclusions iplists workloads resolve_labels_as'
      .split(' ')
      .map((what) => `${side}_${what}`)
      .join(' ');

  return {
    'workloader-label-export.csv': csv(labels, 'href key value created_by created_at'),
    'workloader-label-dimension-export.csv': csv(await all<Ref>('/label_dimensions'), 'key display_name href'),
    'workloader-wkld-export.csv': csv(
      workloads.map((own) => ({
        ...own,
        ...Object.fromEntries(own.labels.map(({ key, value }) => [key, value])),
        interfaces: own.interfaces
          .map(({ name, address, cidr_block: bits }) => `${name}:${address}${bits ? `/${bits}` : ''}`)
          .join(';'),
        enforcement: own.managed ? own.enforcement_mode : 'unmanaged',
        visibility: own.visibility_level,
        agent_id: own.agent?.href?.split('/').at(-1) ?? 'unmanaged',
        agent_version: own.agent?.status?.agent_version ?? 'unmanaged',
        agent_status: own.agent?.status?.status ?? 'unmanaged',
        last_heartbeat_on: own.agent?.status?.last_heartbeat_on ?? 'unmanaged',
      })),
      `hostname name href ${keys.join(' ')} interfaces public_ip description managed enforcement visibility online agent_status
       last_heartbeat_on os_id os_detail agent_version agent_id data_center external_data_set external_data_reference created_at`,
    ),
    'workloader-label-group-export.csv': csv(
      groups.map((own) => ({
        ...own,
        member_labels: own.labels.map(({ value }) => value).join('; '),
        member_label_groups: own.sub_groups.map(({ name }) => name).join(';'),
      })),
      'name key description member_labels member_label_groups href',
    ),
    'workloader-ipl-export.csv': csv(
      lists.map((own) => ({
        ...own,
        include: ranges(own, false),
        exclude: ranges(own, true),
        fqdns: own.fqdns.map(({ fqdn }) => fqdn).join(';'),
      })),
      'name description include exclude fqdns href',
    ),
    'workloader-svc-export.csv': csv(
      services.flatMap((own) =>
        (own.service_ports ?? own.windows_services ?? []).map((each) => ({
          ...each,
          ...own,
          ports: ports(each),
          protocol: protocol(each.proto),
          is_windows_service: own.windows_services !== undefined,
          ransomware_category: own.risk_details?.ransomware?.category,
          ransomware_severity: own.risk_details?.ransomware?.severity,
          ransomware_os_platform: own.risk_details?.ransomware?.os_platforms.join(';'),
        })),
      ),
      `href name description ports protocol process_name service_name is_windows_service icmp_code icmp_type ransomware_category
       ransomware_severity ransomware_os_platform`,
    ),
    'workloader-ruleset-export.csv': csv(
      sets.map((own) => ({ ...own, ruleset_name: own.name, scope: scope(own) })),
      'ruleset_name enabled description scope href',
    ),
    'workloader-rule-export.csv': csv(
      sets.flatMap((set) =>
        set.rules.map((own) => ({
          ruleset_name: set.name,
          ruleset_scope: scope(set),
          rule_description: own.description,
          rule_enabled: own.enabled,
          unscoped_consumers: own.unscoped_consumers,
          ...actors('src', own.consumers),
          ...actors('dst', own.providers),
          services: own.ingress_services
            .map((each) => (each.href === undefined ? `${ports(each)} ${protocol(each.proto)}` : names.get(each.href)))
            .join(';'),
          src_resolve_labels_as: own.resolve_labels_as.consumers.join(';'),
          dst_resolve_labels_as: own.resolve_labels_as.providers.join(';'),
          stateless_enabled: own.stateless,
          network_type: own.network_type,
          ruleset_href: set.href,
          rule_href: own.href,
        })),
      ),
      `ruleset_name ruleset_scope rule_description rule_enabled unscoped_consumers ${actorColumns('src')} ${actorColumns('dst')} services
       stateless_enabled network_type ruleset_href rule_href`,
    ),
  };
}
