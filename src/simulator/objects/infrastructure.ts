import { CHOICES } from '../choices.ts';
import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { flag, integer, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { notFound } from '../http/refusals.ts';
import type { ClusterType, WorldState } from '../world-state.ts';

const RUNNING = [
  'agent_background_worker_service',
  'agent_service',
  'agent_traffic_service',
  'auditable_events_service',
  'collector_service',
  'database_service',
  'ev_service',
  'executor_service',
  'fluentd_source_service',
  'login_service',
  'memcached',
  'node_monitor',
  'search_index_service',
  'server_load_balancer',
  'service_discovery_server',
  'traffic_worker_service',
  'web_server',
];

const UP_BEFORE_START_SECONDS = 2_051_301;

interface Cluster {
  readonly type: ClusterType;
  readonly fqdn: string;
}

/** The clusters of a supercluster, the one that answers first; or the one there is (traffic.md §8.1). */
function clusters({ cluster, estate: { pceFqdn } }: WorldState): readonly Cluster[] {
  const own = { type: cluster, fqdn: pceFqdn };
  if (cluster === 'standalone') return [own];
  const other = cluster === 'leader' ? 'member' : 'leader';
  return [own, { type: other, fqdn: `${other}.${pceFqdn}` }];
}

/** One healthy cluster (traffic.md §8.1). */
function health(world: WorldState, { type, fqdn }: Cluster): JsonObject {
  const { estate, clock } = world;
  const uptime = UP_BEFORE_START_SECONDS + Math.max(0, Math.floor((clock.now() - estate.nowMs) / 1000));
  const generatedAt = `${new Date(clock.now()).toISOString().slice(0, 19)}+00:00`;
  const percent = (value: number) => ({ status: 'normal', percent: value });
  const replication = (database: string) => ({
    type: 'intracluster',
    details: { database_name: database, primary_fqdn: fqdn, replica_fqdn: fqdn },
    value: { status: 'normal', lag_seconds: 0 },
  });
  return {
    status: 'normal',
    type,
    fqdn,
    available_seconds: uptime,
    notifications: [],
    listen_only_mode_enabled_at: null,
    nodes: [
      {
        hostname: fqdn,
        ip_address: '192.0.2.10',
        type: 'core',
        runlevel: 5,
        uptime_seconds: uptime,
        cpu: percent(7),
        disk: [{ location: 'disk', value: percent(17) }],
        memory: percent(41),
        services: { status: 'normal', services: { running: RUNNING } },
        generated_at: generatedAt,
      },
    ],
    network: {
      replication: [
        replication('agent'),
        replication('traffic'),
        ...clusters(world)
          .filter((other) => other.fqdn !== fqdn)
          .map((other) => ({
            type: 'intercluster',
            details: { fqdn: other.fqdn },
            value: { status: 'normal', lag_seconds: 1 },
          })),
      ],
    },
    generated_at: generatedAt,
  };
}

const checkOrg = bodyCheck<JsonObject>(
  'settings_put',
  record({
    num_assets_requiring_ransomware_protection: { type: 'integer', minimum: 1, maximum: 9_999_999 },
    total_lateral_address_space: { type: ['integer', 'null'], minimum: 0 },
    total_internet_address_space: { type: ['integer', 'null'], minimum: 0 },
    automatic_label_application_on_ven_activation: flag,
    rule_based_label_maker_schedule_enabled: flag,
    rule_based_label_maker_schedule: { type: 'object' },
    max_api_key_expiration_in_seconds: { type: 'integer', minimum: -1, maximum: 2_147_483_647 },
    expired_api_keys_retention_in_seconds: { type: 'integer', minimum: 0, maximum: 31_536_000 },
    advanced_ruleset_display: flag,
    ven_maintenance_token_required: flag,
    cloud_secure_tenant_id: text,
  }),
);

const venType = oneOf('server', 'endpoint');
const scope = list(open({ href: text }, ['href']));
const timeouts = list(record({ scope, value: integer, ven_type: venType }, ['scope', 'value']));
const checkWorkloads = bodyCheck<JsonObject>(
  'settings_workloads_put',
  record({
    workload_disconnected_timeout_seconds: timeouts,
    workload_goodbye_timeout_seconds: timeouts,
    workload_disconnected_notification_seconds: list(
      record({ scope, info: integer, warning: integer, error: integer, ven_type: venType }, ['scope', 'warning']),
    ),
    ven_uninstall_timeout_hours: list(record({ scope, value: integer, ven_type: venType }, ['scope', 'value'])),
  }),
);

const checkFeatures = bodyCheck<readonly { readonly name: string; readonly enabled: boolean }[]>(
  'optional_features_put',
  list(record({ name: text, enabled: flag, key: text }, ['name', 'enabled'])),
);

/** A GET and a PUT that merges, for one settings document. */
function document(
  path: string,
  name: 'org' | 'workloads',
  { schema, check, event }: { schema: string; check: (body: unknown) => JsonObject; event: string },
): Route<WorldState>[] {
  return [
    {
      method: 'GET',
      path,
      access: 'read',
      schema,
      handle: ({ world }) => ({ status: 200, json: world.settings[name] }),
    },
    {
      method: 'PUT',
      path,
      access: 'write',
      handle({ world, caller, body, audit }: Request<WorldState>) {
        requireGlobal(caller);
        const changes = check(body);
        const before = world.settings[name];
        world.settings[name] = { ...before, ...changes };
        audit(event, [
          {
            resource: { settings: { href: before['href'] } },
            changeType: 'update',
            changes: Object.fromEntries(
              Object.entries(changes).map(([key, after]) => [key, { before: before[key] ?? null, after }]),
            ),
          },
        ]);
        return { status: 204 };
      },
    },
  ];
}

/** Health, version and settings (objects.md §2.4). */
export const infrastructureRoutes: readonly Route<WorldState>[] = [
  { method: 'GET', path: '/node_available', access: 'open', handle: () => ({ status: 200 }) },
  {
    method: 'GET',
    path: '/supercluster/leader',
    access: 'open',
    handle({ world }) {
      if (world.cluster === 'member') throw notFound();
      return { status: CHOICES.leaderStatus };
    },
  },
  { method: 'GET', path: '/noop', access: 'read', schema: 'noop_get', handle: () => ({ status: 200, json: {} }) },
  {
    method: 'GET',
    path: '/product_version',
    access: 'read',
    schema: 'product_version_get',
    handle: ({ world }) => ({ status: 200, json: world.release.product }),
  },
  {
    method: 'GET',
    path: '/health',
    access: 'read',
    schema: 'health_get',
    handle: ({ world }) => ({ status: 200, json: clusters(world).map((own) => health(world, own)) }),
  },
  ...document('/orgs/:org/settings', 'org', { schema: 'settings_get', check: checkOrg, event: 'settings.update' }),
  ...document('/orgs/:org/settings/workloads', 'workloads', {
    schema: 'settings_workloads_get',
    check: checkWorkloads,
    event: 'workload_settings.update',
  }),
  {
    method: 'GET',
    path: '/orgs/:org/optional_features',
    access: 'read',
    collection: true,
    schema: 'optional_features_get',
    handle: ({ world: { settings } }) =>
      collection(settings.optionalFeatures, settings.optionalFeatures.length, (feature) => feature),
  },
  {
    method: 'PUT',
    path: '/orgs/:org/optional_features',
    access: 'write',
    handle({ world, caller, body, audit }) {
      requireGlobal(caller);
      const given = new Map(checkFeatures(body).map(({ name, enabled }) => [name, enabled]));
      world.settings.optionalFeatures = world.settings.optionalFeatures.map(({ name, enabled }) => ({
        name,
        enabled: given.get(name) ?? enabled,
      }));
      audit('settings.update', [
        {
          resource: { settings: { href: `/orgs/${world.orgId}/optional_features` } },
          changeType: 'update',
          changes: Object.fromEntries(given),
        },
      ]);
      return { status: 204 };
    },
  },
];
