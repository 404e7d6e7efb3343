import type { JsonObject } from '../core/json.ts';
import { asReferences } from './steps.ts';

/** What a POST of each kind takes (objects.md §5.3, §7, §8); in the order in which they can refer to each other. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  label_groups: ['name', 'description', 'key', 'labels', 'sub_groups'],
  services: ['name', 'description', 'process_name', 'service_ports', 'windows_services', 'windows_egress_services'],
  ip_lists: ['name', 'description', 'ip_ranges', 'fqdns'],
  virtual_services: [
    'name',
    'description',
    'service',
    'service_ports',
    'labels',
    'ip_overrides',
    'service_addresses',
    'apply_to',
  ],
  rule_sets: ['name', 'description', 'enabled', 'scopes'],
  enforcement_boundaries: ['name', 'enabled', 'providers', 'consumers', 'ingress_services', 'network_type'],
};
const EXTERNAL = ['external_data_set', 'external_data_reference'] as const;
const DENY_FIELDS = [
  'enabled',
  'description',
  'providers',
  'consumers',
  'ingress_services',
  'egress_services',
  'network_type',
  'unscoped_consumers',
  'override',
] as const;
const ALLOW_FIELDS = [
  'enabled',
  'description',
  'providers',
  'consumers',
  'ingress_services',
  'resolve_labels_as',
  'sec_connect',
  'stateless',
  'machine_auth',
  'consuming_security_principals',
  'unscoped_consumers',
  'network_type',
  'use_workload_subnets',
  ...EXTERNAL,
] as const;

/** The kinds that can be made again, in the order in which they can refer to each other. */
export const KINDS: readonly string[] = Object.keys(FIELDS);

/** The body that makes a policy object again, without its rules; null for a kind that is not known. */
export function bodyOf(object: JsonObject, type: string): JsonObject | null {
  const fields = FIELDS[type];
  return fields === undefined ? null : chosen(object, [...fields, ...EXTERNAL]);
}

export const allowRuleBody = (rule: JsonObject): JsonObject => chosen(rule, ALLOW_FIELDS);

export const denyRuleBody = (rule: JsonObject): JsonObject => chosen(rule, DENY_FIELDS);

/** Fields that are set, as a POST takes them. */
const chosen = (object: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = object[field];
      const empty =
        value === undefined ||
        value === null ||
        (field === 'egress_services' && Array.isArray(value) && value.length === 0);
      return empty ? [] : [[field, asReferences(field, value)]];
    }),
  );
