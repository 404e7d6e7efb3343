import type { Href } from '../../core/href.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import type { Actor, ResolveAs, RuleKind, ScopeEntry, ServicePort, ServiceRef } from '../../model/inventory.ts';
import type {
  PolicySource,
  SourceBoundary,
  SourceRule,
  SourceRuleSet,
  SourceVirtualService,
  SourceWorkload,
} from '../../model/policy/source.ts';
import { sourcePods } from '../containers/workloads.ts';
import type { LabelStore } from '../objects/label-store.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import { bindingsAt, overridesOf } from '../objects/service-bindings.ts';
import { labelHref, labelIdIn, lastSegment, workloadHref } from '../objects/wire.ts';
import type { RecordStore, StoredRecord } from '../records/record-store.ts';
import type { Content, PolicyObject, PolicyType, RuleRecord } from './object.ts';
import type { PolicyStore, VersionName, Versioned } from './policy-store.ts';

const PCE_PORTS = [443, 8443, 8444];

export interface PolicySourceOptions {
  readonly orgId: number;
  readonly store: PolicyStore;
  readonly labels: LabelStore;
  /** Hrefs of the result are of this version; a number is rendered as `active`, which is how the engine's users know it. */
  readonly version: VersionName;
  readonly workloads: readonly StoredWorkload[];
  readonly records: RecordStore;
  /** The time whose service bindings count; null: now. */
  readonly atMs: number | null;
}

/**
 * One version of the simulated policy as the engine reads it. Conversions are remembered per content and rule, so that after a change
 * only what changed is converted again.
 */
export function policySource({
  orgId,
  store,
  labels,
  version,
  workloads,
  records,
  atMs,
}: PolicySourceOptions): PolicySource {
  const to = version === 'draft' ? 'draft' : 'active';
  const convert = converterOf(orgId, to);
  const alive = (type: PolicyType): readonly Versioned[] =>
    store
      .inVersion(type, version)
      // A draft that is pending deletion is not part of the draft policy (objects.md §11.3).
      .filter(({ object }) => version !== 'draft' || object.draft?.updateType !== 'delete');
  const bindings = Map.groupBy(bindingsAt(records, atMs), ({ body }) => hrefIn(body['virtual_service']));
  return {
    labels: labels
      .all()
      .filter(({ deleted }) => !deleted)
      .map(({ record }) => ({ href: asHref(labelHref(orgId, record.id)), key: record.key, value: record.value })),
    labelGroups: alive('label_groups').map(({ object, content }) => ({
      href: convert.href(store.href(object)),
      key: text(content.body['key']) ?? '',
      labels: objects(content.body['labels']).flatMap((item) => {
        const id = labelIdIn(orgId, hrefIn(item));
        const label = id === null ? undefined : labels.get(id);
        return label
          ? [{ href: asHref(labelHref(orgId, label.record.id)), key: label.record.key, value: label.record.value }]
          : [];
      }),
      subGroups: objects(content.body['sub_groups']).map((item) => ({
        href: convert.href(hrefIn(item) ?? ''),
        name: null,
      })),
    })),
    ipLists: alive('ip_lists').map(({ object, content }) => ({
      href: convert.href(store.href(object)),
      name: text(content.body['name']) ?? '',
      ranges: objects(content.body['ip_ranges']).map((range) => ({
        from: text(range['from_ip']) ?? '',
        to: text(range['to_ip']),
        exclusion: range['exclusion'] === true,
        description: null,
      })),
      fqdns: objects(content.body['fqdns']).flatMap((entry) => text(entry['fqdn']) ?? []),
    })),
    services: alive('services').map(({ object, content }) => ({
      href: convert.href(store.href(object)),
      name: text(content.body['name']) ?? '',
      ...servicePorts(content.body),
    })),
    ruleSets: alive('rule_sets').map(({ object, content }) => convert.ruleSet(store, object, content)),
    boundaries: alive('enforcement_boundaries').map(({ object, content }) => convert.boundary(store, object, content)),
    virtualServices: [
      ...alive('virtual_services').map(({ object, content }) =>
        convert.virtualService(store, object, content, bindings.get(store.href(object)) ?? []),
      ),
      ...alive('virtual_servers').map(({ object, content }) => convert.virtualServer(store, object, content, records)),
    ],
    workloads: [...workloads.map((workload) => sourceWorkload(orgId, workload)), ...sourcePods(records, orgId)],
    pce: { addresses: [], ports: PCE_PORTS },
  };
}

interface Converter {
  href(draft: string): Href;
  ruleSet(store: PolicyStore, object: PolicyObject, content: Content): SourceRuleSet;
  boundary(store: PolicyStore, object: PolicyObject, content: Content): SourceBoundary;
  virtualService(
    store: PolicyStore,
    object: PolicyObject,
    content: Content,
    bindings: readonly StoredRecord[],
  ): SourceVirtualService;
  virtualServer(store: PolicyStore, object: PolicyObject, content: Content, records: RecordStore): SourceVirtualService;
}

