import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import { CHOICES } from '../choices.ts';
import { flagParam, listParam, partial, textParam, timeRangeParam } from '../http/query.ts';
import { notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import type { WorldState } from '../world-state.ts';
import type { Caller } from '../world.ts';
import { labelFilter } from './label-filter.ts';
import { capsFor, isoTime, isoTimeOrNull, lastSegment, venHref, workloadHref } from './wire.ts';
import { checkUnpairWorkloads, checkVenPut, checkVenUnpair } from './workload-body.ts';
import { requireInScope } from './workload-edit.ts';
import type { VenRecord } from '../estates/estate.ts';
import { labelRefs, renderInterfaces } from './workload-wire.ts';
import type { StoredWorkload } from './workload-store.ts';

type Call = Request<WorldState>;
type Managed = StoredWorkload & { readonly record: { readonly ven: VenRecord } };

const isManaged = (workload: StoredWorkload): workload is Managed => workload.record.ven !== null;

function find({ world, caller, params }: Call): Managed {
  const workload = world.workloads.get(params['id'] ?? '');
  if (!workload || !isManaged(workload) || !scopeTest(world, caller)(workload.record.labels)) throw notFound();
  return workload;
}

function platform(osId: string | null): string | null {
  if (osId === null) return null;
  return ['win', 'aix', 'solaris'].find((prefix) => osId.startsWith(prefix))?.replace('win', 'windows') ?? 'linux';
}

/** The wire form of a VEN (objects.md §6.7, traffic.md §9.2). */
function render(world: WorldState, caller: Caller, stored: Managed, expanded: boolean): JsonObject {
  const { record, extra } = stored;
  const { ven } = record;
  const workload = { href: workloadHref(world.orgId, record.id) };
  return {
    href: venHref(world.orgId, record.id),
    name: extra.venName,
    description: extra.venDescription,
    hostname: record.hostname,
    uid: record.id,
    os_id: record.osId,
    os_detail: record.osDetail,
    os_platform: platform(record.osId),
    version: ven.version,
    status: ven.status,
    activation_type: 'pairing_key',
    active_pce_fqdn: world.estate.pceFqdn,
    target_pce_fqdn: extra.venTargetPce,
    golden_image: extra.venGoldenImage,
    labels: expanded ? labelRefs(world, record.labels) : labelRefs(world, record.labels).map(({ href }) => ({ href })),
    interfaces: renderInterfaces(world.orgId, stored).map((own, index) => ({
      href: `${workload.href}/interfaces/${record.interfaces[index]?.name ?? ''}`,
      ...own,
    })),
    workloads: [
      expanded
        ? {
            ...workload,
            name: record.name,
            hostname: record.hostname,
            managed: true,
            online: record.online,
            enforcement_mode: record.enforcementMode,
            visibility_level: record.visibilityLevel,
            labels: labelRefs(world, record.labels),
          }
        : workload,
    ],
    container_cluster: null,
    secure_connect: null,
    unpair_allowed: ven.status !== 'suspended',
    last_heartbeat_at: isoTimeOrNull(ven.lastHeartbeatMs),
    last_goodbye_at: isoTimeOrNull(ven.lastGoodbyeMs),
    created_at: isoTime(ven.pairedMs),
    created_by: { href: venHref(world.orgId, record.id) },
    updated_at: isoTime(record.updatedMs),
    updated_by: { href: stored.updatedBy },
    conditions: ven.conditions.map((own) => condition(world, stored, own)),
    ven_type: ven.type,
    authentication_recovery: false,
    upgrade_target_version: null,
    upgrade_expires_at: null,
    caps: capsFor(caller, ['write', 'generate_support_report', 'upgrade', 'unpair']),
  };
}

function condition(world: WorldState, { record }: Managed, own: VenRecord['conditions'][number]): JsonObject {
  const since = isoTime(own.sinceMs);
  return {
    first_reported_timestamp: since,
    latest_event: {
      notification_type: own.type,
      severity: own.severity,
      href: `/orgs/${world.orgId}/events/${record.id}`,
      info: {
        agent: {
          href: `/orgs/${world.orgId}/agents/${record.ven.agentId}`,
          name: null,
          hostname: record.hostname,
        },
      },
      timestamp: since,
    },
  };
}

function health({ record: { ven } }: Managed): string {
  if (ven.conditions.some(({ severity }) => severity === 'err')) return 'error';
  return ven.conditions.length > 0 ? 'warning' : 'healthy';
}

/** `21.5.30-8527` in a form that compares as text. */
const comparable = (version: string): string =>
  version
    .split(/[.-]/)
    .map((part) => part.padStart(8, '0'))
    .join('.');

function filter(world: WorldState, query: URLSearchParams): (ven: Managed) => boolean {
  const labels = labelFilter(world, query);
  const name = partial(query, 'name');
  const hostname = partial(query, 'hostname');
  const description = partial(query, 'description');
  const os = partial(query, 'os');
  const ip = partial(query, 'ip_address');
  const tests: ((ven: Managed) => boolean)[] = [
    ({ record }) => labels(record.labels),
    ({ extra }) => name(extra.venName),
    ({ record }) => hostname(record.hostname),
    ({ extra }) => description(extra.venDescription),
    ({ record }) => os(record.osId) || os(record.osDetail),
  ];
  if (textParam(query, 'ip_address') !== undefined)
    tests.push(({ record }) => record.interfaces.some(({ address }) => ip(address)));
  const equal = (parameter: string, of: (ven: Managed) => string): void => {
    const wanted = textParam(query, parameter);
    if (wanted !== undefined) tests.push((ven) => of(ven) === wanted);
  };
  equal('status', ({ record }) => record.ven.status);
  equal('ven_type', ({ record }) => record.ven.type);
  equal('active_pce_fqdn', () => world.estate.pceFqdn);
  equal('activation_type', () => 'pairing_key');
  const wantedHealth = textParam(query, 'health');
  if (wantedHealth !== undefined)
    tests.push((ven) => (wantedHealth === 'unhealthy' ? health(ven) !== 'healthy' : health(ven) === wantedHealth));
  const wantedCondition = textParam(query, 'condition');
  if (wantedCondition !== undefined)
    tests.push(({ record }) => record.ven.conditions.some(({ type }) => type === wantedCondition));
  tests.push(...versionTests(query), ...timeTests(query));
  const golden = flagParam(query, 'golden_image');
  if (golden !== undefined) tests.push(({ extra }) => extra.venGoldenImage === golden);
  for (const never of ['upgrade_pending', 'authentication_recovery'])
    if (flagParam(query, never)) tests.push(() => false);
  const clusters = listParam(query, 'container_clusters');
  if (clusters && clusters.length > 0) tests.push(() => false);
  return (ven) => tests.every((test) => test(ven));
}

function versionTests(query: URLSearchParams): ((ven: Managed) => boolean)[] {
  const low = textParam(query, 'version[gte]');
  const high = textParam(query, 'version[lte]');
  return [
    ...(low === undefined ? [] : [({ record }: Managed) => comparable(record.ven.version) >= comparable(low)]),
    ...(high === undefined ? [] : [({ record }: Managed) => comparable(record.ven.version) <= comparable(high)]),
  ];
}

function timeTests(query: URLSearchParams): ((ven: Managed) => boolean)[] {
  const tests: ((ven: Managed) => boolean)[] = [];
  const between = (parameter: string, of: (ven: Managed) => number | null): void => {
    const range = timeRangeParam(query, parameter);
    if (range)
      tests.push((ven) => {
        const at = of(ven);
        return at !== null && at >= range.from && at <= range.to;
      });
  };
  between('last_heartbeat_at', ({ record }) => record.ven.lastHeartbeatMs);
  between('last_goodbye_at', ({ record }) => record.ven.lastGoodbyeMs);
  const before = Date.parse(textParam(query, 'disconnected_before') ?? '');
  if (!Number.isNaN(before)) tests.push(({ record }) => !record.online && (record.ven.lastHeartbeatMs ?? 0) < before);
  return tests;
}

function list({ world, caller, query }: Call) {
  const inScope = scopeTest(world, caller);
  const all = [...world.workloads.all(), ...world.workloads.deleted()]
    .filter(isManaged)
    .filter(({ record }) => inScope(record.labels));
  const matches = filter(world, query);
  // An uninstalled VEN is history; it is listed when asked for.
  const wantsUninstalled = textParam(query, 'status') === 'uninstalled';
  const shown = all.filter(({ record }) => wantsUninstalled || record.ven.status !== 'uninstalled');
  return collection(shown.filter(matches), shown.length, (ven) => render(world, caller, ven, expandedIn(query)));
}

const expandedIn = (query: URLSearchParams): boolean => textParam(query, 'representation') === 'ven_labels';

function update(request: Call) {
  const { world, caller, audit } = request;
  const before = find(request);
  const given = checkVenPut(request.body);
  requireInScope(world, caller, before.record.labels);
  const { ven } = before.record;
  const status = given.status ?? ven.status;
  world.workloads.put({
    ...before,
    updatedBy: caller.href,
    record: { ...before.record, ven: { ...ven, status }, updatedMs: world.clock.now() },
    extra: {
      ...before.extra,
      venName: given.name === undefined ? before.extra.venName : given.name,
      venDescription: given.description === undefined ? before.extra.venDescription : given.description,
      venTargetPce: given.target_pce_fqdn ?? before.extra.venTargetPce,
      venGoldenImage: given.golden_image ?? before.extra.venGoldenImage,
    },
  });
  const verb = status === ven.status ? 'update' : status === 'suspended' ? 'suspend' : 'unsuspend';
  const changes = status === ven.status ? {} : { status: { before: ven.status, after: status } };
  audit(`agent.${verb}`, [{ resource: agent(world, before), changeType: 'update', changes }]);
  return { status: 204 };
}

const agent = (world: WorldState, { record }: Managed): JsonObject => ({
  agent: {
    href: `/orgs/${world.orgId}/agents/${record.ven.agentId}`,
    name: record.name,
    hostname: record.hostname,
  },
});

/** Takes the VENs away; what becomes of their workloads is the choice made in `choices.ts`. All or none. */
function unpair(request: Call, hrefs: readonly { readonly href: string }[], eventType: string) {
  const { world, caller, audit } = request;
  const vens = hrefs.map(({ href }) => {
    const workload = world.workloads.get(lastSegment(href));
    if (!workload || workload.deleted || !isManaged(workload)) throw notFound();
    requireInScope(world, caller, workload.record.labels);
    if (workload.record.ven.status === 'suspended') throw refusedAs('suspended');
    return workload;
  });
  const now = world.clock.now();
  for (const workload of vens)
    world.workloads.put({
      ...workload,
      deleted: CHOICES.unpairDeletesWorkload,
      updatedBy: caller.href,
      record: {
        ...workload.record,
        online: false,
        updatedMs: now,
        ven: { ...workload.record.ven, status: 'uninstalled', lastGoodbyeMs: now },
      },
    });
  audit(
    eventType,
    vens.map((workload) => ({ resource: agent(world, workload), changeType: 'delete', changes: {} })),
  );
  return { status: 204 };
}

/** VENs (objects.md §6.7). A VEN has the id of its workload. */
export const venRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: '/orgs/:org/vens', access: 'read', collection: true, schema: 'vens_get', handle: list },
  {
    method: 'PUT',
    path: '/orgs/:org/vens/unpair',
    access: 'write',
    handle: (request) => unpair(request, checkVenUnpair(request.body).vens, 'agents.unpair'),
  },
  {
    method: 'PUT',
    path: '/orgs/:org/workloads/unpair',
    access: 'write',
    handle: (request) => unpair(request, checkUnpairWorkloads(request.body).workloads, 'workloads.unpair'),
  },
  {
    method: 'GET',
    path: '/orgs/:org/vens/:id',
    access: 'read',
    schema: 'vens_get',
    handle: (request) => ({
      status: 200,
      json: render(request.world, request.caller, find(request), expandedIn(request.query)),
    }),
  },
  { method: 'PUT', path: '/orgs/:org/vens/:id', access: 'write', handle: update },
];
