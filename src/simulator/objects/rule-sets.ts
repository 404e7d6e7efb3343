import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import { requireRoom } from '../limits/limits.ts';
import { CHOICES } from '../choices.ts';
import { listOfListsParam } from '../http/query.ts';
import { forbidden, invalidUri, refusedAs } from '../http/refusals.ts';
import { external, flag, hrefObject, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import type { RuleKind, RuleRecord } from '../lifecycle/object.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';
import type { Edit } from '../lifecycle/policy-store.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { ruleSetRules, storedActors, storedRule } from './rule-body.ts';
import { labelIdIn, lastSegment } from './wire.ts';

const fields = {
  name: text,
  description: text,
  ...external,
  enabled: flag,
  scopes: list(list(open({ exclusion: flag, label: hrefObject, label_group: hrefObject }))),
} as const;

const entries = (scope: unknown): readonly JsonObject[] => objectsIn(scope);
const scopesOf = (body: JsonObject): readonly unknown[] => (Array.isArray(body['scopes']) ? body['scopes'] : []);

/** Scopes as they are stored: `exclusion` on every entry; `[]` stays what it is and means the same as `[[]]` (objects.md §8.2). */
function storedScopes(body: JsonObject): readonly (readonly JsonObject[])[] {
  return scopesOf(body).map((scope) =>
    storedActors(scope, true).map((entry) => {
      if (entry['label'] === undefined && entry['label_group'] === undefined) throw refusedAs('actorSelector');
      return entry;
    }),
  );
}

const labelsIn = (world: WorldState, scope: unknown): readonly number[] =>
  entries(scope).flatMap((entry) => {
    return entry['exclusion'] === true ? [] : (labelIdIn(world.orgId, hrefOf(entry['label'])) ?? []);
  });

/** A scoped caller writes rule sets whose every scope lies inside its own (objects.md §2.3). */
export function authoriseRuleSet(world: WorldState, caller: Caller, body: JsonObject): void {
  if (caller.scope.length === 0) return;
  const covers = scopeTest(world, caller);
  const scopes = scopesOf(body);
  if (scopes.length === 0 || !scopes.every((scope) => covers(labelsIn(world, scope)))) throw forbidden();
}

/** A new rule of a rule set. */
export function newRule(world: WorldState, kind: RuleKind, body: JsonObject, { ms, by }: Edit): RuleRecord {
  requireRoom(world, 'total_rules');
  return {
    kind,
    id: world.ids.next('rules'),
    body,
    createdMs: ms,
    createdBy: by,
    updatedMs: ms,
    updatedBy: by,
    updateType: 'create',
  };
}

/** A rule with another body; one that is new or on its way out stays so. */
export const editedRule = (rule: RuleRecord, body: JsonObject, { ms, by }: Edit): RuleRecord => ({
  ...rule,
  body,
  updatedMs: ms,
  updatedBy: by,
  updateType: rule.updateType ?? 'update',
});

/** What is left of a rule that is deleted: nothing when it was never provisioned. */
export const deletedRule = (rule: RuleRecord, { ms, by }: Edit): RuleRecord[] =>
  rule.updateType === 'create' ? [] : [{ ...rule, updateType: 'delete', updatedMs: ms, updatedBy: by }];

/** The rules of one kind after a PUT that lists them: named ones are edited, unnamed ones made, the others deleted. */
function replaced(
  world: WorldState,
  kind: RuleKind,
  given: readonly JsonObject[],
  before: readonly RuleRecord[],
  edit: Edit,
): readonly RuleRecord[] {
  const own = before.filter((rule) => rule.kind === kind);
  const named = new Map<number, JsonObject>();
  const made: RuleRecord[] = [];
  for (const item of given) {
    const href = item['href'];
    if (typeof href !== 'string') {
      made.push(newRule(world, kind, storedRule(world, kind, null, item), edit));
      continue;
    }
    const rule = own.find(({ id }) => String(id) === lastSegment(href));
    if (!rule) throw invalidUri(href);
    named.set(rule.id, item);
  }
  const kept = own.flatMap((rule) => {
    const item = named.get(rule.id);
    if (!item) return CHOICES.rulesInPutReplace ? deletedRule(rule, edit) : [rule];
    const body = storedRule(world, kind, rule.body, item);
    return JSON.stringify(body) === JSON.stringify(rule.body) ? [rule] : [editedRule(rule, body, edit)];
  });
  return [...before.filter((rule) => rule.kind !== kind), ...kept, ...made];
}

const kind: PolicyKind = {
  type: 'rule_sets',
  singular: 'rule_set',
  ids: 'integer',
  schema: 'sec_policy_rule_sets_get',
  checkPost: bodyCheck<JsonObject>(
    'sec_policy_rule_sets_post',
    record({ ...fields, ...ruleSetRules.post }, ['name', 'scopes']),
  ),
  checkPut: bodyCheck<JsonObject>(
    'sec_policy_rule_sets_put',
    record({ ...fields, ...ruleSetRules.put, update_type: oneOf('create', 'update', 'delete') }),
  ),
  nameTaken: ['rule_set_name_in_use', 'Rule set name is already in use'],
  authorise: authoriseRuleSet,
  body(_world, given, before) {
    const body = merged(before, given);
    return { description: '', enabled: true, ...body, scopes: storedScopes(body) };
  },
  rules(world, given, before, edit) {
    let rules = before;
    if (given['rules'] !== undefined) rules = replaced(world, 'sec_rules', objectsIn(given['rules']), rules, edit);
    if (given['ip_tables_rules'] !== undefined)
      rules = replaced(world, 'ip_tables_rules', objectsIn(given['ip_tables_rules']), rules, edit);
    return rules;
  },
  filter(_world, query) {
    const rows = listOfListsParam(query, 'labels');
    if (!rows || rows.length === 0) return () => true;
    return ({ body }) =>
      rows.some((row) =>
        scopesOf(body).some((scope) => {
          const hrefs = entries(scope).map((entry) => hrefOf(entry['label']));
          return row.every((href) => hrefs.includes(href));
        }),
      );
  },
  eventFields: ({ scopes }) => ({ scopes }),
};

/** Rule sets (objects.md §8.2). */
export const ruleSetRoutes = policyRoutes(kind);
