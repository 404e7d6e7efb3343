import type { JsonObject } from '../../../core/json.ts';
import { createRandom, type Random } from '../../random.ts';
import { DAY, isoOf, MINUTE } from '../calendar.ts';
import type { VersionedSeed } from '../estate.ts';
import type { LabelIndex } from '../labels.ts';
import { groupHref } from './label-groups.ts';
import { nameOf } from './seeds.ts';

/** A rule in the words it was written with, for those who look for planted issues or make traffic that uses it. */
export interface RuleNote {
  readonly id: number;
  readonly ruleSet: string;
  readonly kind: 'allow' | 'deny' | 'override';
  readonly enabled: boolean;
  /** Ids of planted issues and kinds of anomalies: `P8`, `duplicate`, `redundant` … */
  readonly tags: readonly string[];
  /** Label texts of the ruleset's scope. */
  readonly scope: readonly string[];
  readonly extra: boolean;
  readonly providers: string;
  readonly consumers: string;
  readonly service: string;
}

export interface RuleOptions {
  readonly extra?: boolean;
  readonly enabled?: boolean;
  readonly description?: string;
  readonly tags?: readonly string[];
}

export interface RuleSetDraft {
  readonly name: string;
  readonly app: string | null;
  readonly env: string | null;
  readonly description: string;
  readonly enabled: boolean;
  readonly scope: readonly string[];
  readonly scopes: readonly (readonly JsonObject[])[];
  readonly rules: JsonObject[];
  readonly denyRules: JsonObject[];
}

/** The names the policy is written with; everything resolves to an href or throws. */
export interface PolicyContext {
  readonly orgId: number;
  readonly seed: number;
  readonly nowMs: number;
  readonly labels: LabelIndex;
  readonly ipLists: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, string>;
  readonly authors: readonly number[];
  readonly random: Random;
  readonly notes: RuleNote[];
  readonly actors: Map<string, JsonObject>;
  readonly actorLists: Map<string, readonly JsonObject[]>;
  readonly serviceLists: Map<string, readonly JsonObject[]>;
  nextRuleId: number;
}

export function createContext(
  orgId: number,
  seed: number,
  nowMs: number,
  labels: LabelIndex,
  ipLists: readonly VersionedSeed[],
  services: readonly VersionedSeed[],
  authors: readonly number[],
): PolicyContext {
  const byName = (list: readonly VersionedSeed[], type: string): ReadonlyMap<string, string> =>
    new Map(list.map((seed) => [nameOf(seed), `/orgs/${orgId}/sec_policy/draft/${type}/${seed.id}`]));
  return {
    orgId,
    seed,
    nowMs,
    labels,
    ipLists: byName(ipLists, 'ip_lists'),
    services: byName(services, 'services'),
    authors,
    random: createRandom(seed, 'policy'),
    notes: [],
    actors: new Map(),
    actorLists: new Map(),
    serviceLists: new Map(),
    nextRuleId: 2,
  };
}

/** An actor by a short text: `ams`, `role=web`, `iplist:NAME`, `group:NAME`. */
export function actor(context: PolicyContext, text: string): JsonObject {
  return remembered(context.actors, text, () => makeActor(context, text));
}

function makeActor(context: PolicyContext, text: string): JsonObject {
  if (text === 'ams') return { actors: 'ams' };
  if (text.startsWith('iplist:')) return { ip_list: { href: resolve(context.ipLists, text.slice(7)) } };
  if (text.startsWith('group:'))
    return { label_group: { href: groupHref(context.orgId, context.seed, text.slice(6)) }, exclusion: false };
  const id = context.labels.get(text);
  if (id === undefined) throw new RangeError(`the estate has no label ${text}`);
  return { label: { href: `/orgs/${context.orgId}/labels/${id}` }, exclusion: false };
}

function resolve(names: ReadonlyMap<string, string>, name: string): string {
  const href = names.get(name);
  if (href === undefined) throw new RangeError(`the estate has no ${name}`);
  return href;
}

/** Parts of rules are shared values, because a big estate has tens of thousands of rules. */
function remembered<T>(known: Map<string, T>, text: string, make: () => T): T {
  let made = known.get(text);
  if (made === undefined) known.set(text, (made = make()));
  return made;
}

