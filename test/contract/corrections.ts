/**
 * The schemas never say where a real PCE sends null; `NULLABLE` lists those fields, each seen null in a recorded payload (objects.md §6.2,
 * §7; traffic.md §9.2).
 */
const NULLABLE: Readonly<Record<string, readonly string[]>> = {
  workloads_get: [
    'name',
    'description',
    'hostname',
    'service_principal_name',
    'distinguished_name',
    'public_ip',
    'service_provider',
    'data_center',
    'data_center_zone',
    'os_id',
    'os_detail',
    'vulnerabilities_summary',
    'services.uptime_seconds',
    'services.created_at',
    'services.open_service_ports.[].package',
    'services.open_service_ports.[].win_service_name',
    'agent.status.uid',
    'agent.status.agent_version',
    'agent.status.managed_since',
    'agent.status.firewall_rule_count',
    'agent.status.security_policy_refresh_at',
    'agent.status.security_policy_applied_at',
    'agent.status.security_policy_received_at',
    'agent.status.security_policy_sync_state',
    'agent.target_pce_fqdn',
    'ven.name',
    'container_cluster',
    'ike_authentication_certificate',
  ],
  vens_get: ['target_pce_fqdn', 'upgrade_expires_at', 'upgrade_target_version'],
  sec_policy_services_get: [
    'description',
    'description_url',
    'process_name',
    'deleted_at',
    'deleted_by',
    'update_type',
  ],
  sec_policy_firewall_settings_get: ['deleted_at', 'deleted_by', 'update_type'],
  sec_policy_enforcement_boundaries_get: ['update_type'],
};

/** Required by the schema of both copies, absent from active ones on a PCE (objects.md §0.3-11). */
const DRAFT_ONLY = ['sec_policy_services_get', 'sec_policy_firewall_settings_get'];

type Schema = Readonly<Record<string, unknown>>;
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

function nullableAt(schema: Schema, path: readonly string[]): Schema {
  const [step, ...rest] = path;
  if (step === undefined) return { anyOf: [{ type: 'null' }, schema] };
  if (step === '[]') return { ...schema, items: nullableAt(isSchema(schema['items']) ? schema['items'] : {}, rest) };
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const own = properties[step];
  return isSchema(own) ? { ...schema, properties: { ...properties, [step]: nullableAt(own, rest) } } : schema;
}

/** The schema refers to that of one interface where every PCE sends a list of them. */
const interfacesAsList = (schema: Schema): Schema => {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  return { ...schema, properties: { ...properties, interfaces: { type: 'array', items: properties['interfaces'] } } };
};

/** The published schemas with the mistakes in them mended, each for the reason beside it. */
export const corrections: Record<string, (schema: Schema) => Schema> = Object.fromEntries(
  Object.entries(NULLABLE).map(([name, paths]) => [
    name,
    (schema: Schema): Schema => {
      const corrected = paths.reduce((done, path) => nullableAt(done, path.split('.')), schema);
      if (name === 'workloads_get') return interfacesAsList(corrected);
      if (!DRAFT_ONLY.includes(name)) return corrected;
      const { required, ...rest } = corrected;
      const remaining = [required].flat().filter((field) => field !== 'update_type');
      return remaining.length > 0 ? { ...rest, required: remaining } : rest;
    },
  ]),
);

// Its references lack a slash and lead nowhere.
corrections['health_definitions'] = (schema) =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#definitions/', '"#/definitions/'));

// They carry relative ids of their own, against which their references no longer resolve.
for (const name of [
  'rule_set_scope_get',
  'rule_set_scope_put',
  ...['providers', 'consumers'].flatMap((side) => [
    `sec_policy_rule_sets_sec_rules_${side}_get`,
    `sec_policy_rule_sets_sec_rules_${side}_put`,
  ]),
])
  corrections[name] = ({ id: _id, ...schema }) => schema;

// The file says that a status is always a text; every recorded notification has null. It calls the version a text as well; every recorded
// one is a number (traffic.md §6.2).
corrections['events_get'] = (schema) => {
  const nullable = nullableAt(schema, ['status']);
  const properties = isSchema(nullable['properties']) ? nullable['properties'] : {};
  return { ...nullable, properties: { ...properties, version: { type: 'integer' } } };
};
// Its kinds of resource overlap, so that no resource could be exactly one of them.
corrections['resource_canonical_representations'] = ({ oneOf, ...schema }) => ({ ...schema, anyOf: oneOf });

// It allows no href, and what it is part of requires one.
corrections['orgs_auth_security_principal'] = ({ additionalProperties: _none, ...schema }) => schema;

// A user in full also matches the form that only needs an href, so `oneOf` can never hold.
corrections['users_get'] = ({ oneOf, ...schema }) => ({ ...schema, ...(oneOf !== undefined && { anyOf: oneOf }) });

// One of the two alternatives of the field is any text, which the other one is as well.
corrections['pairing_profiles_get'] = (schema) => {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  return { ...schema, properties: { ...properties, visibility_level: { type: 'string' } } };
};
