import type { JsonObject } from '../../core/json.ts';

/** The versioned kinds the simulator keeps; the names are the keys of a `change_subset` (objects.md §10.1). */
export const POLICY_TYPES = [
  'label_groups',
  'services',
  'rule_sets',
  'ip_lists',
  'virtual_services',
  'virtual_servers',
  'firewall_settings',
  'enforcement_boundaries',
  'secure_connect_gateways',
] as const;
export type PolicyType = (typeof POLICY_TYPES)[number];

export type UpdateType = 'create' | 'update' | 'delete';
export type RuleKind = 'sec_rules' | 'deny_rules' | 'ip_tables_rules';

/** A rule inside a rule set's content. `body` is the wire object without href, audit fields and `update_type`. */
export interface RuleRecord {
  readonly kind: RuleKind;
  readonly id: number;
  readonly body: JsonObject;
  readonly createdMs: number;
  readonly createdBy: string;
  readonly updatedMs: number;
  readonly updatedBy: string;
  /** What the draft does to the rule; null in active content. */
  readonly updateType: UpdateType | null;
}

/** What an object says in one version. Immutable and shared between versions. Rules only in rule sets. */
export interface Content {
  readonly body: JsonObject;
  readonly rules: readonly RuleRecord[];
  readonly updatedMs: number;
  readonly updatedBy: string;
}

/** One versioned object with its past (objects.md §9). Replaced as a whole by every change. */
export interface PolicyObject {
  readonly type: PolicyType;
  readonly id: string;
  readonly createdMs: number;
  readonly createdBy: string;
  /** What was provisioned, oldest first; null content: the object was deleted in that version. */
  readonly history: readonly { readonly version: number; readonly content: Content | null }[];
  /** Null when the draft equals the active copy. */
  readonly draft: { readonly content: Content; readonly updateType: UpdateType } | null;
}

export const activeContent = (object: PolicyObject): Content | null => object.history.at(-1)?.content ?? null;

export const draftContent = (object: PolicyObject): Content | null => object.draft?.content ?? activeContent(object);

/** What the object said in version `version`; null when it did not exist then. */
export function contentAt(object: PolicyObject, version: number): Content | null {
  return object.history.findLast((entry) => entry.version <= version)?.content ?? null;
}

/** The draft's content as it will be once provisioned: deleted rules gone, the others unmarked. */
export function committed(content: Content): Content {
  if (content.rules.every(({ updateType }) => updateType === null)) return content;
  return {
    ...content,
    rules: content.rules
      .filter(({ updateType }) => updateType !== 'delete')
      .map((rule) => (rule.updateType === null ? rule : { ...rule, updateType: null })),
  };
}

/** Whether two contents say the same, whoever wrote them and when. */
export function sameContent(a: Content | null, b: Content | null): boolean {
  if (a === b || a === null || b === null) return a === b;
  const said = ({ body, rules }: Content) =>
    JSON.stringify([body, rules.map(({ kind, id, body: rule }) => [kind, id, rule])]);
  return said(a) === said(b);
}

/** Content that is to become a draft, each rule marked with what the draft does to it. Rules that do not change are shared. */
export function marked(draft: Content, active: Content | null): Content {
  const before = new Map((active?.rules ?? []).map((rule) => [`${rule.kind}/${rule.id}`, rule]));
  const rules = draft.rules.map((rule): RuleRecord => {
    const name = `${rule.kind}/${rule.id}`;
    const was = before.get(name);
    before.delete(name);
    if (rule.updateType !== null) return rule;
    if (!was) return { ...rule, updateType: 'create' };
    return was === rule || JSON.stringify(was.body) === JSON.stringify(rule.body)
      ? was
      : { ...rule, updateType: 'update' };
  });
  const removed = [...before.values()].map((rule): RuleRecord => ({ ...rule, updateType: 'delete' }));
  return { ...draft, rules: [...rules, ...removed] };
}
