import type { JsonObject } from '../../core/json.ts';
import type { Estate, VersionedSeed } from '../estates/estate.ts';
import type { Ids } from '../objects/ids.ts';
import { userHref } from '../objects/wire.ts';
import { hrefOf, isJsonObject } from './body.ts';
import {
  type Content,
  marked,
  POLICY_TYPES,
  type PolicyObject,
  type PolicyType,
  type RuleKind,
  type RuleRecord,
} from './object.ts';
import { createPolicyStore, type PolicyStore, type VersionRecord } from './policy-store.ts';
import type { Tables } from '../state/tables.ts';

const RULE_LISTS = [
  ['rules', 'sec_rules'],
  ['deny_rules', 'deny_rules'],
  ['ip_tables_rules', 'ip_tables_rules'],
] as const satisfies readonly (readonly [field: string, kind: RuleKind])[];

/** The policy of an estate, ready to be changed. Objects are taken over as they are; only rules are unpacked. */
export function loadPolicy(estate: Estate, ids: Ids, tables: Tables): PolicyStore {
  const versions = estate.policyVersions.map(
    (version): VersionRecord => ({
      version: version.version,
      commitMessage: version.commitMessage,
      workloadsAffected: version.workloadsAffected,
      createdMs: version.createdMs,
      createdBy: userHref(version.createdBy),
    }),
  );
  const seeds: readonly (readonly [PolicyType, readonly VersionedSeed[]])[] = [
    ['label_groups', estate.labelGroups],
    ['services', estate.services],
    ['ip_lists', estate.ipLists],
    ['rule_sets', estate.ruleSets],
    ['enforcement_boundaries', estate.enforcementBoundaries],
    ['virtual_services', estate.virtualServices],
  ];
  const objects = () => [
    ...seeds.flatMap(([type, list]) => list.map((seed) => objectOf(type, seed, versions, ids))),
    firewallSettings(estate, versions),
  ];
  const store = createPolicyStore(estate.orgId, { versions, objects }, tables);
  for (const type of POLICY_TYPES)
    for (const object of store.all(type)) {
      if (/^\d+$/.test(object.id)) ids.taken(type, Number(object.id));
      for (const content of [object.draft?.content, ...object.history.map((past) => past.content)])
        for (const rule of content?.rules ?? []) ids.taken('rules', rule.id);
    }
  return store;
}

function objectOf(type: PolicyType, seed: VersionedSeed, versions: readonly VersionRecord[], ids: Ids): PolicyObject {
  const active = seed.active && contentOf(type, seed.active, seed.updatedMs, seed.updatedBy, seed, ids);
  const draft = seed.draft;
  return {
    type,
    id: seed.id,
    createdMs: seed.createdMs,
    createdBy: userHref(seed.createdBy),
    history: active ? [{ version: firstVersionAfter(seed.createdMs, versions), content: active }] : [],
    draft: draft
      ? {
          content: marked(contentOf(type, draft.body, draft.updatedMs, draft.updatedBy, seed, ids), active ?? null),
          updateType: draft.updateType,
        }
      : null,
  };
}

/**
 * The version in which an object of the estate's past was first provisioned. An estate keeps no old contents, so from then on every old
 * version shows today's.
 */
const firstVersionAfter = (createdMs: number, versions: readonly VersionRecord[]): number =>
  (versions.find((version) => version.createdMs >= createdMs) ?? versions.at(-1))?.version ?? 0;

function contentOf(
  type: PolicyType,
  body: JsonObject,
  updatedMs: number,
  updatedBy: number,
  seed: VersionedSeed,
  ids: Ids,
): Content {
  const audit = { updatedMs, updatedBy: userHref(updatedBy) };
  if (type !== 'rule_sets') return { body, rules: [], ...audit };
  const { rules: _rules, deny_rules: _denyRules, ip_tables_rules: _ipTablesRules, ...own } = body;
  const rules = RULE_LISTS.flatMap(([field, kind]) => {
    const list = body[field];
    return Array.isArray(list) ? list.filter(isJsonObject).map((rule) => ruleOf(kind, rule, seed, ids)) : [];
  });
  return { body: own, rules, ...audit };
}

function ruleOf(kind: RuleKind, wire: JsonObject, seed: VersionedSeed, ids: Ids): RuleRecord {
  const { id, created_at, updated_at, created_by, updated_by, update_type, ...rest } = wire;
  const { href: _href, deleted_at: _deletedAt, deleted_by: _deletedBy, caps: _caps, ...body } = rest;
  const own = typeof id === 'number' ? id : ids.reserve('rules');
  ids.taken('rules', own);
  return {
    kind,
    id: own,
    body,
    createdMs: timeOf(created_at) ?? seed.createdMs,
    createdBy: hrefOf(created_by) ?? userHref(seed.createdBy),
    updatedMs: timeOf(updated_at) ?? seed.updatedMs,
    updatedBy: hrefOf(updated_by) ?? userHref(seed.updatedBy),
    updateType: update_type === 'create' || update_type === 'update' || update_type === 'delete' ? update_type : null,
  };
}

function firewallSettings(estate: Estate, versions: readonly VersionRecord[]): PolicyObject {
  const createdMs = versions[0]?.createdMs ?? estate.nowMs;
  const content: Content = {
    body: {
      static_policy_scopes: [],
      firewall_coexistence: [],
      containers_inherit_host_policy_scopes: [],
      blocked_connection_reject_scopes: [],
      loopback_interfaces_in_policy_scopes: [],
      ip_forwarding_enabled_scopes: [],
      rule_hit_count_enabled_scopes: [],
      ike_authentication_type: 'psk',
      allow_captive_portal_outbound: false,
    },
    rules: [],
    updatedMs: createdMs,
    updatedBy: userHref(0),
  };
  return {
    type: 'firewall_settings',
    id: '',
    createdMs,
    createdBy: userHref(0),
    history: [{ version: firstVersionAfter(createdMs, versions), content }],
    draft: null,
  };
}

function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
