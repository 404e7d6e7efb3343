import type { JsonObject } from '../../core/json.ts';
import { flag, integer, nullableText, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import type { Request, Route } from '../http/route.ts';
import { isoTime } from '../objects/wire.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { recordChange, recordOf, recordRoutes, updateRecord } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { documentRoutes } from './document.ts';

const seconds = { type: 'integer', minimum: 1, maximum: 60 } as const;
const port = { type: 'integer', minimum: 0, maximum: 65535 } as const;
const ldapFields = {
  name: nullableText,
  address: text,
  port,
  authentication_method: oneOf('LDAP', 'LDAPS', 'STARTTLS'),
  request_timeout_seconds: seconds,
  bind_distinguished_name: nullableText,
  bind_password: nullableText,
  user_base_distinguished_name: text,
  user_distinguished_name_pattern: nullableText,
  user_base_filter: nullableText,
  username_attribute: text,
  full_name_attribute: nullableText,
  user_memberof_attribute: nullableText,
  tls_ca_bundle: nullableText,
  insecure_disable_tls_certificate_verification: flag,
} as const;

/** Users are named, not linked, in what belongs to the PCE as a whole. */
const madeBy = (world: WorldState, { createdMs, createdBy, updatedMs, updatedBy }: StoredRecord): JsonObject => {
  const name = (href: string) => ({
    username: world.users.all().find(({ id }) => href === `/users/${id}`)?.username ?? 'system',
  });
  return {
    created_at: isoTime(createdMs),
    created_by: name(createdBy),
    updated_at: isoTime(updatedMs),
    updated_by: name(updatedBy),
  };
};

/** Directories users may be asked of. The simulated PCE never asks one. */
const ldap: RecordKind = {
  collection: 'ldap_configs',
  path: '/authentication_settings/ldap_configs',
  singular: 'ldap_config',
  schema: 'authentication_settings_ldap_configs_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'authentication_settings_ldap_configs_post',
    record({ pce_fqdn: text, ...ldapFields }, [
      'address',
      'port',
      'authentication_method',
      'user_base_distinguished_name',
      'username_attribute',
    ]),
  ),
  checkPut: bodyCheck<JsonObject>('authentication_settings_ldap_configs_put', record(ldapFields)),
  body({ estate }, { bind_password: password, ...given }, before) {
    return {
      pce_fqdn: estate.pceFqdn,
      request_timeout_seconds: 5,
      bind_distinguished_name: '',
      is_bind_password_set: false,
      tls_ca_bundle: '',
      insecure_disable_tls_certificate_verification: false,
      ...before?.body,
      // Nothing is kept of the password.
      ...(password !== undefined && { is_bind_password_set: password !== null }),
      ...Object.fromEntries(Object.entries(given).map(([field, value]) => [field, value ?? ''])),
    };
  },
  render: (world, own) => ({ ...own.body, ...madeBy(world, own) }),
};

const saml: RecordKind = {
  collection: 'saml_configs',
  path: '/authentication_settings/saml_configs',
  singular: 'saml_config',
  schema: 'authentication_settings_saml_configs_get',
  ids: 'uuid',
  checkPut: bodyCheck<JsonObject>(
    'authentication_settings_saml_configs_put',
    record({
      idp_sso_target_url: text,
      idp_slo_target_url: text,
      idp_cert: text,
      authn_context: text,
      force_authn: flag,
      sign_authn_request: flag,
    }),
  ),
  body: (_world, given, before) => ({ ...before?.body, ...given }),
  render: (world, own) => ({ ...own.body, ...madeBy(world, own) }),
};

const checkNothing = bodyCheck<unknown>('authentication_settings_saml_configs_pce_signing_cert_post', record({}));
const checkVerify = bodyCheck<unknown>('authentication_settings_ldap_configs_verify_connection_post', open({}));
const YEAR_MS = 365 * 86_400_000;

