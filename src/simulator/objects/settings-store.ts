import type { JsonObject } from '../../core/json.ts';
import type { Tables } from '../state/tables.ts';

/** The organisation's settings (objects.md §2.4, traffic.md §10): plain documents that PUT merges into. */
export interface Settings {
  org: JsonObject;
  workloads: JsonObject;
  optionalFeatures: readonly { readonly name: string; readonly enabled: boolean }[];
}

const OPTIONAL_FEATURES = [
  'per_rule_flow_log_setting',
  'ransomware_readiness_dashboard',
  'lightning_default',
  'ui_analytics',
  'illumination_classic',
  'label_based_network_detection',
  'rule_based_label_mapping',
  'rule_info_exposure_to_syslog',
  'editable_dns_client_rule',
  'editable_dhcp_client_rule',
];
const ENABLED = new Set(['lightning_default', 'ransomware_readiness_dashboard']);

/** Assigned, they are kept. */
export function createSettings(orgId: number, tables: Tables): Settings {
  const start = defaults(orgId);
  const documents = tables.open<Settings[keyof Settings]>('settings', () => Object.entries(start));
  return {
    get org() {
      return (documents.get('org') ?? start.org) as Settings['org'];
    },
    set org(document) {
      documents.set('org', document);
    },
    get workloads() {
      return (documents.get('workloads') ?? start.workloads) as Settings['workloads'];
    },
    set workloads(document) {
      documents.set('workloads', document);
    },
    get optionalFeatures() {
      return (documents.get('optionalFeatures') ?? start.optionalFeatures) as Settings['optionalFeatures'];
    },
    set optionalFeatures(document) {
      documents.set('optionalFeatures', document);
    },
  };
}

const defaults = (orgId: number): Settings => ({
  org: {
    href: `/orgs/${orgId}/settings`,
    num_assets_requiring_ransomware_protection: null,
    max_explorer_query_timespan_days: 97,
    max_api_key_expiration_in_seconds: 7_776_000,
    expired_api_keys_retention_in_seconds: 7_776_000,
    advanced_ruleset_display: true,
    ven_maintenance_token_required: false,
    max_rule_search_provider_consumer_entities: 8,
  },
  workloads: {
    href: `/orgs/${orgId}/settings/workloads`,
    workload_disconnected_timeout_seconds: [
      { scope: [], value: 3600, ven_type: 'server' },
      { scope: [], value: 86_400, ven_type: 'endpoint' },
    ],
    workload_goodbye_timeout_seconds: [
      { scope: [], value: 900, ven_type: 'server' },
      { scope: [], value: 86_400, ven_type: 'endpoint' },
    ],
    workload_disconnected_notification_seconds: [
      { scope: [], info: 900, warning: 1800, error: 3000, ven_type: 'server' },
    ],
    ven_uninstall_timeout_hours: [{ scope: [], value: 168 }],
  },
  optionalFeatures: OPTIONAL_FEATURES.map((name) => ({ name, enabled: ENABLED.has(name) })),
});
