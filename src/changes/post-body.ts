import type { JsonObject } from '../core/json.ts';
import { asReferences } from './steps.ts';

const EXTERNAL = ['external_data_set', 'external_data_reference'] as const;
const SIDES = ['providers', 'consumers', 'ingress_services'] as const;

/** What a POST of each kind takes (objects.md §5.3, §7, §8); policy objects in the order in which they can refer to each other. */
const POLICY_OBJECTS = {
  label_groups: ['name', 'description', 'key', 'labels', 'sub_groups', ...EXTERNAL],
  services: [
    'name',
    'description',
    'process_name',
    'service_ports',
    'windows_services',
    'windows_egress_services',
    'risk_details',
    ...EXTERNAL,
  ],
  ip_lists: ['name', 'description', 'ip_ranges', 'fqdns', ...EXTERNAL],
  virtual_services: [
    'name',
    'description',
    'service',
    'service_ports',
    'labels',
    'ip_overrides',
    'service_addresses',
    'apply_to',
    ...EXTERNAL,
  ],
  rule_sets: ['name', 'description', 'enabled', 'scopes', ...EXTERNAL],
  enforcement_boundaries: ['name', 'enabled', ...SIDES, 'network_type', ...EXTERNAL],
} as const;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  ...POLICY_OBJECTS,
  sec_rules: [
    'enabled',
    'description',
    ...SIDES,
    'egress_services',
    'resolve_labels_as',
    'sec_connect',
    'stateless',
    'machine_auth',
    'consuming_security_principals',
    'unscoped_consumers',
    'network_type',
    'use_workload_subnets',
    ...EXTERNAL,
  ],
  deny_rules: ['enabled', 'description', ...SIDES, 'egress_services', 'network_type', 'unscoped_consumers', 'override'],
};

/** The kinds that can be made again, in the order in which they can refer to each other. */
export const KINDS: readonly string[] = Object.keys(POLICY_OBJECTS);

/** The body that makes an object of a known kind again; of a ruleset without its rules. */
export function bodyOf(object: JsonObject, kind: keyof typeof POLICY_OBJECTS | 'sec_rules' | 'deny_rules'): JsonObject {
  const fields = (FIELDS[kind] ?? []).filter((field) => isSet(field, object[field]));
  return Object.fromEntries(
    fields.map((field) => [
      field,
      field === 'risk_details' ? ransomwareIn(object) : asReferences(field, object[field]),
    ]),
  );
}

/** Whether objects of this kind can be made again. */
export const canBeMadeAgain = (kind: string): kind is keyof typeof POLICY_OBJECTS => kind in POLICY_OBJECTS;

/** Empty `egress_services` are left out: PCEs without that feature refuse the field. */
const isSet = (field: string, value: unknown): boolean =>
  value !== undefined && value !== null && !(field === 'egress_services' && Array.isArray(value) && value.length === 0);

/** Only what a POST takes: the PCE adds percentages to what it shows (objects.md §7.2). */
function ransomwareIn({ risk_details: details }: JsonObject): JsonObject {
  const risk = details as { readonly ransomware?: JsonObject | null } | undefined; // its one documented member
  const { category, severity, os_platforms: platforms } = risk?.ransomware ?? {};
  if (category === undefined) return {};
  return { ransomware: { category, severity, os_platforms: platforms } };
}