const converters = new Map<string, Converter>();

function converterOf(orgId: number, to: 'draft' | 'active'): Converter {
  const key = `${orgId}/${to}`;
  const known = converters.get(key) ?? createConverter(orgId, to);
  converters.set(key, known);
  return known;
}

function createConverter(orgId: number, to: 'draft' | 'active'): Converter {
  const ruleSets = new WeakMap<Content, SourceRuleSet>();
  const rules = new WeakMap<RuleRecord, SourceRule>();
  const prefix = `/orgs/${orgId}/sec_policy/draft/`;
  const href = (draft: string): Href =>
    asHref(
      to === 'active' && draft.startsWith(prefix) ? draft.replace('/sec_policy/draft/', '/sec_policy/active/') : draft,
    );

  const actor = (wire: JsonObject): Actor[] => {
    if (wire['actors'] === 'ams') return [{ kind: 'ams' }];
    if (wire['actors'] === 'container_host') return [{ kind: 'container_host' }];
    const dimension = text(wire['label_dimension']);
    if (dimension !== null) return [{ kind: 'label_dimension', key: dimension }];
    const exclusion = wire['exclusion'] === true;
    for (const kind of ['label', 'label_group'] as const) {
      const target = hrefIn(wire[kind]);
      if (target !== null) return [{ kind, href: href(target), exclusion }];
    }
    for (const kind of ['workload', 'virtual_service', 'virtual_server', 'ip_list'] as const) {
      const target = hrefIn(wire[kind]);
      if (target !== null) return [{ kind, href: href(target) }];
    }
    return [];
  };
  const actors = (wire: unknown): Actor[] => objects(wire).flatMap(actor);
  const scope = (wire: unknown): ScopeEntry[] =>
    actors(wire).flatMap((entry) => (entry.kind === 'label' || entry.kind === 'label_group' ? [entry] : []));
  const services = (wire: unknown): ServiceRef[] =>
    objects(wire).map((entry): ServiceRef => {
      const target = hrefIn(entry);
      return target === null
        ? {
            kind: 'ports',
            proto: number(entry['proto']) ?? -1,
            port: number(entry['port']),
            toPort: number(entry['to_port']),
          }
        : { kind: 'service', href: href(target) };
    });
  const network = (wire: unknown): 'brn' | 'non_brn' | 'all' => (wire === 'non_brn' || wire === 'all' ? wire : 'brn');

  const rule = (ruleSet: string, record: RuleRecord): SourceRule => {
    const known = rules.get(record);
    if (known) return known;
    const { body } = record;
    const resolve = isObject(body['resolve_labels_as']) ? body['resolve_labels_as'] : {};
    const made: SourceRule = {
      href: href(`${ruleSet}/${record.kind}/${record.id}`),
      kind: ruleKind(record),
      enabled: body['enabled'] !== false,
      providers: actors(body['providers']),
      consumers: actors(body['consumers']),
      services: services(body['ingress_services']),
      unscopedConsumers: body['unscoped_consumers'] === true,
      resolveLabelsAs: { providers: resolveAs(resolve['providers']), consumers: resolveAs(resolve['consumers']) },
      consumingSecurityPrincipals: objects(body['consuming_security_principals']).flatMap((item) => {
        const target = hrefIn(item);
        return target === null ? [] : [href(target)];
      }),
      networkType: network(body['network_type']),
      useWorkloadSubnets: sides(body['use_workload_subnets']),
      stateless: body['stateless'] === true,
      allIpsExceptFor: SIDES.filter((side) => body[`all_ips_except_for_in_${side}`] === true),
    };
    rules.set(record, made);
    return made;
  };

  return {
    href,
    ruleSet(store, object, content) {
      const known = ruleSets.get(content);
      if (known) return known;
      const own = store.href(object);
      const made: SourceRuleSet = {
        href: href(own),
        name: text(content.body['name']) ?? '',
        enabled: content.body['enabled'] !== false,
        scopes: list(content.body['scopes']).map(scope),
        rules: content.rules
          .filter(({ kind, updateType }) => kind !== 'ip_tables_rules' && updateType !== 'delete')
          .map((record) => rule(own, record)),
      };
      ruleSets.set(content, made);
      return made;
    },
    boundary: (store, object, { body }) => ({
      href: href(store.href(object)),
      name: text(body['name']) ?? '',
      enabled: body['enabled'] !== false,
      providers: actors(body['providers']),
      consumers: actors(body['consumers']),
      services: services(body['ingress_services']),
      networkType: network(body['network_type']),
    }),
    virtualService: (store, object, { body }, bindings) => ({
      href: href(store.href(object)),
      labels: objects(body['labels']).flatMap((item) => {
        const target = hrefIn(item);
        return target === null ? [] : [href(target)];
      }),
      ports: objects(body['service_ports']).map((entry) => ({
        proto: number(entry['proto']) ?? -1,
        port: number(entry['port']),
        toPort: number(entry['to_port']),
      })),
      service: isObject(body['service']) ? href(hrefIn(body['service']) ?? '') : null,
      addresses: objects(body['service_addresses']).map((entry) => ({
        ip: text(entry['ip']),
        fqdn: text(entry['fqdn']),
        port: number(entry['port']),
      })),
      ipOverrides: list(body['ip_overrides']).flatMap((ip) => text(ip) ?? []),
      bindings: bindings.flatMap((binding) => {
        const workload = hrefIn(binding.body['workload']) ?? hrefIn(binding.body['container_workload']);
        if (workload === null) return [];
        return [{ workload: asHref(workload), portOverrides: overridesOf(binding, body['service_ports']) }];
      }),
    }),
    // A load balancer's address, on the port it listens on; the machines behind it are the balancer's affair.
    virtualServer(store, object, { body }, records) {
      const discovered = records.get(
        'discovered_virtual_servers',
        lastSegment(hrefIn(body['discovered_virtual_server']) ?? ''),
      );
      const vip = discovered && isObject(discovered.body['vip_port']) ? discovered.body['vip_port'] : {};
      const listens = Number(vip['port']);
      return {
        href: href(store.href(object)),
        byNameOnly: true,
        labels: objects(body['labels']).flatMap((item) => {
          const target = hrefIn(item);
          return target === null ? [] : [href(target)];
        }),
        ports: [
          { proto: number(vip['protocol']) ?? 6, port: Number.isInteger(listens) ? listens : null, toPort: null },
        ],
        service: null,
        addresses: [{ ip: text(vip['vip']), fqdn: null, port: null }],
        ipOverrides: [],
        bindings: [],
      };
    },
  };
}

