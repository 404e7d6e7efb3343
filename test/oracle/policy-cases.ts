import { readFileSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Href } from '../../src/core/href.ts';
import type { Actor, ScopeEntry, ServiceRef } from '../../src/model/inventory.ts';
import type { FlowQuestion } from '../../src/model/policy/decision.ts';
import type { PolicySource, SourceRule } from '../../src/model/policy/source.ts';

/** The hand-worked cases, in the notation of policy-cases.md, and their reading as engine input. */

type Id = string;
type RawActor = { exclusion?: boolean } & Partial<
  Record<'label' | 'label_group' | 'ip_list' | 'workload' | 'virtual_service' | 'label_dimension' | 'actors', Id>
>;
interface RawPorts {
  proto?: number | null;
  port?: number;
  to_port?: number;
  icmp_type?: number | null;
  icmp_code?: number | null;
  process_name?: string;
  service_name?: string;
}
interface RawVersioned {
  id: Id;
  update_type?: 'create' | 'update' | 'delete' | null;
  active?: object;
}
interface RawRule extends RawVersioned {
  kind: 'allow' | 'deny' | 'override_deny';
  enabled: boolean;
  providers: RawActor[];
  consumers: RawActor[];
  services: (RawPorts & { service?: Id })[];
  unscoped_consumers?: boolean;
  resolve_labels_as?: SourceRule['resolveLabelsAs'];
  consuming_security_principals?: Id[];
  network_type?: 'brn' | 'non_brn' | 'all';
  use_workload_subnets?: ('providers' | 'consumers')[];
  stateless?: boolean;
  all_ips_except_for_in_consumers?: boolean;
  all_ips_except_for_in_providers?: boolean;
}
interface RawEstate {
  labels: { id: Id; key: string; value: string }[];
  label_groups?: (RawVersioned & { name: string; key: string; labels: Id[]; sub_groups: Id[] })[];
  ip_lists?: (RawVersioned & {
    name: string;
    ip_ranges: { from_ip: string; to_ip?: string; exclusion?: boolean }[];
    fqdns?: { fqdn: string }[];
  })[];
  services?: (RawVersioned & { name: string; service_ports?: RawPorts[]; windows_services?: RawPorts[] })[];
  virtual_services?: (RawVersioned & {
    labels: Id[];
    service_ports?: RawPorts[];
    service?: Id;
    service_addresses: { ip?: string; fqdn?: string; port?: number }[];
    ip_overrides?: string[];
    bindings: {
      workload: Id;
      port_overrides?: { proto: number; port: number; new_port: number; new_to_port?: number }[];
    }[];
  })[];
  workloads: {
    id: Id;
    ips: string[];
    labels: Id[];
    managed: boolean;
    enforcement_mode?: 'idle' | 'visibility_only' | 'selective' | 'full';
    os?: 'windows' | 'linux';
    endpoint?: boolean;
    subnets?: string[];
    public_ip?: string;
  }[];
  rule_sets?: (RawVersioned & { enabled: boolean; scopes: RawActor[][]; rules: RawRule[] })[];
  enforcement_boundaries?: RawRule[];
  pce?: { ips: string[]; ports: number[] };
}
type RawEnd = Id | { ip: string; fqdn?: string };

export interface ExpectedEnd {
  verdict: string;
  class: string | string[] | null;
  rules: Id[] | null;
}
export interface Expected {
  verdict: string;
  decided_by: Id | Id[] | null;
  class: string | string[] | null;
  at: string;
  draft_policy_decision?: string | string[] | null;
  ends?: { source: ExpectedEnd | null; destination: ExpectedEnd | null };
}
export interface PolicyCase {
  id: string;
  estate: RawEstate;
  policy?: 'draft' | 'active';
  flow: {
    src: RawEnd;
    dst: RawEnd;
    proto: number;
    port?: number;
    icmp_type?: number;
    icmp_code?: number;
    process?: string | null;
    windows_service?: string | null;
    user_groups?: Id[] | null;
    network?: 'brn' | 'non_brn';
  };
  expect: Expected;
}
export interface OpenCase extends Omit<PolicyCase, 'expect'> {
  outcomes: Expected[];
  recommended: number;
}

