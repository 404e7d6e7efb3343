import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { isoTime, labelIdIn, lastSegment } from '../objects/wire.ts';
import { expandedLabels } from '../records/fields.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { hrefOf, isJsonObject } from './body.ts';
import type { Content, PolicyObject, PolicyType, RuleKind, RuleRecord } from './object.ts';
import type { VersionName } from './policy-store.ts';

/** Types whose objects carry `caps` (objects.md §1.3). */
const WITH_CAPS: ReadonlySet<PolicyType> = new Set([
  'rule_sets',
  'enforcement_boundaries',
  'virtual_services',
  'virtual_servers',
  'label_groups',
]);

/** Types that carry labels, which are always spelt out (objects.md §7.3). */
const LABELLED: ReadonlySet<PolicyType> = new Set(['virtual_services', 'virtual_servers']);

/** What the PCE fills in where a body is silent (objects.md §7, §8). */
const DEFAULTS: Readonly<Partial<Record<PolicyType, JsonObject>>> = {
  ip_lists: { ip_ranges: [], fqdns: [] },
  services: { description: null, description_url: null, process_name: null },
  label_groups: { description: '', labels: [], sub_groups: [] },
  rule_sets: { description: '', enabled: true, scopes: [[]] },
  enforcement_boundaries: { enabled: true, network_type: 'brn' },
};

const RULE_DEFAULTS: Readonly<Record<RuleKind, JsonObject>> = {
  sec_rules: {
    description: '',
    enabled: true,
    providers: [],
    consumers: [],
    consuming_security_principals: [],
    sec_connect: false,
    stateless: false,
    machine_auth: false,
    unscoped_consumers: false,
    network_type: 'brn',
    use_workload_subnets: [],
    ingress_services: [],
    egress_services: [],
    resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
  },
  deny_rules: {
    enabled: true,
    override: false,
    description: '',
    providers: [],
    consumers: [],
    ingress_services: [],
    egress_services: [],
    network_type: 'brn',
    unscoped_consumers: false,
  },
  ip_tables_rules: { enabled: true, description: '' },
};

const RULE_CAPS: Readonly<Record<RuleKind, boolean>> = { sec_rules: false, deny_rules: true, ip_tables_rules: false };

export interface PolicyView {
  readonly world: WorldState;
  readonly caller: Caller | null;
  readonly version: VersionName;
  /** Names beside hrefs, as `policy_check` and `representation=` give them (objects.md §8.3). */
  readonly expanded?: boolean;
}

/** The wire form of one object in one version (objects.md §5.3, §7, §8, §9). */
export function renderObject(view: PolicyView, object: PolicyObject, content: Content): JsonObject {
  const { world, version } = view;
  const href = world.policies.href(object, version);
  const body = rewrite({ ...DEFAULTS[object.type], ...content.body }, view);
  return {
    href,
    ...audit(object, content),
    ...updateType(view, object.draft?.updateType ?? null),
    ...body,
    ...(object.type === 'label_groups' && groupMembers(view, body)),
    ...(LABELLED.has(object.type) && { labels: expandedLabels(world, body['labels']) }),
    ...(object.type === 'virtual_servers' && discovered(world, body)),
    ...(object.type === 'rule_sets' && ruleLists(view, href, content.rules)),
    ...(object.type === 'enforcement_boundaries' && { workload_counts: {} }),
    ...(WITH_CAPS.has(object.type) && { caps: caps(view) }),
  };
}

export function renderRule(view: PolicyView, ruleSetHref: string, rule: RuleRecord): JsonObject {
  return {
    href: `${ruleSetHref}/${rule.kind}/${rule.id}`,
    ...audit(rule, rule),
    ...updateType(view, rule.updateType),
    ...rewrite({ ...RULE_DEFAULTS[rule.kind], ...rule.body }, view),
    ...(RULE_CAPS[rule.kind] && { caps: caps(view) }),
  };
}

/** The wire form of the object or rule of a draft or active href, as the simulator itself sees it. */
export function renderByHref(world: WorldState, href: string): JsonObject | undefined {
  const match =
    /^(.*\/sec_policy\/(draft|active)\/[a-z_]+(?:\/[A-Za-z0-9-]+)?)(?:\/(sec_rules|deny_rules|ip_tables_rules)\/(\d+))?$/.exec(
      href,
    );
  const object = match?.[1] === undefined ? undefined : world.policies.byHref(match[1]);
  if (!match || !object) return undefined;
  const version = match[2] === 'active' ? 'active' : 'draft';
  const view: PolicyView = { world, caller: null, version };
  const content = world.policies.inObject(object, version);
  if (!content) return undefined;
  if (match[3] === undefined) return renderObject(view, object, content);
  const rule = content.rules.find(({ kind, id }) => kind === match[3] && String(id) === match[4]);
  return rule && renderRule(view, world.policies.href(object, version), rule);
}

