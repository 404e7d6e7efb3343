import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { SIMULATOR_TOKENS } from '../choices.ts';
import { exact, flagParam } from '../http/query.ts';
import { refusedAs } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { external, hrefObject, list, nullableText, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import type { PolicyObject } from '../lifecycle/object.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes, viewOf } from '../lifecycle/policy-routes.ts';
import type { VersionName } from '../lifecycle/policy-store.ts';
import { renderObject } from '../lifecycle/policy-wire.ts';
import { versionOf } from '../lifecycle/version.ts';
import type { WorldState } from '../world-state.ts';
import { labelIdIn } from './wire.ts';
import { labelRefs } from './workload-wire.ts';

const fields = {
  name: text,
  description: nullableText,
  labels: list(hrefObject),
  sub_groups: list(hrefObject),
  ...external,
} as const;

const labelIdsIn = (world: WorldState, body: JsonObject): readonly number[] =>
  objectsIn(body['labels']).flatMap((item) => labelIdIn(world.orgId, hrefOf(item)) ?? []);

const subGroupsIn = (world: WorldState, body: JsonObject): readonly PolicyObject[] =>
  objectsIn(body['sub_groups']).flatMap((item) => world.policies.byHref(hrefOf(item) ?? '') ?? []);

/** The group and everything below it in one version; survives a loop. */
function flattened(world: WorldState, version: VersionName, start: readonly PolicyObject[]): ReadonlySet<PolicyObject> {
  const seen = new Set(start);
  for (const group of seen) {
    const content = world.policies.inObject(group, version);
    if (content) for (const below of subGroupsIn(world, content.body)) seen.add(below);
  }
  return seen;
}

/** All members share the group's key, and no group is below itself (objects.md §5.3). */
function checkMembers(world: WorldState, body: JsonObject, ownName: unknown): void {
  const key = body['key'];
  const subGroups = subGroupsIn(world, body);
  const keys = [
    ...labelIdsIn(world, body).map((id) => world.label(id)?.key),
    ...subGroups.map((group) => world.policies.inObject(group, 'draft')?.body['key']),
  ];
  if (keys.some((own) => own !== key)) throw refusedAs('groupKey');
  const below = [...flattened(world, 'draft', subGroups)];
  if (below.some((group) => world.policies.inObject(group, 'draft')?.body['name'] === ownName))
    throw refusedAs('groupCycle');
}

function usage(world: WorldState, object: PolicyObject): JsonObject {
  const href = world.policies.href(object);
  const users = world.policies.referrers(href);
  const types = new Set(users.map(({ type }) => type));
  const inRules = users.some(
    (user) =>
      user.type === 'rule_sets' &&
      (world.policies.inObject(user, 'draft')?.rules.some(({ body }) => JSON.stringify(body).includes(`"${href}"`)) ??
        false),
  );
  const inScopes = users.some(
    (user) =>
      user.type === 'rule_sets' &&
      JSON.stringify(world.policies.inObject(user, 'draft')?.body['scopes'] ?? []).includes(`"${href}"`),
  );
  return {
    label_group: types.has('label_groups'),
    ruleset: inScopes,
    rule: inRules,
    static_policy_scopes: types.has('firewall_settings'),
    containers_inherit_host_policy_scopes: false,
    blocked_connection_reject_scopes: false,
    enforcement_boundary: types.has('enforcement_boundaries'),
    loopback_interfaces_in_policy_scopes: false,
    ip_forwarding_enabled_scopes: false,
    rule_hit_count_enabled_scopes: false,
  };
}

const kind: PolicyKind = {
  type: 'label_groups',
  singular: 'label_group',
  ids: 'uuid',
  schema: 'sec_policy_label_groups_get',
  checkPost: bodyCheck<JsonObject>('sec_policy_label_groups_post', record({ ...fields, key: text }, ['name', 'key'])),
  checkPut: bodyCheck<JsonObject>('sec_policy_label_groups_put', record(fields)),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  referenced: SIMULATOR_TOKENS.groupReferenced,
  authorise: (_world, caller) => requireGlobal(caller),
  body(world, given, before) {
    const body = merged(before, given);
    if (typeof body['key'] !== 'string' || !world.dimensions.byKey(body['key'])) throw refusedAs('unknownKey');
    checkMembers(world, body, before?.['name']);
    return { description: '', labels: [], sub_groups: [], ...body };
  },
  filter(_world, query) {
    const key = exact(query, 'key');
    return ({ body }) => key(typeof body['key'] === 'string' ? body['key'] : null);
  },
  extra: (world, object, query) => (flagParam(query, 'usage') ? { usage: usage(world, object) } : {}),
  eventFields: ({ key }) => ({ key }),
};

function group(request: Request<WorldState>): PolicyObject {
  return request.world.policies.read('label_groups', request.params['id'] ?? '', versionOf(request)).object;
}

/** Label groups (objects.md §5.3). */
export const labelGroupRoutes: readonly Route<WorldState>[] = [
  ...policyRoutes(kind),
  {
    method: 'GET',
    path: '/orgs/:org/sec_policy/:version/label_groups/:id/member_of',
    access: 'read',
    collection: true,
    schema: 'sec_policy_label_groups_member_of_get',
    handle(request) {
      const { world } = request;
      const own = group(request);
      const version = versionOf(request);
      const parents = world.policies
        .inVersion('label_groups', version)
        .filter(({ content }) => subGroupsIn(world, content.body).includes(own));
      return collection(parents, parents.length, ({ object, content }) =>
        renderObject(viewOf(request), object, content),
      );
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/sec_policy/:version/label_groups/:id/all_labels',
    access: 'read',
    collection: true,
    handle(request) {
      const { world } = request;
      const version = versionOf(request);
      const groups = [...flattened(world, version, [group(request)])];
      const ids = new Set(
        groups.flatMap((one) => labelIdsIn(world, world.policies.inObject(one, version)?.body ?? {})),
      );
      const labels = labelRefs(world, [...ids]);
      return collection(labels, labels.length, (label) => label);
    },
  },
];