function makeSigningCertificate(request: Request<WorldState>) {
  const { world } = request;
  checkNothing(request.body ?? {});
  const before = recordOf(saml, request);
  const after = updateRecord(saml, request, before, {
    // Nobody can check a signature of a PCE that signs nothing.
    pce_signing_cert: `-----BEGIN CERTIFICATE-----\n${Buffer.from(world.ids.uuid()).toString('base64')}\n-----END CERTIFICATE-----\n`,
    pce_signing_cert_expires_at: isoTime(world.clock.now() + YEAR_MS),
  });
  request.audit('saml_config.update', [recordChange(world, saml, before, after)]);
  const { pce_signing_cert, pce_signing_cert_expires_at } = after.body;
  return { status: 201, json: { pce_signing_cert, pce_signing_cert_expires_at } };
}

/** How people log in (the published index; nothing else is documented). */
export const authenticationRoutes: readonly Route<WorldState>[] = [
  ...documentRoutes({
    path: '/authentication_settings',
    schema: 'authentication_settings_get',
    event: 'authentication_settings.update',
    resource: 'authentication_settings',
    initial: () => ({ authentication_type: 'Local' }),
    check: bodyCheck<JsonObject>(
      'authentication_settings_put',
      record({ authentication_type: oneOf('Local', 'RADIUS', 'SAML', 'LDAP') }, ['authentication_type']),
    ),
  }),
  ...documentRoutes({
    path: '/authentication_settings/password_policy',
    schema: 'authentication_settings_password_policy_get',
    event: 'password_policy.update',
    resource: 'password_policy',
    initial: ({ estate }) => ({
      require_type_number: true,
      require_type_lowercase: true,
      require_type_uppercase: true,
      require_type_symbol: false,
      min_characters_per_type: 1,
      min_length: 8,
      min_changed_characters: 1,
      history_count: 1,
      expire_time_days: 0,
      session_timeout_minutes: 30,
      updated_at: isoTime(estate.nowMs),
      updated_by: { username: 'system' },
    }),
    check: bodyCheck<JsonObject>(
      'authentication_settings_password_policy_put',
      open({
        require_type_number: flag,
        require_type_lowercase: flag,
        require_type_uppercase: flag,
        require_type_symbol: flag,
        min_characters_per_type: integer,
        min_length: integer,
        min_changed_characters: integer,
        history_count: integer,
        expire_time_days: integer,
        session_timeout_minutes: integer,
      }),
    ),
    stamp: (world, username) => ({ updated_at: isoTime(world.clock.now()), updated_by: { username } }),
  }),
  ...recordRoutes(ldap),
  {
    method: 'POST',
    path: `${ldap.path}/:id/verify_connection`,
    access: 'write',
    handle(request) {
      checkVerify(request.body ?? {});
      recordOf(ldap, request);
      request.audit('ldap_config.verify_connection', []);
      // There is no directory behind any address.
      return { status: 201, json: { verified: false, errors: [] } };
    },
  },
  ...recordRoutes(saml, ['GET', 'PUT']),
  { method: 'POST', path: `${saml.path}/:id/pce_signing_cert`, access: 'write', handle: makeSigningCertificate },
];

/** Every PCE has one SAML configuration, empty until somebody fills it. */
export const samlSeed = (pceFqdn: string, nowMs: number, id: string): StoredRecord => ({
  id,
  parent: null,
  body: {
    cluster_fqdn: pceFqdn,
    idp_sso_target_url: '',
    idp_slo_target_url: '',
    idp_cert: '',
    issuer: `https://${pceFqdn}/login`,
    consumer_service_url: `https://${pceFqdn}/login/acs/${id}`,
    consumer_logout_url: `https://${pceFqdn}/login/logout/${id}`,
    authn_context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    force_authn: false,
    sign_authn_request: false,
  },
  createdMs: nowMs,
  createdBy: '/users/0',
  updatedMs: nowMs,
  updatedBy: '/users/0',
});
