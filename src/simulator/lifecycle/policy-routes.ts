import type { JsonObject } from '../../core/json.ts';
import { fieldChanges } from '../http/audit.ts';
import { exact, partial, textParam } from '../http/query.ts';
import { refused, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { type LimitName, requireRoom } from '../limits/limits.ts';
import type { WorldState } from '../world-state.ts';
import { objectsIn, storable, textIn as text } from './body.ts';
import { activeContent, type Content, draftContent, type PolicyObject } from './object.ts';
import type { PolicyKind } from './policy-kind.ts';
import type { Edit, PolicyStore, Versioned } from './policy-store.ts';
import { renderObject, type PolicyView } from './policy-wire.ts';
import { requireDraft, versionOf } from './version.ts';

type Call = Request<WorldState>;

/** The caller's edit, now. */
export const editOf = ({ world, caller }: Pick<Call, 'world' | 'caller'>): Edit => ({
  ms: world.clock.now(),
  by: caller.href,
});

/** What one call reads: which version, for whom, and how much of what it names is spelt out. */
export function viewOf(request: Call): PolicyView {
  const representation = textParam(request.query, 'representation');
  return {
    world: request.world,
    caller: request.caller,
    version: versionOf(request),
    expanded: representation === 'rule_set_services_labels_and_names',
  };
}

/** The limits of kinds that have one, and how much of it an object takes. */
const LIMITED: Partial<Record<PolicyObject['type'], (body: JsonObject) => readonly [name: LimitName, wanted: number]>> =
  {
    label_groups: () => ['total_label_groups', 1],
    services: () => ['total_services', 1],
    enforcement_boundaries: () => ['total_enforcement_boundaries', 1],
    ip_lists: (body) => ['total_ip_list_entries', objectsIn(body['ip_ranges']).length],
  };

/** CRUD of one versioned kind (objects.md §7–§9): the same machine for all of them. */
export function policyRoutes(kind: PolicyKind): Route<WorldState>[] {
  const path = `/orgs/:org/sec_policy/:version/${kind.type}`;

  const renderer = (request: Call): ((row: Versioned) => JsonObject) => {
    const view = viewOf(request);
    return ({ object, content }) => ({
      ...renderObject(view, object, content),
      ...kind.extra?.(request.world, object, request.query),
    });
  };

  function list(request: Call) {
    const { world, query } = request;
    const all = world.policies.inVersion(kind.type, versionOf(request));
    const name = partial(query, 'name');
    const description = partial(query, 'description');
    const dataSet = exact(query, 'external_data_set');
    const reference = exact(query, 'external_data_reference');
    const own = kind.filter?.(world, query);
    const found = all.filter(
      ({ content }) =>
        name(text(content.body['name'])) &&
        description(text(content.body['description'])) &&
        dataSet(text(content.body['external_data_set'])) &&
        reference(text(content.body['external_data_reference'])) &&
        (own?.(content) ?? true),
    );
    return collection(found, all.length, renderer(request));
  }

  function create(request: Call) {
    const { world, caller, audit } = request;
    requireDraft(request);
    const given = storable(world, kind.checkPost(request.body));
    kind.authorise(world, caller, given);
    const edit = editOf(request);
    const content: Content = {
      body: kind.body(world, withoutRules(given), null),
      rules: kind.rules?.(world, given, [], edit) ?? [],
      updatedMs: edit.ms,
      updatedBy: edit.by,
    };
    requireFree(world.policies, null, content.body);
    const limited = LIMITED[kind.type];
    if (limited) requireRoom(world, ...limited(content.body));
    const id = kind.ids === 'uuid' ? world.ids.uuid() : String(world.ids.next(kind.type));
    const object = world.policies.create(kind.type, id, content);
    audit(`${kind.singular}.create`, [change(world.policies, object, null, content.body)]);
    return { status: 201, json: renderer(request)({ object, content }) };
  }

  function update(request: Call) {
    const { world, caller, audit } = request;
    requireDraft(request);
    const { object, content: before } = find(request);
    const checked = kind.checkPut(request.body);
    if (kind.builtIn?.(object)) throw refusedAs('builtIn');
    kind.authorise(world, caller, before.body);
    // Some clients send back the `update_type` they read; it is not theirs to set.
    const { update_type: _ignored, ...rest } = checked;
    const given = storable(world, rest);
    const edit = editOf(request);
    const content: Content = {
      body: kind.body(world, withoutRules(given), before.body),
      rules: kind.rules?.(world, given, before.rules, edit) ?? before.rules,
      updatedMs: edit.ms,
      updatedBy: edit.by,
    };
    kind.authorise(world, caller, content.body);
    requireFree(world.policies, object, content.body);
    world.policies.edit(object, content);
    audit(`${kind.singular}.update`, [change(world.policies, object, before.body, content.body)]);
    return { status: 204 };
  }

  function remove(request: Call) {
    const { world, caller, audit } = request;
    requireDraft(request);
    const { object, content } = find(request);
    if (kind.builtIn?.(object)) throw refusedAs('builtIn');
    kind.authorise(world, caller, content.body);
    if (kind.referenced && world.policies.referrers(world.policies.href(object)).length > 0)
      throw refused(...kind.referenced);
    world.policies.remove(object, editOf(request));
    audit(`${kind.singular}.delete`, [change(world.policies, object, content.body, null)]);
    return { status: 204 };
  }

  const find = ({ world, params }: Call): Versioned => world.policies.read(kind.type, params['id'] ?? '', 'draft');

  /** A name is taken by any draft or active object of the kind, pending deletion included (objects.md §9). */
  function requireFree(store: PolicyStore, own: PolicyObject | null, body: JsonObject): void {
    for (const other of store.all(kind.type)) {
      if (other.id === own?.id) continue;
      const contents = [draftContent(other), activeContent(other)];
      for (const content of contents) {
        if (!content) continue;
        if (kind.nameTaken && content.body['name'] === body['name']) throw refused(...kind.nameTaken);
        if (sameExternal(content.body, body)) throw refusedAs('externalReference');
      }
    }
  }

  function change(
    store: PolicyStore,
    object: PolicyObject,
    before: JsonObject | null,
    after: JsonObject | null,
  ): ResourceChange {
    const body = after ?? before ?? {};
    return {
      resource: { [kind.singular]: { href: store.href(object), name: body['name'], ...kind.eventFields?.(body) } },
      changeType: before ? (after ? 'update' : 'delete') : 'create',
      changes: after ? fieldChanges(before ?? {}, after) : {},
    };
  }

  const described = kind.schema === undefined ? {} : { schema: kind.schema };
  return [
    { method: 'GET', path, access: 'read', collection: true, ...described, handle: list },
    {
      method: 'GET',
      path: `${path}/:id`,
      access: 'read',
      ...described,
      handle: (request) => ({
        status: 200,
        json: renderer(request)(request.world.policies.read(kind.type, request.params['id'] ?? '', versionOf(request))),
      }),
    },
    { method: 'POST', path, access: 'write', ...described, handle: create },
    { method: 'PUT', path: `${path}/:id`, access: 'write', handle: update },
    { method: 'DELETE', path: `${path}/:id`, access: 'write', handle: remove },
  ];
}

/** Rules are kept beside the body, not in it. */
function withoutRules(body: JsonObject): JsonObject {
  const { rules: _rules, ip_tables_rules: _ipTablesRules, ...rest } = body;
  return rest;
}

const sameExternal = (a: JsonObject, b: JsonObject): boolean =>
  typeof a['external_data_set'] === 'string' &&
  typeof a['external_data_reference'] === 'string' &&
  a['external_data_set'] === b['external_data_set'] &&
  a['external_data_reference'] === b['external_data_reference'];
