import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import { exact } from '../http/query.ts';
import { refusedAs } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { either, external, flag, list, nullableText, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { textIn } from '../lifecycle/body.ts';
import { labelIdsIn, storedLabels, textFilter } from '../records/fields.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { auditFields, recordChange, recordOf, recordRoutes } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { labelFilter } from './label-filter.ts';
import { PAIRING_DEFAULTS } from './pairing-profiles-seed.ts';
import { capsFor, isoTime } from './wire.ts';
import { requireInScope } from './workload-edit.ts';
import { LEGACY_MODES } from './workload-wire.ts';

const limit = (maximum?: number) =>
  either({ type: 'integer', minimum: 1, ...(maximum !== undefined && { maximum }) }, oneOf('unlimited'));

const common = {
  name: text,
  description: text,
  mode: oneOf('idle', 'illuminated', 'enforced', 'selective'),
  mode_lock: flag,
  enforcement_mode: oneOf('idle', 'visibility_only', 'full', 'selective'),
  enforcement_mode_lock: flag,
  enabled: flag,
  labels: list(record({ href: text }, ['href']), { uniqueItems: true }),
  env_label_lock: flag,
  loc_label_lock: flag,
  role_label_lock: flag,
  app_label_lock: flag,
  log_traffic: flag,
  log_traffic_lock: flag,
  visibility_level: oneOf('flow_full_detail', 'flow_summary', 'flow_drops', 'flow_off', 'enhanced_data_collection'),
  visibility_level_lock: flag,
  ...external,
  agent_software_release: nullableText,
} as const;

const LARGEST = 2_147_483_647;

/** `mode` and `enforcement_mode` say the same thing twice; the one a client gives moves the other. */
function modesOf(given: JsonObject): JsonObject {
  const current = textIn(given['enforcement_mode']);
  const legacy = textIn(given['mode']);
  for (const [mode, old] of Object.entries(LEGACY_MODES))
    if (current === mode || (current === null && legacy === old)) return { enforcement_mode: mode, mode: old };
  return {};
}

export const pairingProfileKind: RecordKind = {
  collection: 'pairing_profiles',
  path: '/orgs/:org/pairing_profiles',
  singular: 'pairing_profile',
  schema: 'pairing_profiles_get',
  ids: 'integer',
  checkPost: bodyCheck<JsonObject>(
    'pairing_profiles_post',
    record(
      {
        ...common,
        allowed_uses_per_key: limit(LARGEST),
        key_lifespan: limit(LARGEST),
        ven_type: oneOf('server', 'endpoint'),
      },
      ['enabled'],
    ),
  ),
  checkPut: bodyCheck<JsonObject>(
    'pairing_profiles_put',
    record({ ...common, allowed_uses_per_key: limit(), key_lifespan: limit() }),
  ),
  body(world, given, before) {
    const merged = { ...PAIRING_DEFAULTS, ...before?.body, ...given, ...modesOf(given) };
    return { ...merged, labels: storedLabels(world, merged.labels) };
  },
  render: (_world, own, { caller }) => ({
    ...own.body,
    ...auditFields(own),
    caps: capsFor(caller, ['write', 'generate_pairing_key']),
  }),
  authorise: (world, caller, body) => requireInScope(world, caller, labelIdsIn(world, body['labels'])),
  visible(world, caller) {
    const covers = scopeTest(world, caller);
    return ({ body }) => covers(labelIdsIn(world, body['labels']));
  },
  requireUnused(_world, { body }) {
    if (body['is_default'] === true) throw refusedAs('builtIn');
  },
  removed: (world, { id }) => forgetKeys(world, id),
  filter(world, query) {
    const texts = textFilter(query);
    const labels = labelFilter(world, query);
    const release = exact(query, 'agent_software_release');
    const venType = exact(query, 'ven_type');
    return (own) =>
      texts(own) &&
      labels(labelIdsIn(world, own.body['labels'])) &&
      release(textIn(own.body['agent_software_release'])) &&
      venType(textIn(own.body['ven_type']));
  },
};

const KEYS = 'pairing_keys';

function forgetKeys({ records }: WorldState, profile: string): void {
  for (const { id } of records.below(KEYS, profile)) records.remove(KEYS, id);
}

const checkKeyPost = bodyCheck<JsonObject>('pairing_profiles_pairing_key_post', record({}));

/** The only time a code is shown; of the key, the simulator keeps that there is one. */
function generateKey(request: Call) {
  const { world, caller, audit } = request;
  const profile = writable(request);
  checkKeyPost(request.body ?? {});
  if (profile.body['enabled'] !== true) throw refusedAs('pairingDisabled');
  const id = world.ids.uuid();
  const now = world.clock.now();
  world.records.put(KEYS, {
    id,
    parent: profile.id,
    body: {},
    createdMs: now,
    createdBy: caller.href,
    updatedMs: now,
    updatedBy: caller.href,
  });
  const body = {
    ...profile.body,
    last_pairing_key_generated_at: isoTime(now),
    last_pairing_key_generated_by: { href: caller.href },
  };
  world.records.put(pairingProfileKind.collection, { ...profile, body });
  audit('pairing_profile.create_pairing_key', [recordChange(world, pairingProfileKind, profile, { ...profile, body })]);
  const code = createHash('sha256').update(`${world.estate.seed}/pairing-key/${id}`).digest('hex');
  return { status: 201, json: { activation_code: `1${code}` } };
}

function deleteKeys(request: Call) {
  const { world, audit } = request;
  const profile = writable(request);
  forgetKeys(world, profile.id);
  audit('pairing_profile.delete_all_pairing_keys', [recordChange(world, pairingProfileKind, profile, profile)]);
  return { status: 204 };
}

type Call = Request<WorldState>;

function writable(request: Call): StoredRecord {
  const profile = recordOf(pairingProfileKind, request);
  requireInScope(request.world, request.caller, labelIdsIn(request.world, profile.body['labels']));
  return profile;
}

const one = '/orgs/:org/pairing_profiles/:id';

/** Pairing profiles and their keys (objects.md §6.8). */
export const pairingProfileRoutes: readonly Route<WorldState>[] = [
  ...recordRoutes(pairingProfileKind),
  { method: 'POST', path: `${one}/pairing_key`, access: 'write', handle: generateKey },
  { method: 'DELETE', path: `${one}/pairing_keys`, access: 'write', handle: deleteKeys },
];
