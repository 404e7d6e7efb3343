import ipaddr from 'ipaddr.js';
import { isObject } from '../../core/json.ts';

/**
 * A second reading of traffic.md §2.5, for comparison only: it filters finished records, as they stand in a download, one by one, and
 * shares nothing with the query engine. Slow, and meant to be.
 */
export interface NaiveWorld {
  /** Any policy object by draft or active href. */
  object(href: string): unknown;
}

type Json = Readonly<Record<string, unknown>>;

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const hrefOf = (value: unknown): string => String(field(value, 'href'));

/** Whether `record` is a row that the query `body` asks for. */
export function naiveMatch(record: Json, body: Json, world: NaiveWorld): boolean {
  const flag = body['exclude_workloads_from_ip_list_query'] !== false;
  const side = (name: 'sources' | 'destinations', end: unknown): { readonly in: boolean; readonly out: boolean } => {
    const include = list(field(body[name], 'include'));
    const groups = include.map(list);
    return {
      in:
        groups.length === 0 ||
        groups.some((group) => group.every((actor) => actorMatches(actor, end, record, world, flag))),
      out: list(field(body[name], 'exclude')).some((actor) => actorMatches(actor, end, record, world, false)),
    };
  };
  const source = side('sources', record['src']);
  const destination = side('destinations', record['dst']);
  if (source.out || destination.out) return false;
  const ends =
    body['sources_destinations_query_op'] === 'or' ? source.in || destination.in : source.in && destination.in;
  const services = list(field(body['services'], 'include'));
  const noServices = list(field(body['services'], 'exclude'));
  return (
    ends &&
    (services.length === 0 || services.some((service) => serviceMatches(service, record['service']))) &&
    !noServices.some((service) => serviceMatches(service, record['service'])) &&
    oneOf(body['policy_decisions'], record['policy_decision']) &&
    oneOf(
      list(body['boundary_decisions']).map((word) =>
        word === 'override_deny_rule' ? 'blocked_by_override_deny' : word,
      ),
      record['boundary_decision'],
    ) &&
    oneOf(field(body['data_sources'], 'include'), record['client_type']) &&
    !list(field(body['data_sources'], 'exclude')).includes(record['client_type'])
  );
}

const oneOf = (wanted: unknown, value: unknown): boolean => list(wanted).length === 0 || list(wanted).includes(value);

function actorMatches(
  actor: unknown,
  end: unknown,
  record: Json,
  world: NaiveWorld,
  workloadsOutside: boolean,
): boolean {
  if (!isObject(actor)) return false;
  const workload = field(end, 'workload');
  const labels = list(field(workload, 'labels')).map(hrefOf);
  const ip = String(field(end, 'ip'));
  const fqdn = field(end, 'fqdn');
  if ('label' in actor) return labels.includes(hrefOf(actor['label']));
  if ('label_group' in actor)
    return groupLabels(hrefOf(actor['label_group']), world).some((href) => labels.includes(href));
  if ('workload' in actor) return hrefOf(workload) === hrefOf(actor['workload']);
  if ('actors' in actor) return field(workload, 'managed') === true;
  if ('transmission' in actor) return (record['transmission'] ?? 'unicast') === actor['transmission'];
  if ('fqdn' in actor) return nameMatches(String(actor['fqdn']), fqdn);
  if ('ip_address' in actor) {
    const given = actor['ip_address'];
    return inRange(ip, String(isObject(given) ? given['value'] : given), undefined);
  }
  if ('ip_list' in actor) {
    if (workloadsOutside && workload !== undefined) return false;
    const wanted = world.object(hrefOf(actor['ip_list']));
    const ranges = list(field(wanted, 'ip_ranges'));
    const hits = (exclusion: boolean) =>
      ranges.some(
        (range) =>
          (field(range, 'exclusion') === true) === exclusion &&
          inRange(ip, String(field(range, 'from_ip')), field(range, 'to_ip')),
      );
    return (
      (hits(false) && !hits(true)) ||
      list(field(wanted, 'fqdns')).some((entry) => nameMatches(String(field(entry, 'fqdn')), fqdn))
    );
  }
  return false;
}

function groupLabels(href: string, world: NaiveWorld): readonly string[] {
  const group = world.object(href);
  return [
    ...list(field(group, 'labels')).map(hrefOf),
    ...list(field(group, 'sub_groups')).flatMap((sub) => groupLabels(hrefOf(sub), world)),
  ];
}

/** Level by level; an asterisk is one level. */
function nameMatches(pattern: string, name: unknown): boolean {
  if (typeof name !== 'string') return false;
  const wanted = pattern.toLowerCase().split('.');
  const levels = name.toLowerCase().split('.');
  return wanted.length === levels.length && wanted.every((level, index) => level === '*' || level === levels[index]);
}

function inRange(ip: string, from: string, to: unknown): boolean {
  const address = ipaddr.process(ip);
  if (typeof to === 'string') {
    const [low, high] = [ipaddr.process(from), ipaddr.process(to)];
    if (low.kind() !== address.kind()) return false;
    const [a, l, h] = [address, low, high].map((value) => Buffer.from(value.toByteArray()));
    return a !== undefined && l !== undefined && h !== undefined && l.compare(a) <= 0 && a.compare(h) <= 0;
  }
  if (!from.includes('/')) return ipaddr.process(from).toNormalizedString() === address.toNormalizedString();
  const [network, prefix] = ipaddr.parseCIDR(from);
  return network.kind() === address.kind() && address.match(network, prefix);
}

function serviceMatches(wanted: unknown, service: unknown): boolean {
  const port = field(wanted, 'port');
  const has = Number(field(service, 'port'));
  if (typeof port === 'number' && (has < port || has > Number(field(wanted, 'to_port') ?? port))) return false;
  return ['proto', 'process_name', 'windows_service_name'].every(
    (name) => field(wanted, name) === undefined || field(wanted, name) === field(service, name),
  );
}