/** Services by a short text: names of services and inline ports (`8443`, `40001-40002`, `514u`), separated by `;`. */
function makeServices(context: PolicyContext, text: string): JsonObject[] {
  return text.split(';').map((part) => {
    const port = /^(\d+)(?:-(\d+))?(u?)$/.exec(part);
    if (port === null) return { href: resolve(context.services, part) };
    const proto = port[3] === 'u' ? 17 : 6;
    return port[2] === undefined
      ? { port: Number(port[1]), proto }
      : { port: Number(port[1]), to_port: Number(port[2]), proto };
  });
}

const splitActors = (context: PolicyContext, text: string): readonly JsonObject[] =>
  remembered(context.actorLists, text, () => text.split(' & ').map((each) => actor(context, each)));

/** Opens a ruleset; `scope` holds label texts, all of which must hold. */
export function ruleSet(
  context: PolicyContext,
  name: string,
  scope: readonly string[] = [],
  { description = '', enabled = true }: { readonly description?: string; readonly enabled?: boolean } = {},
): RuleSetDraft {
  return {
    name,
    app: scope.find((text) => text.startsWith('app='))?.slice(4) ?? null,
    env: scope.find((text) => text.startsWith('env='))?.slice(4) ?? null,
    description,
    enabled,
    scope,
    scopes: [scope.map((text) => actor(context, text))],
    rules: [],
    denyRules: [],
  };
}

/** Tag of the rules for edges that are used at month-end only. */
export const MONTH_END_TAG = 'month-end';

/** Tag of the rules that only bring a replicated estate to its size; nobody needs notes about them. */
export const FILLER = 'filler';

const RESOLVE = { providers: ['workloads'], consumers: ['workloads'] } as const;
const NONE: readonly never[] = [];

/** Adds an allow rule to a ruleset. */
export function allow(
  context: PolicyContext,
  set: RuleSetDraft,
  providers: string,
  consumers: string,
  service: string,
  options: RuleOptions = {},
): void {
  const common = ruleParts(context, set, 'allow', providers, consumers, service, options);
  set.rules.push({
    ...common,
    consuming_security_principals: NONE,
    sec_connect: false,
    stateless: false,
    machine_auth: false,
    use_workload_subnets: NONE,
    resolve_labels_as: RESOLVE,
  });
}

/** Adds a deny rule, which allow rules beat, or an override deny, which they do not. */
export function deny(
  context: PolicyContext,
  set: RuleSetDraft,
  providers: string,
  consumers: string,
  service: string,
  { override = false, ...options }: RuleOptions & { readonly override?: boolean } = {},
): void {
  const kind = override ? 'override' : 'deny';
  set.denyRules.push({ ...ruleParts(context, set, kind, providers, consumers, service, options), override });
}

function ruleParts(
  context: PolicyContext,
  set: RuleSetDraft,
  kind: RuleNote['kind'],
  providers: string,
  consumers: string,
  service: string,
  { extra = false, enabled = true, description = '', tags = [] }: RuleOptions,
): JsonObject {
  const id = context.nextRuleId;
  context.nextRuleId += 1 + (id % 3 === 0 ? 1 : 0);
  const created = context.nowMs - context.random.between(120, 700) * DAY - context.random.below(1440) * MINUTE;
  const author = { href: `/users/${context.random.pick(context.authors)}` };
  const parts = {
    providers: splitActors(context, providers),
    consumers: splitActors(context, consumers),
    ingress_services: remembered(context.serviceLists, service, () => makeServices(context, service)),
  };
  if (!tags.includes(FILLER))
    context.notes.push({
      id,
      ruleSet: set.name,
      kind,
      enabled: enabled && set.enabled,
      tags,
      scope: set.scope,
      extra,
      providers,
      consumers,
      service,
    });
  return {
    id,
    created_at: isoOf(created),
    updated_at: isoOf(created + (id % 7) * DAY),
    created_by: author,
    updated_by: author,
    description,
    enabled,
    ...parts,
    egress_services: NONE,
    network_type: 'brn',
    unscoped_consumers: extra,
  };
}

export function finish(set: RuleSetDraft): JsonObject {
  return {
    name: set.name,
    description: set.description,
    enabled: set.enabled,
    scopes: set.scopes,
    rules: set.rules,
    deny_rules: set.denyRules,
    ip_tables_rules: NONE,
  };
}