interface Audited {
  readonly createdMs: number;
  readonly createdBy: string;
}

const audit = (made: Audited, last: { readonly updatedMs: number; readonly updatedBy: string }) => ({
  created_at: isoTime(made.createdMs),
  updated_at: isoTime(last.updatedMs),
  deleted_at: null,
  created_by: { href: made.createdBy },
  updated_by: { href: last.updatedBy },
  deleted_by: null,
});

/** Present on the draft, absent elsewhere (objects.md §9). */
const updateType = ({ version }: PolicyView, type: string | null) => (version === 'draft' ? { update_type: type } : {});

const caps = ({ caller, version }: PolicyView): readonly string[] =>
  caller?.permission === 'read_only' || version !== 'draft' ? [] : ['write', 'provision'];

const ruleLists = (view: PolicyView, href: string, rules: readonly RuleRecord[]) => {
  const of = (kind: RuleKind) => rules.filter((rule) => rule.kind === kind).map((rule) => renderRule(view, href, rule));
  return { rules: of('sec_rules'), deny_rules: of('deny_rules'), ip_tables_rules: of('ip_tables_rules') };
};

/** Members of a label group are always expanded (objects.md §5.3). */
function groupMembers({ world, version }: PolicyView, body: JsonObject): JsonObject {
  const hrefs = (field: string): string[] => {
    const list = body[field];
    return Array.isArray(list) ? list.flatMap((item) => (isObject(item) ? [String(item['href'])] : [])) : [];
  };
  return {
    labels: hrefs('labels').map((href) => ({ href, ...labelName(world, href) })),
    sub_groups: hrefs('sub_groups').map((href) => ({ href, name: nameOf(world, href, version) })),
  };
}

/** The discovered virtual server behind a virtual server, as its schema wants it. */
function discovered(world: WorldState, body: JsonObject): JsonObject {
  const href = hrefOf(body['discovered_virtual_server']);
  const found = href === null ? undefined : world.records.get('discovered_virtual_servers', lastSegment(href));
  if (!found) return { discovered_virtual_server: null };
  const { dvs_identifier, mode, name, vip_port } = found.body;
  return { discovered_virtual_server: { href, dvs_identifier, mode, name, vip_port } };
}

function labelName(world: WorldState, href: string): { readonly key: string; readonly value: string } | undefined {
  const id = labelIdIn(world.orgId, href);
  const label = id === null ? undefined : world.labels.get(id);
  return label && { key: label.record.key, value: label.record.value };
}

function nameOf(world: WorldState, href: string, version: VersionName): string | null {
  const object = world.policies.byHref(href);
  const name = object && world.policies.inObject(object, version)?.body['name'];
  return typeof name === 'string' ? name : null;
}

const SEGMENT = '/sec_policy/draft/';

/** Bodies hold draft hrefs; a version's rendering points into that version (objects.md §9). Only `href` fields are touched. */
function rewrite(body: JsonObject, view: PolicyView): JsonObject {
  if (view.version === 'draft' && !view.expanded) return body;
  const segment = `/sec_policy/${view.version}/`;
  const visit = (value: JsonValue | undefined): JsonValue | undefined => {
    if (Array.isArray(value)) return value.map((item) => visit(item) ?? null);
    return isJsonObject(value) ? object(value) : value;
  };
  const object = (value: JsonObject): JsonObject => {
    const copy: Record<string, JsonValue | undefined> = {};
    for (const [key, field] of Object.entries(value))
      copy[key] = key === 'href' && typeof field === 'string' ? field.replace(SEGMENT, segment) : visit(field);
    const { href } = value;
    return view.expanded && typeof href === 'string' ? { ...copy, ...expansion(view, href) } : copy;
  };
  return object(body);
}

function expansion({ world, version }: PolicyView, href: string): JsonObject {
  const label = labelName(world, href);
  if (label) return label;
  const object = world.policies.byHref(href);
  const body = object && world.policies.inObject(object, version)?.body;
  if (!body) return {};
  return { name: body['name'], ...(object.type === 'label_groups' && { key: body['key'] }) };
}
