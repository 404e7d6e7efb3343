import type { JsonObject } from '../../../core/json.ts';
import { DAY } from '../calendar.ts';
import type { VersionedSeed } from '../estate.ts';
import type { LabelIndex } from '../labels.ts';
import type { Landscape, PlacedEdge } from '../landscape.ts';
import type { Profile } from '../profiles.ts';
import { createContext, finish, type RuleNote } from './draft.ts';
import { buildIpLists } from './ip-lists.ts';
import { buildLabelGroups } from './label-groups.ts';
import { addPending } from './pending.ts';
import { buildRuleSets } from './rule-sets.ts';
import { buildServices } from './services.ts';

export interface Policy {
  readonly labelGroups: readonly VersionedSeed[];
  readonly ipLists: readonly VersionedSeed[];
  readonly services: readonly VersionedSeed[];
  readonly ruleSets: readonly VersionedSeed[];
  /** One note per rule of the estate's own, `Default` excepted. */
  readonly notes: readonly RuleNote[];
}

export interface PolicyInputs {
  readonly orgId: number;
  readonly seed: number;
  readonly nowMs: number;
  readonly profile: Profile;
  readonly labels: LabelIndex;
  readonly landscape: Landscape;
  readonly edges: readonly PlacedEdge[];
  /** Global administrators first. */
  readonly authors: readonly number[];
}

export function buildPolicy(inputs: PolicyInputs): Policy {
  const { orgId, seed, nowMs, labels, authors } = inputs;
  const ipLists = buildIpLists(authors, seed, nowMs);
  const services = buildServices(authors, seed, nowMs);
  const context = createContext(orgId, seed, nowMs, labels, ipLists, services, authors);
  const drafts = buildRuleSets(context, inputs.landscape, inputs.edges, inputs.profile);
  let id = 1;
  const ruleSets = drafts.map((draft): VersionedSeed => {
    id += context.random.between(1, 3);
    const author = context.random.pick(authors);
    const createdMs = nowMs - context.random.between(120, 700) * DAY;
    return {
      id: String(id),
      createdMs,
      updatedMs: nowMs - context.random.between(4, 80) * DAY,
      createdBy: author,
      updatedBy: author,
      active: finish(draft),
    };
  });
  const [first = 0, second = first] = authors.slice(1, 3);
  const pending = addPending(
    { ruleSets: [defaultRuleSet(orgId, nowMs, authors[0] ?? 0), ...ruleSets], ipLists, services },
    { nowMs, authors: [first, second] },
  );
  return { labelGroups: buildLabelGroups(orgId, labels, authors, seed, nowMs), ...pending, notes: context.notes };
}

/**
 * The ruleset every PCE starts with (objects.md §8.2), one of the 58. Its rule, which permits every outbound connection, was disabled
 * when enforcement began.
 */
function defaultRuleSet(orgId: number, nowMs: number, admin: number): VersionedSeed {
  const createdMs = nowMs - 1_000 * DAY;
  const updatedMs = nowMs - 400 * DAY;
  const policy = `/orgs/${orgId}/sec_policy/draft`;
  const created = { href: '/users/0' };
  const rule: JsonObject = {
    id: 1,
    created_at: new Date(createdMs).toISOString(),
    updated_at: new Date(updatedMs).toISOString(),
    created_by: created,
    updated_by: { href: `/users/${admin}` },
    description: 'Allow outbound connections',
    enabled: false,
    providers: [{ ip_list: { href: `${policy}/ip_lists/1` } }],
    consumers: [{ actors: 'ams' }],
    consuming_security_principals: [],
    sec_connect: false,
    stateless: false,
    machine_auth: false,
    unscoped_consumers: false,
    network_type: 'brn',
    use_workload_subnets: [],
    ingress_services: [{ href: `${policy}/services/1` }],
    egress_services: [],
    resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
  };
  return {
    id: '1',
    createdMs,
    updatedMs,
    createdBy: 0,
    updatedBy: admin,
    active: {
      name: 'Default',
      description: null,
      enabled: true,
      scopes: [[]],
      rules: [rule],
      deny_rules: [],
      ip_tables_rules: [],
    },
  };
}
