import { isObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { diffOfVersions } from './diff.ts';
import type { FieldDiff } from './plan.ts';
import { draftHref, hrefOf } from './wire.ts';

/** A rule that differs between two versions of a rule set. */
export interface RuleDiff {
  readonly change: 'create' | 'update' | 'delete';
  readonly kind: 'allow' | 'deny' | 'override_deny' | 'iptables';
  /** In the draft. */
  readonly href: string;
  readonly fields: readonly FieldDiff[];
  /** The rule itself: as it is after, or was before it was deleted. */
  readonly rule: JsonObject;
}

export interface ObjectDiff {
  /** Differences of the object itself, rules left out. Empty where one side does not exist. */
  readonly fields: readonly FieldDiff[];
  readonly rules: readonly RuleDiff[];
}

const RULE_LISTS = ['rules', 'deny_rules', 'ip_tables_rules'] as const;
const LEFT_OUT: ReadonlySet<string> = new Set([...RULE_LISTS, 'href', 'pending_deletion', 'workload_counts']);

/**
 * Field-level difference of two versions of one policy object, rules compared one by one by their ids (a rule keeps its id over versions,
 * objects.md §8.3). Null: the object does not exist in that version, or is pending deletion in it.
 */
export function diffOfObjects(before: JsonObject | null, after: JsonObject | null): ObjectDiff {
  const [old, now] = [living(before), living(after)];
  return {
    fields: old === null || now === null ? [] : diffOfVersions(old, now).filter(({ field }) => !LEFT_OUT.has(field)),
    rules: RULE_LISTS.flatMap((list) => diffOfRules(list, rulesOf(old, list), rulesOf(now, list))),
  };
}

const living = (object: JsonObject | null): JsonObject | null =>
  object === null || object['update_type'] === 'delete' ? null : object;

function rulesOf(object: JsonObject | null, list: string): ReadonlyMap<string, JsonObject> {
  const rules = object?.[list];
  const objects = Array.isArray(rules) ? rules.filter(isRule) : [];
  return new Map(objects.filter((rule) => living(rule) !== null).map((rule) => [draftHref(hrefOf(rule)), rule]));
}

const isRule = (value: JsonValue): value is JsonObject => isObject(value);

function diffOfRules(
  list: (typeof RULE_LISTS)[number],
  before: ReadonlyMap<string, JsonObject>,
  after: ReadonlyMap<string, JsonObject>,
): readonly RuleDiff[] {
  const hrefs = new Set([...before.keys(), ...after.keys()]);
  return [...hrefs].flatMap((href): readonly RuleDiff[] => {
    const [old, now] = [before.get(href), after.get(href)];
    if (old !== undefined && now !== undefined) {
      const fields = diffOfVersions(old, now).filter(({ field }) => !LEFT_OUT.has(field));
      return fields.length === 0 ? [] : [{ change: 'update', kind: kindOf(list, now), href, fields, rule: now }];
    }
    const rule = now ?? old;
    if (rule === undefined) return [];
    return [{ change: now === undefined ? 'delete' : 'create', kind: kindOf(list, rule), href, fields: [], rule }];
  });
}

function kindOf(list: (typeof RULE_LISTS)[number], rule: JsonObject): RuleDiff['kind'] {
  if (list === 'rules') return 'allow';
  if (list === 'ip_tables_rules') return 'iptables';
  return rule['override'] === true ? 'override_deny' : 'deny';
}
