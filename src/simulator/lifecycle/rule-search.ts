import type { JsonObject } from '../../core/json.ts';
import { type Request, type Route } from '../http/route.ts';
import { flag, hrefObject, list, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { idIn } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { hrefOf, objectsIn, textIn } from './body.ts';
import { type Found, kindOf, renderFound } from './policy-check.ts';
import { inScopes, selectWorkloads } from './select-workloads.ts';
import { versionOf } from './version.ts';

type Call = Request<WorldState>;

const KINDS = ['sec_rules', 'deny_rules', 'override_deny_rules', 'ip_tables_rules'] as const;
const MOST_RULES = 500;

const onlyHref = record({ href: text }, ['href']);
const actor = {
  actors: text,
  label: onlyHref,
  label_group: onlyHref,
  workload: onlyHref,
  container_workload: onlyHref,
  kubernetes_workload: onlyHref,
  virtual_service: onlyHref,
  virtual_server: onlyHref,
  ip_list: onlyHref,
} as const;
const port = { type: 'integer', minimum: 0, maximum: 65535 } as const;
const service = record({
  href: text,
  service_name: { type: ['string', 'null'] },
  process_name: { type: ['string', 'null'] },
  port,
  to_port: port,
  proto: { type: ['integer', 'null'] },
  icmp_type: { type: 'integer' },
  icmp_code: { type: 'integer' },
});

interface Search extends JsonObject {
  readonly resolve_actors?: boolean;
  readonly rule_types?: readonly string[];
  readonly max_results?: number;
}

const check = bodyCheck<Search>(
  'sec_policy_rule_search_post',
  record({
    enabled: flag,
    description: { type: 'string', minLength: 1, maxLength: 65535 },
    ingress_services: list(service, { minItems: 1 }),
    sec_connect: flag,
    machine_auth: flag,
    stateless: flag,
    providers: list(record(actor), { minItems: 1 }),
    consumers: list(record(actor), { minItems: 1 }),
    // Of older releases; a client in use still sends both (objects.md §10.7).
    providers_or_consumers: list(record(actor), { minItems: 1 }),
    max_results: { type: 'integer', minimum: 0 },
    consuming_security_principals: list(hrefObject),
    unscoped_consumers: flag,
    all_ips_except_for_in_consumers: flag,
    all_ips_except_for_in_providers: flag,
    update_type: oneOf('create', 'update', 'delete'),
    resolve_actors: flag,
    rule_types: list(oneOf(...KINDS)),
  }),
);

type Test = (found: Found) => boolean;

/** A reference as every version spells it. */
const versionless = (href: string): string =>
  href.replace(/\/sec_policy\/(?:draft|active|\d+)\//, '/sec_policy/draft/');

/** What an actor names, as one text. */
function nameOf(entry: JsonObject): string {
  const [selector, value] = Object.entries(entry).find(([key]) => key !== 'exclusion') ?? ['', null];
  return typeof value === 'string' ? `${selector}=${value}` : `${selector}=${versionless(hrefOf(value) ?? '')}`;
}

/**
 * A test for rules that have all of these actors on one side. With `resolve`, a rule whose actors select one of the workloads asked for has
 * them too, however it names them.
 */
function actorTest(
  world: WorldState,
  asked: readonly JsonObject[],
  side: 'providers' | 'consumers',
  resolve: boolean,
): Test {
  const limit = world.settings.org['max_rule_search_provider_consumer_entities'];
  if (typeof limit === 'number' && asked.length > limit)
    throw inputValidation('sec_policy_rule_search_post', `The property '#/${side}' has more than ${limit} items`);
  const names = asked.map(nameOf);
  const workloads = resolve ? [...selectWorkloads(world, asked, [[]])] : [];
  return (found) => {
    const actors = objectsIn(found.rule.body[side]);
    const own = new Set(actors.map(nameOf));
    if (names.every((name) => own.has(name))) return true;
    const scopes =
      side === 'consumers' && found.rule.body['unscoped_consumers'] === true
        ? [[]]
        : found.ruleSet.content.body['scopes'];
    return workloads.some((workload) => selects(world, actors, scopes, workload));
  };
}

/** Whether a rule's actors inside its scopes mean a workload (objects.md §11.2). */
function selects(world: WorldState, actors: readonly JsonObject[], scopes: unknown, workload: StoredWorkload): boolean {
  const byLabel = actors.filter((entry) => 'label' in entry || 'label_group' in entry);
  const meant =
    actors.some((entry) => entry['actors'] === 'ams') ||
    actors.some((entry) => idIn(`/orgs/${world.orgId}/workloads`, hrefOf(entry['workload'])) === workload.record.id) ||
    (byLabel.length > 0 && inScopes(world, [byLabel], workload));
  const everywhere = !Array.isArray(scopes) || scopes.length === 0;
  return meant && (everywhere || inScopes(world, scopes, workload));
}

/** A test for rules about all of these services: the service itself, or ports and protocols that overlap, in line or in a service. */
function serviceTest(world: WorldState, asked: readonly JsonObject[]): Test {
  const portsOf = (entry: JsonObject): readonly JsonObject[] => {
    const object = world.policies.byHref(hrefOf(entry) ?? '');
    const body = object && world.policies.inObject(object, 'draft')?.body;
    return body ? [...objectsIn(body['service_ports']), ...objectsIn(body['windows_services'])] : [entry];
  };
  const overlap = (wanted: JsonObject, own: JsonObject): boolean => {
    const from = Number(wanted['port'] ?? 0);
    const to = Number(wanted['to_port'] ?? wanted['port'] ?? 65_535);
    const [ownFrom, ownTo] = [Number(own['port'] ?? 0), Number(own['to_port'] ?? own['port'] ?? 65_535)];
    const any = own['proto'] === -1 || own['proto'] === undefined;
    return (
      (typeof wanted['proto'] !== 'number' || any || own['proto'] === wanted['proto']) &&
      ownFrom <= to &&
      from <= ownTo &&
      ['process_name', 'service_name'].every(
        (field) => typeof wanted[field] !== 'string' || own[field] === wanted[field],
      )
    );
  };
  return ({ rule }) => {
    const own = objectsIn(rule.body['ingress_services']);
    const hrefs = new Set(own.map((entry) => versionless(hrefOf(entry) ?? '')));
    const ports = own.flatMap(portsOf);
    return asked.every((wanted) => {
      const href = hrefOf(wanted);
      return href === null ? ports.some((port) => overlap(wanted, port)) : hrefs.has(versionless(href));
    });
  };
}

const FLAGS = [
  'enabled',
  'sec_connect',
  'machine_auth',
  'stateless',
  'unscoped_consumers',
  'all_ips_except_for_in_consumers',
  'all_ips_except_for_in_providers',
] as const;

function testsOf(world: WorldState, search: Search): readonly Test[] {
  const resolve = search.resolve_actors ?? false;
  const tests: Test[] = [];
  for (const field of FLAGS) {
    const wanted = search[field];
    if (wanted !== undefined) tests.push(({ rule }) => (rule.body[field] ?? false) === wanted);
  }
  const description = search['description'];
  if (typeof description === 'string')
    tests.push(({ rule }) =>
      (textIn(rule.body['description']) ?? '').toLowerCase().includes(description.toLowerCase()),
    );
  if (search['update_type'] !== undefined) tests.push(({ rule }) => rule.updateType === search['update_type']);
  if (search['ingress_services'] !== undefined) tests.push(serviceTest(world, objectsIn(search['ingress_services'])));
  for (const side of ['providers', 'consumers'] as const)
    if (search[side] !== undefined) tests.push(actorTest(world, objectsIn(search[side]), side, resolve));
  if (search['providers_or_consumers'] !== undefined) {
    const asked = objectsIn(search['providers_or_consumers']);
    const [provider, consumer] = (['providers', 'consumers'] as const).map((side) =>
      actorTest(world, asked, side, resolve),
    );
    tests.push((found) => (provider?.(found) ?? false) || (consumer?.(found) ?? false));
  }
  if (search['consuming_security_principals'] !== undefined) {
    const wanted = objectsIn(search['consuming_security_principals']).map((entry) => hrefOf(entry));
    tests.push(({ rule }) => {
      const own = new Set(objectsIn(rule.body['consuming_security_principals']).map((entry) => hrefOf(entry)));
      return wanted.every((href) => own.has(href));
    });
  }
  return tests;
}

function search(request: Call) {
  const { world } = request;
  const asked = check(request.body ?? {});
  const version = versionOf(request);
  const view = { world, caller: request.caller, version, expanded: true };
  const tests = testsOf(world, asked);
  const all = world.policies
    .inVersion('rule_sets', version)
    .flatMap((ruleSet) => ruleSet.content.rules.map((rule): Found => ({ ruleSet, rule })));
  const types = asked.rule_types ?? KINDS;
  const matched = all.filter((found) => types.includes(kindOf(found)) && tests.every((test) => test(found)));
  const most = Math.min(MOST_RULES, asked.max_results ?? MOST_RULES);
  const of = (kind: string) => matched.filter((found) => kindOf(found) === kind);
  const rendered = (found: readonly Found[]) => found.slice(0, most).map((own) => renderFound(view, own));
  // One list of allow rules before there were others (objects.md §10.7).
  if (!world.release.has('24.5')) return { status: 200, json: rendered(of('sec_rules')) };
  const counts = KINDS.map((kind) => [
    kind,
    { matched: of(kind).length, total: all.filter((found) => kindOf(found) === kind).length },
  ]);
  return {
    status: 200,
    json: {
      ...Object.fromEntries(KINDS.map((kind) => [kind, rendered(of(kind))])),
      ...(world.release.has('26.3') && { counts: Object.fromEntries(counts) }),
    },
  };
}

/** Rule search (objects.md §10.7): rules that have everything that is asked for. */
export const ruleSearchRoutes: readonly Route<WorldState>[] = [
  { method: 'POST', path: '/orgs/:org/sec_policy/:version/rule_search', access: 'read', handle: search },
];
