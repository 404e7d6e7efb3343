import { methodNotAllowed, notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { integer, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import type { WorldState } from '../world-state.ts';
import { workloadHref } from './wire.ts';
import { workloadChange } from './workload-audit.ts';
import { requireInScope } from './workload-edit.ts';
import type { StoredWorkload } from './workload-store.ts';
import { renderInterfaces } from './workload-wire.ts';
import { workloadOf } from './workloads.ts';

type Call = Request<WorldState>;

const address = { type: 'string', format: 'ip-address' };

const checkPost = bodyCheck<{
  readonly name: string;
  readonly link_state: string;
  readonly address?: string;
  readonly cidr_block?: number;
  readonly default_gateway_address?: string;
  readonly friendly_name?: string;
}>(
  'workloads_interfaces_post',
  record(
    {
      name: text,
      link_state: oneOf('up', 'down', 'unknown'),
      address,
      cidr_block: integer,
      default_gateway_address: address,
      friendly_name: text,
    },
    ['name', 'link_state'],
  ),
);

/** The interfaces of a managed workload are its VEN's to say. */
function writable(request: Call): StoredWorkload {
  const workload = workloadOf(request);
  requireInScope(request.world, request.caller, workload.record.labels);
  if (workload.record.managed) throw methodNotAllowed();
  return workload;
}

function store({ world, caller, audit }: Call, before: StoredWorkload, after: StoredWorkload): void {
  const stored = { ...after, updatedBy: caller.href, record: { ...after.record, updatedMs: world.clock.now() } };
  world.workloads.put(stored);
  audit('workload.update', [workloadChange(world, before, stored)]);
}

function create(request: Call) {
  const { world } = request;
  const before = writable(request);
  const given = checkPost(request.body);
  if (before.record.interfaces.some(({ name }) => name === given.name)) throw refusedAs('interfaceTaken');
  const own = {
    name: given.name,
    address: given.address ?? '0.0.0.0',
    cidrBlock: given.cidr_block ?? null,
    gateway: given.default_gateway_address ?? null,
    network: null,
  };
  // Beside each other, index by index.
  const blanks = before.record.interfaces.map(
    (_, index) => before.extra.interfaces[index] ?? { linkState: null, friendlyName: null },
  );
  const after: StoredWorkload = {
    ...before,
    record: { ...before.record, interfaces: [...before.record.interfaces, own] },
    extra: {
      ...before.extra,
      interfaces: [...blanks, { linkState: given.link_state, friendlyName: given.friendly_name ?? null }],
    },
  };
  store(request, before, after);
  return {
    status: 201,
    json: {
      href: `${workloadHref(world.orgId, before.record.id)}/interfaces/${given.name}`,
      ...renderInterfaces(world.orgId, after).at(-1),
    },
  };
}

function remove(request: Call) {
  const before = writable(request);
  const kept = before.record.interfaces.map(({ name }) => name !== request.params['name']);
  if (kept.every(Boolean)) throw notFound();
  store(request, before, {
    ...before,
    record: { ...before.record, interfaces: before.record.interfaces.filter((_, index) => kept[index]) },
    extra: { ...before.extra, interfaces: before.extra.interfaces.filter((_, index) => kept[index]) },
  });
  return { status: 204 };
}

const checkFrequency = bodyCheck<{ readonly workloads: readonly { readonly href: string }[] }>(
  'workloads_set_flow_reporting_frequency_post',
  record({ workloads: list(open({ href: text }, ['href']), { minItems: 1, maxItems: 1000 }) }, ['workloads']),
);

/** Asks VENs for faster reports: an order of which nothing is seen but its event (objects.md §6.1). */
function setFrequency(request: Call) {
  const { world, audit } = request;
  const workloads = checkFrequency(request.body).workloads.map(({ href }) => {
    const id = href.split('/').at(-1) ?? '';
    return workloadOf({ ...request, params: { ...request.params, id } });
  });
  audit(
    'workloads.set_flow_reporting_frequency',
    workloads.map((workload) => workloadChange(world, workload, workload)),
  );
  return { status: 204 };
}

const path = '/orgs/:org/workloads/:id/interfaces';
const networks = '/orgs/:org/networks';

/** What there is around workloads: their interfaces one by one, and the networks these are in. */
export const workloadInterfaceRoutes: readonly Route<WorldState>[] = [
  { method: 'POST', path, access: 'write', schema: 'workloads_interfaces_get', handle: create },
  { method: 'DELETE', path: `${path}/:name`, access: 'write', handle: remove },
  {
    method: 'POST',
    path: '/orgs/:org/workloads/set_flow_reporting_frequency',
    access: 'write',
    handle: setFrequency,
  },
  {
    method: 'GET',
    path: networks,
    access: 'read',
    collection: true,
    handle: ({ world }) =>
      collection(world.estate.networks, world.estate.networks.length, ({ id, name }) => ({
        href: `/orgs/${world.orgId}/networks/${id}`,
        name,
      })),
  },
  {
    method: 'GET',
    path: `${networks}/:id`,
    access: 'read',
    handle({ world, params }) {
      const network = world.estate.networks.find(({ id }) => id === params['id']);
      if (!network) throw notFound();
      return { status: 200, json: { href: `/orgs/${world.orgId}/networks/${network.id}`, name: network.name } };
    },
  },
];
