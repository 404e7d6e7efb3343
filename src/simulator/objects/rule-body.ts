import type { JsonObject } from '../../core/json.ts';
import { refusedAs } from '../http/refusals.ts';
import {
  either,
  external,
  flag,
  hrefObject,
  list,
  nullableText,
  oneOf,
  open,
  port,
  record,
  text,
} from '../http/schema.ts';
import { bodyCheck, inputValidation, type BodyCheck, type Schema } from '../http/validate.ts';
import { objectsIn } from '../lifecycle/body.ts';
import { merged } from '../lifecycle/merged.ts';
import type { RuleKind } from '../lifecycle/object.ts';
import type { WorldState } from '../world-state.ts';
import { checkPorts } from './services.ts';

const onlyHref = record({ href: text }, ['href']);

/** Actors of each side (objects.md §8.3, §8.5). That exactly one selector stands in each is checked apart: the schema cannot say it well. */
const providers = list(
  record({
    actors: oneOf('ams'),
    label_dimension: oneOf('app'),
    exclusion: flag,
    label: hrefObject,
    label_group: onlyHref,
    workload: onlyHref,
    virtual_service: onlyHref,
    virtual_server: onlyHref,
    ip_list: onlyHref,
  }),
  { minItems: 1 },
);
const consumers = list(
  record({
    actors: oneOf('ams', 'container_host'),
    label_dimension: oneOf('app'),
    exclusion: flag,
    label: hrefObject,
    label_group: onlyHref,
    workload: onlyHref,
    virtual_service: onlyHref,
    ip_list: hrefObject,
  }),
  { minItems: 1 },
);
const denyActors = list(
  record({
    actors: oneOf('ams'),
    exclusion: flag,
    label: hrefObject,
    label_group: hrefObject,
    ip_list: hrefObject,
    workload: hrefObject,
  }),
  { minItems: 1 },
);

/** An enforcement boundary's actors: a deny rule's without exclusion (objects.md §8.7). */
export const boundaryActors = list(
  record({
    actors: oneOf('ams'),
    label: hrefObject,
    label_group: hrefObject,
    ip_list: hrefObject,
    workload: hrefObject,
  }),
  { minItems: 1 },
);

/** Service hrefs, or ports of TCP and UDP in line. */
export const ingressServices = list(
  either(hrefObject, record({ port, to_port: port, proto: { type: 'integer', enum: [6, 17] } }, ['proto'])),
);

const sides = list(oneOf('providers', 'consumers'), { maxItems: 2 });
const resolve = list(oneOf('workloads', 'virtual_services'));
const network = oneOf('brn', 'non_brn', 'all');
const UPDATE_TYPE = oneOf('create', 'update', 'delete');

/** 26.x; releases before refuse them by name (`versions.ts`). */
const inverted = { all_ips_except_for_in_consumers: flag, all_ips_except_for_in_providers: flag } as const;

const allow: Readonly<Record<string, Schema>> = {
  ...inverted,
  enabled: flag,
  description: text,
  ...external,
  ingress_services: ingressServices,
  resolve_labels_as: open({ providers: resolve, consumers: resolve }, ['providers', 'consumers']),
  sec_connect: flag,
  stateless: flag,
  machine_auth: flag,
  providers,
  consumers,
  consuming_security_principals: list(onlyHref),
  unscoped_consumers: flag,
  network_type: network,
  use_workload_subnets: sides,
  log_flow: flag,
};

const deny: Readonly<Record<string, Schema>> = {
  ...inverted,
  enabled: flag,
  description: nullableText,
  providers: denyActors,
  consumers: denyActors,
  ingress_services: ingressServices,
  egress_services: list(hrefObject),
  network_type: network,
  unscoped_consumers: flag,
  override: flag,
};

const ipTables: Readonly<Record<string, Schema>> = {
  enabled: flag,
  description: text,
  statements: list(
    record(
      {
        table_name: oneOf('nat', 'mangle', 'filter'),
        chain_name: oneOf('PREROUTING', 'INPUT', 'OUTPUT', 'FORWARD', 'POSTROUTING'),
        parameters: text,
      },
      ['table_name', 'chain_name', 'parameters'],
    ),
    { minItems: 1 },
  ),
  actors: list(record({ actors: text, label: hrefObject, label_group: hrefObject, workload: hrefObject }), {
    minItems: 1,
  }),
  ip_version: oneOf('4', '6'),
};