const FILE = resolve(import.meta.dirname, '../../../shared/pce/policy-cases.json');

/** The cases, or null where the fact sheets are not beside the repository. */
export function readPolicyCases(): { cases: PolicyCase[]; open: OpenCase[] } | null {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : null;
}

const ref = (kind: string, id: Id): Href => `/${kind}/${id}` as Href;

export const ruleHref = (id: Id): Href => ref('rules', id);

function actor(raw: RawActor): Actor {
  const exclusion = raw.exclusion ?? false;
  if (raw.label !== undefined) return { kind: 'label', href: ref('labels', raw.label), exclusion };
  if (raw.label_group !== undefined)
    return { kind: 'label_group', href: ref('label_groups', raw.label_group), exclusion };
  if (raw.ip_list !== undefined) return { kind: 'ip_list', href: ref('ip_lists', raw.ip_list) };
  if (raw.workload !== undefined) return { kind: 'workload', href: ref('workloads', raw.workload) };
  if (raw.virtual_service !== undefined)
    return { kind: 'virtual_service', href: ref('virtual_services', raw.virtual_service) };
  if (raw.label_dimension !== undefined) return { kind: 'label_dimension', key: raw.label_dimension };
  if (raw.actors === 'ams' || raw.actors === 'container_host') return { kind: raw.actors };
  throw new Error(`actor ${JSON.stringify(raw)}`);
}

const ports = (raw: RawPorts) => ({
  proto: raw.proto ?? null,
  port: raw.port ?? null,
  toPort: raw.to_port ?? null,
  icmpType: raw.icmp_type ?? null,
  icmpCode: raw.icmp_code ?? null,
  process: raw.process_name ?? null,
  windowsService: raw.service_name ?? null,
});

function rule(raw: RawRule): SourceRule {
  const workloads = { providers: ['workloads'], consumers: ['workloads'] } as const;
  return {
    href: ruleHref(raw.id),
    kind: raw.kind,
    enabled: raw.enabled,
    providers: raw.providers.map(actor),
    consumers: raw.consumers.map(actor),
    services: raw.services.map(
      ({ service, ...inline }): ServiceRef =>
        service === undefined
          ? { kind: 'ports', proto: inline.proto ?? -1, port: inline.port ?? null, toPort: inline.to_port ?? null }
          : { kind: 'service', href: ref('services', service) },
    ),
    unscopedConsumers: raw.unscoped_consumers ?? false,
    resolveLabelsAs: raw.resolve_labels_as ?? workloads,
    consumingSecurityPrincipals: (raw.consuming_security_principals ?? []).map((id) => ref('security_principals', id)),
    networkType: raw.network_type ?? 'brn',
    useWorkloadSubnets: raw.use_workload_subnets ?? [],
    stateless: raw.stateless ?? false,
    allIpsExceptFor: [
      ...(raw.all_ips_except_for_in_providers === true ? (['providers'] as const) : []),
      ...(raw.all_ips_except_for_in_consumers === true ? (['consumers'] as const) : []),
    ],
  };
}

/** One version of versioned objects: `create` is draft only, `delete` active only, `active` the members that differ there. */
function versionOf<T extends RawVersioned>(objects: readonly T[] | undefined, version: 'draft' | 'active'): T[] {
  return (objects ?? [])
    .filter(({ update_type }) => update_type !== (version === 'draft' ? 'delete' : 'create'))
    .map((object) => (version === 'active' ? { ...object, ...object.active } : object));
}

