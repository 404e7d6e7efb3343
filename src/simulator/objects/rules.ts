import type { JsonObject } from '../../core/json.ts';
import { fieldChanges } from '../http/audit.ts';
import { exact } from '../http/query.ts';
import { notFound } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { storable, textIn as text } from '../lifecycle/body.ts';
import type { Content, RuleKind, RuleRecord } from '../lifecycle/object.ts';
import { editOf, viewOf } from '../lifecycle/policy-routes.ts';
import type { Edit, Versioned } from '../lifecycle/policy-store.ts';
import { renderRule } from '../lifecycle/policy-wire.ts';
import { requireDraft, versionOf } from '../lifecycle/version.ts';
import type { WorldState } from '../world-state.ts';
import { ruleChecks, storedRule } from './rule-body.ts';
import { authoriseRuleSet, deletedRule, editedRule, newRule } from './rule-sets.ts';

type Call = Request<WorldState>;

const SINGULAR: Readonly<Record<RuleKind, string>> = {
  sec_rules: 'sec_rule',
  deny_rules: 'deny_rule',
  ip_tables_rules: 'ip_tables_rule',
};

const SCHEMA: Readonly<Record<RuleKind, string>> = {
  sec_rules: 'sec_policy_rule_sets_sec_rules_get',
  deny_rules: 'deny_rules_get',
  ip_tables_rules: 'ip_tables_rules_get',
};

const ruleSetOf = (request: Call): Versioned =>
  request.world.policies.read('rule_sets', request.params['ruleSet'] ?? '', versionOf(request));

const hrefIn = (request: Call, { object }: Versioned): string =>
  request.world.policies.href(object, versionOf(request));

/**
 * Rules of one kind as a sub-collection of their rule set. Every write marks the rule and, through the store, the rule set; only the rule
 * set is ever pending (objects.md §9).
 */
function ruleRoutes(kind: RuleKind): Route<WorldState>[] {
  const path = `/orgs/:org/sec_policy/:version/rule_sets/:ruleSet/${kind}`;
  const checks = ruleChecks[kind];

  function ruleOf(request: Call, { content }: Versioned): RuleRecord {
    const rule = content.rules.find((own) => own.kind === kind && String(own.id) === request.params['id']);
    if (!rule) throw notFound();
    return rule;
  }

  const render = (request: Call, ruleSet: Versioned): ((rule: RuleRecord) => JsonObject) => {
    const view = viewOf(request);
    const href = hrefIn(request, ruleSet);
    return (rule) => renderRule(view, href, rule);
  };

  function list(request: Call) {
    const ruleSet = ruleSetOf(request);
    const rules = ruleSet.content.rules.filter((rule) => rule.kind === kind);
    const dataSet = exact(request.query, 'external_data_set');
    const reference = exact(request.query, 'external_data_reference');
    const found = rules.filter(
      ({ body }) => dataSet(text(body['external_data_set'])) && reference(text(body['external_data_reference'])),
    );
    return collection(found, rules.length, render(request, ruleSet));
  }

  /** The rule set of a write, which the caller must be allowed to change. */
  function writable(request: Call): Versioned {
    requireDraft(request);
    const ruleSet = ruleSetOf(request);
    authoriseRuleSet(request.world, request.caller, ruleSet.content.body);
    return ruleSet;
  }

  function store(
    { world }: Call,
    { object, content }: Versioned,
    rules: readonly RuleRecord[],
    { ms, by }: Edit,
  ): void {
    const after: Content = { ...content, rules, updatedMs: ms, updatedBy: by };
    world.policies.edit(object, after);
  }

  function change(
    request: Call,
    ruleSet: Versioned,
    rule: RuleRecord,
    [before, after]: readonly [JsonObject | null, JsonObject | null],
  ): ResourceChange[] {
    const resource = { [SINGULAR[kind]]: { href: `${hrefIn(request, ruleSet)}/${kind}/${rule.id}` } };
    const changeType = before ? (after ? 'update' : 'delete') : 'create';
    return [{ resource, changeType, changes: after ? fieldChanges(before ?? {}, after) : {} }];
  }

  function create(request: Call) {
    const { world, body, audit } = request;
    const ruleSet = writable(request);
    const edit = editOf(request);
    const rule = newRule(world, kind, storedRule(world, kind, null, storable(world, checks.post(body))), edit);
    store(request, ruleSet, [...ruleSet.content.rules, rule], edit);
    audit(`${SINGULAR[kind]}.create`, change(request, ruleSet, rule, [null, rule.body]));
    return { status: 201, json: render(request, ruleSet)(rule) };
  }

  function update(request: Call) {
    const { world, body, audit } = request;
    const ruleSet = writable(request);
    const before = ruleOf(request, ruleSet);
    const edit = editOf(request);
    const after = editedRule(before, storedRule(world, kind, before.body, storable(world, checks.put(body))), edit);
    const rules = ruleSet.content.rules.map((rule) => (rule === before ? after : rule));
    store(request, ruleSet, rules, edit);
    audit(`${SINGULAR[kind]}.update`, change(request, ruleSet, after, [before.body, after.body]));
    return { status: 204 };
  }

  function remove(request: Call) {
    const ruleSet = writable(request);
    const rule = ruleOf(request, ruleSet);
    const edit = editOf(request);
    const rules = ruleSet.content.rules.flatMap((own) => (own === rule ? deletedRule(own, edit) : [own]));
    store(request, ruleSet, rules, edit);
    request.audit(`${SINGULAR[kind]}.delete`, change(request, ruleSet, rule, [rule.body, null]));
    return { status: 204 };
  }

  return [
    { method: 'GET', path, access: 'read', collection: true, schema: SCHEMA[kind], handle: list },
    {
      method: 'GET',
      path: `${path}/:id`,
      access: 'read',
      schema: SCHEMA[kind],
      handle(request) {
        const ruleSet = ruleSetOf(request);
        return { status: 200, json: render(request, ruleSet)(ruleOf(request, ruleSet)) };
      },
    },
    { method: 'POST', path, access: 'write', schema: SCHEMA[kind], handle: create },
    { method: 'PUT', path: `${path}/:id`, access: 'write', handle: update },
    { method: 'DELETE', path: `${path}/:id`, access: 'write', handle: remove },
  ];
}

/** Allow, deny and iptables rules (objects.md §8.3–8.6). */
export const ruleRoutesOfAllKinds: readonly Route<WorldState>[] = [
  ...ruleRoutes('sec_rules'),
  ...ruleRoutes('deny_rules'),
  ...ruleRoutes('ip_tables_rules'),
];