const ALLOW_REQUIRED = ['enabled', 'providers', 'consumers', 'ingress_services', 'resolve_labels_as'];
const DENY_REQUIRED = ['providers', 'consumers', 'ingress_services'];
const IP_TABLES_REQUIRED = ['enabled', 'statements', 'actors', 'ip_version'];

/** A rule inside a rule set's PUT: one that exists, by href, or a whole new one (objects.md §8.2). */
const nested = (properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema => ({
  ...record({ ...properties, href: text, update_type: UPDATE_TYPE }),
  anyOf: [{ required: ['href'] }, { required }],
});

export const ruleSetRules = {
  post: { rules: list(record(allow, ALLOW_REQUIRED)), ip_tables_rules: list(record(ipTables, IP_TABLES_REQUIRED)) },
  put: { rules: list(nested(allow, ALLOW_REQUIRED)), ip_tables_rules: list(nested(ipTables, IP_TABLES_REQUIRED)) },
} as const;

/** Checks of a rule's own POST and PUT. */
export const ruleChecks: Readonly<
  Record<RuleKind, { readonly post: BodyCheck<JsonObject>; readonly put: BodyCheck<JsonObject> }>
> = {
  sec_rules: {
    post: bodyCheck('sec_policy_rule_sets_sec_rules_post', record(allow, ALLOW_REQUIRED)),
    put: bodyCheck('sec_policy_rule_sets_sec_rules_put', record({ ...allow, update_type: UPDATE_TYPE })),
  },
  deny_rules: {
    post: bodyCheck('sec_policy_rule_sets_deny_rules_post', record(deny, DENY_REQUIRED)),
    put: bodyCheck('sec_policy_rule_sets_deny_rules_put', record({ ...deny, update_type: UPDATE_TYPE })),
  },
  ip_tables_rules: {
    post: bodyCheck('ip_tables_rules_post', record(ipTables, IP_TABLES_REQUIRED)),
    put: bodyCheck('ip_tables_rules_put', record({ ...ipTables, update_type: UPDATE_TYPE })),
  },
};

const SELECTORS = [
  'actors',
  'label_dimension',
  'label',
  'label_group',
  'workload',
  'virtual_service',
  'virtual_server',
  'ip_list',
];

/** Actors as they are stored: one selector each, `exclusion` beside labels and groups only (objects.md §8.3). */
export function storedActors(given: unknown, excludable: boolean): readonly JsonObject[] {
  return objectsIn(given).map((actor) => {
    const [selector, ...others] = SELECTORS.filter((name) => actor[name] !== undefined);
    if (selector === undefined || others.length > 0) throw refusedAs('actorSelector');
    const byLabel = selector === 'label' || selector === 'label_group';
    if (actor['exclusion'] === true && !byLabel) throw refusedAs('actorExclusion');
    return {
      [selector]: actor[selector],
      ...(byLabel && excludable && { exclusion: actor['exclusion'] === true }),
    };
  });
}

/** A rule's body as it is stored, after a create or an update. Throws 406 for what a schema cannot say (objects.md §8.3). */
export function storedRule(
  world: WorldState,
  kind: RuleKind,
  before: JsonObject | null,
  given: JsonObject,
): JsonObject {
  const { update_type: _updateType, href: _href, ...changes } = given;
  const body = merged(before, changes);
  if (kind === 'ip_tables_rules') return body;
  checkPorts(objectsIn(body['ingress_services']));
  if (changes['log_flow'] !== undefined && !featureEnabled(world, 'per_rule_flow_log_setting'))
    throw inputValidation(
      'sec_policy_rule_sets_sec_rules_post',
      'The property \'#/\' contains additional properties ["log_flow"] outside of the schema when none are allowed',
    );
  if (['sec_connect', 'stateless', 'machine_auth'].filter((name) => body[name] === true).length > 1)
    throw refusedAs('ruleFlags');
  if (objectsIn(body['ingress_services']).length === 0 && !onlyVirtualServices(body)) throw refusedAs('emptyServices');
  return {
    ...body,
    providers: storedActors(body['providers'], true),
    consumers: storedActors(body['consumers'], true),
  };
}

const featureEnabled = (world: WorldState, name: string): boolean =>
  world.settings.optionalFeatures.some((feature) => feature.name === name && feature.enabled);

/** Without services, the ports are those of the virtual services. */
const onlyVirtualServices = (body: JsonObject): boolean =>
  JSON.stringify(body['resolve_labels_as'])?.startsWith('{"providers":["virtual_services"]') ?? false;