export function sourceOf(estate: RawEstate, version: 'draft' | 'active'): PolicySource {
  const keyOf = new Map(estate.labels.map(({ id, key }) => [id, key]));
  const labelRef = (id: Id) => ({ href: ref('labels', id), key: keyOf.get(id) ?? '', value: id });
  return {
    labels: estate.labels.map(({ id, key, value }) => ({ href: ref('labels', id), key, value })),
    labelGroups: versionOf(estate.label_groups, version).map((group) => ({
      href: ref('label_groups', group.id),
      key: group.key,
      labels: group.labels.map(labelRef),
      subGroups: group.sub_groups.map((id) => ({ href: ref('label_groups', id), name: null })),
    })),
    ipLists: versionOf(estate.ip_lists, version).map((list) => ({
      href: ref('ip_lists', list.id),
      name: list.name,
      ranges: list.ip_ranges.map((range) => ({
        from: range.from_ip,
        to: range.to_ip ?? null,
        exclusion: range.exclusion ?? false,
        description: null,
      })),
      fqdns: (list.fqdns ?? []).map(({ fqdn }) => fqdn),
    })),
    services: versionOf(estate.services, version).map((service) => ({
      href: ref('services', service.id),
      name: service.name,
      kind: service.windows_services === undefined ? 'ports' : 'windows',
      ports: (service.windows_services ?? service.service_ports ?? []).map(ports),
    })),
    ruleSets: versionOf(estate.rule_sets, version).map((set) => ({
      href: ref('rule_sets', set.id),
      name: set.id,
      enabled: set.enabled,
      scopes: set.scopes.map((scope) => scope.map((entry) => actor(entry) as ScopeEntry)),
      rules: versionOf(set.rules, version).map(rule),
    })),
    boundaries: versionOf(estate.enforcement_boundaries, version).map((raw) => ({ ...rule(raw), name: raw.id })),
    virtualServices: versionOf(estate.virtual_services, version).map((service) => ({
      href: ref('virtual_services', service.id),
      labels: service.labels.map((id) => ref('labels', id)),
      ports: (service.service_ports ?? []).map(({ proto, port, to_port }) => ({
        proto: proto ?? -1,
        port: port ?? null,
        toPort: to_port ?? null,
      })),
      service: service.service === undefined ? null : ref('services', service.service),
      addresses: service.service_addresses.map(({ ip, fqdn, port }) => ({
        ip: ip ?? null,
        fqdn: fqdn ?? null,
        port: port ?? null,
      })),
      ipOverrides: service.ip_overrides ?? [],
      bindings: service.bindings.map(({ workload, port_overrides }) => ({
        workload: ref('workloads', workload),
        portOverrides: (port_overrides ?? []).map((override) => ({
          proto: override.proto,
          port: override.port,
          newPort: override.new_port,
          newToPort: override.new_to_port ?? null,
        })),
      })),
    })),
    workloads: estate.workloads.map((workload) => ({
      href: ref('workloads', workload.id),
      managed: workload.managed,
      mode: workload.enforcement_mode ?? 'idle',
      labels: workload.labels.map((id) => ref('labels', id)),
      addresses: workload.ips,
      publicIp: workload.public_ip ?? null,
      subnets: workload.subnets ?? [],
      os: workload.os ?? null,
      endpoint: workload.endpoint ?? false,
    })),
    pce: estate.pce === undefined ? null : { addresses: estate.pce.ips, ports: estate.pce.ports },
  };
}

/** The question of a case; an end given as an address is left for the engine to map to a workload. */
export function questionOf({ estate, flow }: Pick<PolicyCase, 'estate' | 'flow'>): FlowQuestion {
  const end = (raw: RawEnd) => {
    if (typeof raw !== 'string') return raw;
    const ip = estate.workloads.find(({ id }) => id === raw)?.ips[0];
    if (ip === undefined) throw new Error(`no workload ${raw}`);
    return { ip, workload: ref('workloads', raw) };
  };
  return {
    src: end(flow.src),
    dst: end(flow.dst),
    proto: flow.proto,
    port: flow.port,
    icmpType: flow.icmp_type,
    icmpCode: flow.icmp_code,
    process: flow.process ?? undefined,
    windowsService: flow.windows_service ?? undefined,
    userGroups: flow.user_groups?.map((id) => ref('security_principals', id)) ?? undefined,
    network: flow.network,
  };
}