function ruleKind({ kind, body }: RuleRecord): RuleKind {
  if (kind !== 'deny_rules') return 'allow';
  return body['override'] === true ? 'override_deny' : 'deny';
}

const sourceWorkloads = new WeakMap<StoredWorkload, SourceWorkload>();

function sourceWorkload(orgId: number, stored: StoredWorkload): SourceWorkload {
  const known = sourceWorkloads.get(stored);
  if (known) return known;
  const { record } = stored;
  const ignored = new Set(record.ignoredInterfaces);
  const interfaces = record.interfaces.filter(({ name }) => !ignored.has(name));
  const made: SourceWorkload = {
    href: asHref(workloadHref(orgId, record.id)),
    managed: record.managed,
    mode: record.enforcementMode,
    labels: record.labels.map((id) => asHref(labelHref(orgId, id))),
    addresses: interfaces.map(({ address }) => address),
    publicIp: record.publicIp,
    subnets: interfaces.flatMap(({ address, cidrBlock }) => (cidrBlock === null ? [] : [`${address}/${cidrBlock}`])),
    os: record.osId === null ? null : record.osId.startsWith('win') ? 'windows' : 'linux',
    endpoint: record.ven?.type === 'endpoint',
  };
  sourceWorkloads.set(stored, made);
  return made;
}

function servicePorts(body: JsonObject): {
  readonly kind: 'ports' | 'windows' | 'windows_egress';
  readonly ports: readonly ServicePort[];
} {
  const kind = body['windows_services'] ? 'windows' : body['windows_egress_services'] ? 'windows_egress' : 'ports';
  const field = { ports: 'service_ports', windows: 'windows_services', windows_egress: 'windows_egress_services' }[
    kind
  ];
  return {
    kind,
    ports: objects(body[field]).map((entry) => ({
      proto: number(entry['proto']),
      port: number(entry['port']),
      toPort: number(entry['to_port']),
      icmpType: number(entry['icmp_type']),
      icmpCode: number(entry['icmp_code']),
      process: text(entry['process_name']),
      windowsService: text(entry['service_name']),
    })),
  };
}

const SIDES = ['providers', 'consumers'] as const;
const sides = (wire: unknown): ('providers' | 'consumers')[] => SIDES.filter((side) => list(wire).includes(side));

/** Deny rules have no such field: workloads (objects.md §11.2). */
const resolveAs = (wire: unknown): ResolveAs[] => {
  const given = (['workloads', 'virtual_services'] as const).filter((kind) => list(wire).includes(kind));
  return given.length > 0 ? given : ['workloads'];
};

// Bodies were checked when they were written or come from an estate; their hrefs are the simulator's own.
const asHref = (href: string): Href => href as Href;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objects = (value: unknown): readonly JsonObject[] =>
  list(value).filter((item): item is JsonObject => isObject(item));
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const hrefIn = (value: unknown): string | null => (isObject(value) ? text(value['href']) : null);
