import { asReferences } from '../../changes/steps.ts';
import type { JsonObject } from '../../core/json.ts';

const EXTERNAL = ['external_data_set', 'external_data_reference'] as const;
const SIDES = ['providers', 'consumers', 'ingress_services', 'egress_services'] as const;

/** What of an object a POST takes to make the same again (objects.md §7, §8). */
const FIELDS = {
  ip_lists: ['name', 'description', 'ip_ranges', 'fqdns', ...EXTERNAL],
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
  rule_sets: ['name', 'description', 'enabled', 'scopes', ...EXTERNAL],
  sec_rules: [
    'enabled',
    'description',
    ...SIDES,
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
  deny_rules: ['enabled', 'description', ...SIDES, 'network_type', 'unscoped_consumers', 'override'],
} as const;

/** The body that makes `object` again. Empty `egress_services` are left out: PCEs without that feature refuse the field. */
export function bodyOf(object: JsonObject, kind: keyof typeof FIELDS): JsonObject {
  const fields = FIELDS[kind].filter((field) => {
    const value = object[field];
    const unused = field === 'egress_services' && Array.isArray(value) && value.length === 0;
    return value !== undefined && value !== null && !unused;
  });
  return Object.fromEntries(
    fields.map((field) => [
      field,
      field === 'risk_details' ? ransomwareIn(object) : asReferences(field, object[field]),
    ]),
  );
}

/** Only what a POST takes: the PCE adds percentages to what it shows (objects.md §7.2). */
function ransomwareIn({ risk_details: details }: JsonObject): JsonObject {
  const risk = details as { readonly ransomware?: JsonObject | null } | undefined; // its one documented member
  const { category, severity, os_platforms: platforms } = risk?.ransomware ?? {};
  if (category === undefined) return {};
  return { ransomware: { category, severity, os_platforms: platforms } };
}
