import type { clientOf } from '../../src/simulator/testing/client.ts';

/**
 * What workloader's export commands write, made from the answers of a PCE by the columns and spellings of its source: `label-export`,
 * `label-dimension-export`, `wkld-export`, `labelgroup-export`, `ipl-export`, `svc-export`, `ruleset-export`, `rule-export`.
 */
type Thing = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any -- wire objects of many kinds

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPV6' };

const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csv = (rows: readonly Thing[], columns: readonly string[]): string =>
  `${[columns, ...rows.map((row) => columns.map((column) => row[column]))].map((line) => line.map(cell).join(',')).join('\n')}\n`;

export async function workloaderCsvs(call: ReturnType<typeof clientOf>): Promise<Readonly<Record<string, string>>> {
  const all = async (path: string): Promise<readonly Thing[]> =>
    (await call('GET', `/orgs/1${path}${path.includes('?') ? '&' : '?'}max_results=100000`)).json as Thing[];
  const [labels, dimensions, workloads, groups, lists, services, sets] = await Promise.all([
    all('/labels'),
    all('/label_dimensions'),
    all('/workloads'),
    all('/sec_policy/draft/label_groups'),
    all('/sec_policy/draft/ip_lists'),
    all('/sec_policy/draft/services'),
    all('/sec_policy/draft/rule_sets'),
  ]);
  const labelNames = new Map(labels.map(({ href, key, value }) => [href, `${key}:${value}`]));
  const names = new Map([...groups, ...lists, ...services].map(({ href, name }) => [href, name]));
  const hostnames = new Map(workloads.map(({ href, hostname, name }) => [href, hostname ?? name]));
  const keys = [...new Set(workloads.flatMap((workload) => workload['labels'].map(({ key }: Thing) => key)))].sort();

  const port = ({ port: from, to_port: to, proto }: Thing): string =>
    `${from === undefined ? '0' : to === undefined ? from : `${from}-${to}`} ${PROTOCOLS[proto] ?? proto}`;
  const actors = (side: string, list: readonly Thing[]): Thing => {
    const of = (field: string, exclusion: boolean, name: (href: string) => unknown): string =>
      list
        .filter((actor) => actor[field] !== undefined && (actor['exclusion'] ?? false) === exclusion)
        .map((actor) => name(actor[field].href))
        .join(';');
    return {
      [`${side}_all_workloads`]: list.some((actor) => actor['actors'] === 'ams'),
      [`${side}_labels`]: of('label', false, (href) => labelNames.get(href)),
      [`${side}_labels_exclusions`]: of('label', true, (href) => labelNames.get(href)),
      [`${side}_label_groups`]: of('label_group', false, (href) => names.get(href)),
      [`${side}_label_groups_exclusions`]: of('label_group', true, (href) => names.get(href)),
      [`${side}_iplists`]: of('ip_list', false, (href) => names.get(href)),
      [`${side}_workloads`]: of('workload', false, (href) => hostnames.get(href)),
    };
  };
  const scope = (set: Thing): string =>
    set['scopes']
      .map((entries: readonly Thing[]) =>
        entries
          .map(({ label, label_group }) =>
            label
              ? labelNames.get(label.href)
              : `lg:${groups.find(({ href }) => href === label_group.href)?.['key']}:${names.get(label_group.href)}`,
          )
          .join(';'),
      )
      .join('|');
  const ranges = (list: Thing, exclusion: boolean): string =>
    list['ip_ranges']
      .filter((range: Thing) => range['exclusion'] === exclusion)
      .map((range: Thing) =>
        range['to_ip'] === undefined ? range['from_ip'] : `${range['from_ip']}-${range['to_ip']}`,
      )
      .join(';');
  const ACTORS = [
    'all_workloads',
    'labels',
    'labels_exclusions',
    'label_groups',
    'label_groups_exclusions',
    'iplists',
    'workloads',
  ];

  return {
    'workloader-label-export.csv': csv(labels, ['href', 'key', 'value', 'created_by', 'created_at']),
    'workloader-label-dimension-export.csv': csv(dimensions, ['key', 'display_name', 'href']),
    'workloader-wkld-export.csv': csv(
      workloads.map((own) => ({
        ...own,
        ...Object.fromEntries(own['labels'].map(({ key, value }: Thing) => [key, value])),
        interfaces: own['interfaces']
          .map(({ name, address, cidr_block: bits }: Thing) => `${name}:${address}${bits ? `/${bits}` : ''}`)
          .join(';'),
        managed: own['managed'],
        enforcement: own['managed'] ? own['enforcement_mode'] : 'unmanaged',
        visibility: own['visibility_level'],
        agent_id: own['agent']?.href?.split('/').at(-1) ?? 'unmanaged',
        agent_version: own['agent']?.status?.agent_version ?? 'unmanaged',
        agent_status: own['agent']?.status?.status ?? 'unmanaged',
        last_heartbeat_on: own['agent']?.status?.last_heartbeat_on ?? 'unmanaged',
      })),
      [
        ...['hostname', 'name', 'href', ...keys, 'interfaces', 'public_ip', 'description', 'managed', 'enforcement'],
        ...[
          'visibility',
          'online',
          'agent_status',
          'last_heartbeat_on',
          'os_id',
          'os_detail',
          'agent_version',
          'agent_id',
        ],
        ...['data_center', 'external_data_set', 'external_data_reference', 'created_at'],
      ],
    ),
    'workloader-label-group-export.csv': csv(
      groups.map((own) => ({
        ...own,
        member_labels: own['labels'].map(({ value }: Thing) => value).join('; '),
        member_label_groups: own['sub_groups'].map(({ name }: Thing) => name).join(';'),
      })),
      ['name', 'key', 'description', 'member_labels', 'member_label_groups', 'href'],
    ),
    'workloader-ipl-export.csv': csv(
      lists.map((own) => ({
        ...own,
        include: ranges(own, false),
        exclude: ranges(own, true),
        fqdns: own['fqdns'].map(({ fqdn }: Thing) => fqdn).join(';'),
      })),
      ['name', 'description', 'include', 'exclude', 'fqdns', 'href'],
    ),
    'workloader-svc-export.csv': csv(
      services.flatMap((own) =>
        (own['service_ports'] ?? own['windows_services']).map((each: Thing) => ({
          ...own,
          ...each,
          name: own['name'],
          ports: each['to_port'] === undefined ? each['port'] : `${each['port']}-${each['to_port']}`,
          protocol: PROTOCOLS[each['proto']] ?? each['proto'],
          is_windows_service: own['windows_services'] !== undefined,
          ransomware_category: own['risk_details']?.ransomware?.category,
          ransomware_severity: own['risk_details']?.ransomware?.severity,
          ransomware_os_platform: own['risk_details']?.ransomware?.os_platforms?.join(';'),
        })),
      ),
      [
        ...['href', 'name', 'description', 'ports', 'protocol', 'process_name', 'service_name', 'is_windows_service'],
        ...['icmp_code', 'icmp_type', 'ransomware_category', 'ransomware_severity', 'ransomware_os_platform'],
      ],
    ),
    'workloader-ruleset-export.csv': csv(
      sets.map((own) => ({ ...own, ruleset_name: own['name'], scope: scope(own) })),
      ['ruleset_name', 'enabled', 'description', 'scope', 'href'],
    ),
    'workloader-rule-export.csv': csv(
      sets.flatMap((set) =>
        set['rules'].map((own: Thing) => ({
          ruleset_name: set['name'],
          ruleset_scope: scope(set),
          rule_description: own['description'],
          rule_enabled: own['enabled'],
          unscoped_consumers: own['unscoped_consumers'],
          ...actors('src', own['consumers']),
          ...actors('dst', own['providers']),
          services: own['ingress_services']
            .map((each: Thing) => (each['href'] === undefined ? port(each) : names.get(each['href'])))
            .join(';'),
          src_resolve_labels_as: own['resolve_labels_as'].consumers.join(';'),
          dst_resolve_labels_as: own['resolve_labels_as'].providers.join(';'),
          stateless_enabled: own['stateless'],
          network_type: own['network_type'],
          ruleset_href: set['href'],
          rule_href: own['href'],
        })),
      ),
      [
        ...['ruleset_name', 'ruleset_scope', 'rule_description', 'rule_enabled', 'unscoped_consumers'],
        ...['src', 'dst'].flatMap((side) => [...ACTORS.map((what) => `${side}_${what}`), `${side}_resolve_labels_as`]),
        ...['services', 'stateless_enabled', 'network_type', 'ruleset_href', 'rule_href'],
      ],
    ),
  };
}
