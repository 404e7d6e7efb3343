import type { JsonObject } from '../../core/json.ts';
import { exact, textParam } from '../http/query.ts';
import { forbidden, invalidUri, notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { external, list, port, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { scopeTest } from '../auth/scope.ts';
import { hrefOf, objectsIn, storable, textIn } from '../lifecycle/body.ts';
import { activeContent } from '../lifecycle/object.ts';
import type { RecordStore, StoredRecord } from '../records/record-store.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { idIn, lastSegment } from './wire.ts';

type Call = Request<WorldState>;

export const BINDINGS = 'service_bindings';

const path = '/orgs/:org/service_bindings';
const reference = record({ href: text });

const checkPost = bodyCheck<readonly JsonObject[]>(
  'service_bindings_post',
  list(
    {
      ...record(
        {
          virtual_service: reference,
          workload: reference,
          port_overrides: list(
            record({ port, proto: { type: 'integer', enum: [6, 17] }, new_port: port, new_to_port: port }, [
              'new_port',
            ]),
          ),
          ...external,
        },
        ['virtual_service'],
      ),
      // Bindings of container workloads are their cluster's to make: the schema has no field for one.
      oneOf: [{ required: ['workload'] }, { required: ['container_workload'] }],
    },
    { minItems: 1 },
  ),
);

/**
 * Bindings outlive their deletion as a note of when they ended: traffic of the past is decided by the policy of then (`World.epochs`).
 */
const REMOVED = 'removed_ms';

/** Bindings in force at a time; null: now. */
export function bindingsAt(records: RecordStore, atMs: number | null): readonly StoredRecord[] {
  return records.all(BINDINGS).filter(({ createdMs, body }) => {
    const removed = body[REMOVED];
    if (atMs === null) return removed === undefined;
    return createdMs < atMs && !(typeof removed === 'number' && removed < atMs);
  });
}

/** Those a caller sees: of things that still exist, in its scope. */
function visible(world: WorldState, caller: Caller): (binding: StoredRecord) => boolean {
  const covers = scopeTest(world, caller);
  return ({ body }) => {
    if (!world.policies.byHref(hrefOf(body['virtual_service']) ?? '')) return false;
    const workload = hrefOf(body['workload']);
    if (workload === null) return caller.scope.length === 0;
    const known = world.workload(lastSegment(workload));
    return known !== undefined && covers(known.labels);
  };
}

const living = (request: Call): readonly StoredRecord[] =>
  bindingsAt(request.world.records, null).filter(visible(request.world, request.caller));

/** With both names of the virtual service: the documentation and the schema disagree (objects.md §7.3). */
function render(world: WorldState, { id, body }: StoredRecord): JsonObject {
  const service = { href: hrefOf(body['virtual_service'])?.replace('/draft/', '/active/') ?? '' };
  const workload = hrefOf(body['workload']);
  const known = workload === null ? undefined : world.workload(lastSegment(workload));
  return {
    href: `/orgs/${world.orgId}/service_bindings/${id}`,
    port_overrides: body['port_overrides'],
    external_data_set: body['external_data_set'],
    external_data_reference: body['external_data_reference'],
    bound_service: service,
    virtual_service: service,
    ...(known
      ? { workload: { href: workload, name: known.name, hostname: known.hostname } }
      : { container_workload: body['container_workload'] }),
  };
}

const change = (world: WorldState, binding: StoredRecord, changeType: 'create' | 'delete'): ResourceChange => ({
  resource: { service_binding: { href: `/orgs/${world.orgId}/service_bindings/${binding.id}` } },
  changeType,
  changes: {},
});

/** The virtual service of a binding: one that is active, or the PCE could not tell anybody of it. */
function requireActive(world: WorldState, href: string): void {
  const object = world.policies.byHref(href);
  if (object?.type !== 'virtual_services') throw invalidUri(href);
  if (!activeContent(object)) throw refusedAs('virtualServiceNotActive');
}

/** All of them or none (objects.md §7.3). */
function create(request: Call) {
  const { world, caller, body, audit } = request;
  const now = world.clock.now();
  const covers = scopeTest(world, caller);
  const bindings = checkPost(body).map((given): StoredRecord => {
    const stored = storable(world, given);
    requireActive(world, hrefOf(stored['virtual_service']) ?? '');
    const workload = hrefOf(stored['workload']) ?? '';
    const id = idIn(`/orgs/${world.orgId}/workloads`, workload);
    const labels = world.workload(id ?? '')?.labels;
    if (!labels) throw invalidUri(workload);
    if (!covers(labels)) throw forbidden();
    return {
      id: world.ids.uuid(),
      parent: null,
      body: { port_overrides: [], external_data_set: null, external_data_reference: null, ...stored },
      createdMs: now,
      createdBy: caller.href,
      updatedMs: now,
      updatedBy: caller.href,
    };
  });
  for (const binding of bindings) world.records.put(BINDINGS, binding);
  audit(
    'service_binding.create',
    bindings.map((binding) => change(world, binding, 'create')),
  );
  return { status: 201, json: bindings.map(({ id }) => ({ href: `/orgs/${world.orgId}/service_bindings/${id}` })) };
}

function find(request: Call): StoredRecord {
  const binding = living(request).find(({ id }) => id === request.params['id']);
  if (!binding) throw notFound();
  return binding;
}

function remove(request: Call) {
  const { world, audit } = request;
  const binding = find(request);
  world.records.put(BINDINGS, { ...binding, body: { ...binding.body, [REMOVED]: world.clock.now() } });
  audit('service_binding.delete', [change(world, binding, 'delete')]);
  return { status: 204 };
}

function listBindings(request: Call) {
  const { world, query } = request;
  const all = living(request);
  const service = textParam(query, 'virtual_service')?.replace('/active/', '/draft/');
  const workload = textParam(query, 'workload');
  const dataSet = exact(query, 'external_data_set');
  const externalReference = exact(query, 'external_data_reference');
  const found = all.filter(
    ({ body }) =>
      (service === undefined || hrefOf(body['virtual_service']) === service) &&
      (workload === undefined || hrefOf(body['workload'] ?? body['container_workload']) === workload) &&
      dataSet(textIn(body['external_data_set'])) &&
      externalReference(textIn(body['external_data_reference'])),
  );
  return collection(found, all.length, (binding) => render(world, binding));
}

/** Which workloads offer a virtual service, and on which ports (objects.md §7.3). */
export const serviceBindingRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path, access: 'read', collection: true, schema: 'service_bindings_get', handle: listBindings },
  {
    method: 'GET',
    path: `${path}/:id`,
    access: 'read',
    schema: 'service_bindings_get',
    handle: (request) => ({ status: 200, json: render(request.world, find(request)) }),
  },
  { method: 'POST', path, access: 'write', handle: create },
  { method: 'DELETE', path: `${path}/:id`, access: 'write', handle: remove },
];

/** Port overrides as numbers; a protocol or port that is left out is that of the virtual service's first port. */
export function overridesOf(binding: StoredRecord, ports: unknown) {
  const [first] = objectsIn(ports);
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return objectsIn(binding.body['port_overrides']).flatMap((override) => {
    const proto = number(override['proto'] ?? first?.['proto']);
    const from = number(override['port'] ?? first?.['port']);
    const newPort = number(override['new_port']);
    return proto === null || from === null || newPort === null
      ? []
      : [{ proto, port: from, newPort, newToPort: number(override['new_to_port']) }];
  });
}
