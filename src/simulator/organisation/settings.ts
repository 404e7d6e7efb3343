import type { JsonObject } from '../../core/json.ts';
import { flag, integer, list, nullableText, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { parseAddress } from '../../model/addresses/address.ts';
import type { Route } from '../http/route.ts';
import { isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { recordRoutes } from '../records/record-routes.ts';
import type { WorldState } from '../world-state.ts';
import { documentRoutes, type SettingsDocument } from './document.ts';

const auditLogger = {
  configuration_event_included: flag,
  system_event_included: flag,
  min_severity: oneOf('error', 'warning', 'informational'),
} as const;
const trafficLogger = {
  traffic_flow_allowed_event_included: flag,
  traffic_flow_potentially_blocked_event_included: flag,
  traffic_flow_blocked_event_included: flag,
} as const;
const nodeLogger = { node_status_included: flag } as const;
const remote = {
  address: text,
  port: integer,
  protocol: integer,
  tls_enabled: flag,
  tls_ca_bundle: text,
  tls_verify_cert: flag,
} as const;
const destination = {
  pce_scope: list(text),
  type: oneOf('local_syslog', 'remote_syslog'),
  description: text,
} as const;
const LOGGERS = ['audit_event_logger', 'traffic_event_logger', 'node_status_logger', 'remote_syslog'] as const;

/** Where events and flows go (traffic.md §10). Nothing is really sent anywhere. */
const syslog: RecordKind = {
  collection: 'syslog_destinations',
  path: '/orgs/:org/settings/syslog/destinations',
  singular: 'syslog_destination',
  schema: 'settings_syslog_destinations_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'settings_syslog_destinations_post',
    record(
      {
        ...destination,
        audit_event_logger: record(auditLogger, Object.keys(auditLogger)),
        traffic_event_logger: record(trafficLogger, Object.keys(trafficLogger)),
        node_status_logger: record(nodeLogger, Object.keys(nodeLogger)),
        remote_syslog: record(remote, ['address', 'port', 'protocol', 'tls_enabled', 'tls_verify_cert']),
      },
      ['pce_scope', 'type', 'description', 'audit_event_logger', 'traffic_event_logger', 'node_status_logger'],
    ),
  ),
  checkPut: bodyCheck<JsonObject>(
    'settings_syslog_destinations_put',
    record({
      href: text,
      ...destination,
      audit_event_logger: record(auditLogger),
      traffic_event_logger: record(trafficLogger),
      node_status_logger: record(nodeLogger),
      remote_syslog: record(remote),
    }),
  ),
  literal: ['href'],
  body(_world, { href: _href, ...given }, before) {
    const body = { ...before?.body, ...given };
    // A change of one logger leaves its other fields as they are.
    const loggers = LOGGERS.flatMap((name) => {
      const [was, is] = [before?.body[name], given[name]];
      return isJsonObject(was) && isJsonObject(is) ? [[name, { ...was, ...is }] as const] : [];
    });
    return { ...body, ...Object.fromEntries(loggers) };
  },
  render: (_world, { body }) => body,
};

const target = {
  src_port: { type: ['integer', 'null'] },
  dst_port: { type: ['integer', 'null'] },
  proto: integer,
  dst_ip: text,
  src_ip: text,
} as const;
const collector = {
  transmission: oneOf('broadcast', 'multicast', 'unicast'),
  data_source: oneOf('any', 'server', 'endpoint'),
  network: oneOf('any', 'corporate', 'external'),
} as const;

/** Which flows the traffic database leaves out or sums up. The simulated one keeps all of them. */
const trafficCollector: RecordKind = {
  collection: 'traffic_collector_settings',
  path: '/orgs/:org/settings/traffic_collector',
  singular: 'traffic_collector_setting',
  schema: 'settings_traffic_collector_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'settings_traffic_collector_post',
    record({ ...collector, target: record(target, ['proto']), action: oneOf('drop', 'aggregate') }, [
      'transmission',
      'action',
    ]),
  ),
  checkPut: bodyCheck<JsonObject>('settings_traffic_collector_put', record({ ...collector, target: record(target) })),
  body: (_world, given, before) => ({ data_source: 'any', network: 'any', ...before?.body, ...given }),
  render: (_world, { body }) => body,
};

const checkProxies = bodyCheck<JsonObject>(
  'settings_trusted_proxy_ips_put',
  record({ trusted_proxy_ips: list(record({ pce_fqdn: nullableText, ip: text }, ['pce_fqdn', 'ip'])) }, [
    'trusted_proxy_ips',
  ]),
);

const ATTRIBUTE_FIELDS = {
  name: text,
  external_data_set: nullableText,
  external_data_reference: nullableText,
} as const;

/** Attributes of IP lists, since 26.x (objects.md §0.2). */
const ipListAttribute: RecordKind = {
  collection: 'ip_list_attributes',
  path: '/orgs/:org/ip_list_attributes',
  singular: 'ip_list_attribute',
  schema: 'ip_list_attributes_get',
  ids: 'integer',
  checkPost: bodyCheck<JsonObject>('ip_list_attributes_post', record(ATTRIBUTE_FIELDS, ['name'])),
  body: (_world, given) => ({ external_data_set: null, external_data_reference: null, ...given }),
  render: (_world, { id, body }) => ({ id, ...body }),
  nameTaken: ['simulator_ip_list_attribute_name_in_use', 'IP list attribute name must be unique'],
};

/** How many reports wait and how long they are kept (traffic.md §11). */
export const REPORT_SETTINGS: SettingsDocument = {
  path: '/orgs/:org/settings/reports',
  schema: 'settings_reports_get',
  event: 'settings.update',
  resource: 'settings',
  initial: ({ orgId }) => ({
    href: `/orgs/${orgId}/settings/reports`,
    max_queued_reports: 25,
    report_retention_days: 7,
  }),
  check: bodyCheck<JsonObject>(
    'settings_reports_put',
    record({
      max_queued_reports: { type: 'integer', minimum: 1, maximum: 25 },
      report_retention_days: { type: 'integer', minimum: 1, maximum: 7 },
    }),
  ),
};

/** Settings of the organisation beside those of workloads and events (traffic.md §10, §11). */
export const settingsRoutes: readonly Route<WorldState>[] = [
  ...recordRoutes(syslog),
  ...recordRoutes(trafficCollector),
  ...recordRoutes(ipListAttribute, ['GET', 'POST']),
  ...documentRoutes({
    path: '/orgs/:org/settings/trusted_proxy_ips',
    schema: 'settings_trusted_proxy_ips_get',
    event: 'trusted_proxy_ips.update',
    resource: 'trusted_proxy_ips',
    initial: () => ({ max_trusted_proxy_ips_per_region: 8, trusted_proxy_ips: [] }),
    check(body) {
      const given = checkProxies(body);
      const wrong = objectsIn(given['trusted_proxy_ips']).some(({ ip }) => !parseAddress(textIn(ip) ?? ''));
      if (wrong)
        throw inputValidation(
          'settings_trusted_proxy_ips_put',
          "The property '#/trusted_proxy_ips' must be a valid IPv4 or IPv6 address",
        );
      return given;
    },
  }),
  ...documentRoutes(REPORT_SETTINGS),
];
