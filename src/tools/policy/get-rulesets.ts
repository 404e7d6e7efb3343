import type { Rule, RuleSet } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, oneOf, text, texts } from '../fields.ts';
import { labelFilter } from '../label-argument.ts';
import { byNameThenHref, capped, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { type PolicyNames, policyNames } from './names.ts';
import { type Piece, pieces } from './pieces.ts';
import { type RuleRow, ruleLine, ruleRow } from './rule-row.ts';

// About a page of text: a larger ruleset spans several rows.
const RULES_PER_ROW = 20;

interface RuleSetRow {
  readonly href: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly description?: string;
  readonly update_type?: string;
  readonly scopes: readonly string[];
  readonly rule_count: number;
  readonly part?: string;
  readonly rules: readonly RuleRow[];
}

const rule = {
  type: 'object',
  properties: {
    rule_type: text,
    href: text,
    enabled: flag,
    description: text,
    consumers: texts,
    providers: texts,
    ingress_services: texts,
    egress_services: texts,
    unscoped_consumers: flag,
    resolve_labels_as: text,
    conditions: texts,
    update_type: text,
  },
} as const;

export default defineTool({
  name: 'get-rulesets',
  title: 'List rulesets and their rules',
  description:
    'Lists rulesets with scopes and every rule (allow, deny, override deny), names resolved, hrefs for changes; draft unless told. Not for whether a flow is allowed.',
  toolset: 'policy',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      description: described(text, 'Part of the description'),
      enabled: described(flag, 'Only enabled or only disabled ones'),
      labels: described(text, 'In scopes: app=ordering env=prod, or hrefs'),
      policy: described(oneOf('draft', 'active'), 'Policy version (default draft)'),
      max_results: described({ ...integer, minimum: 1 }, 'List at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      enabled: flag,
      description: text,
      update_type: text,
      scopes: texts,
      rule_count: integer,
      part: text,
      rules: { type: 'array', items: rule },
    },
    { total_count: integer, rule_count: integer, rules_by_type: counts, disabled_rules: integer, policy: text },
  ),
  example: { name: 'ordering', enabled: true },
  columns: [
    { header: 'ruleset', value: (row: RuleSetRow) => row.name },
    { header: 'enabled', value: (row: RuleSetRow) => row.enabled },
    { header: 'scopes', value: (row: RuleSetRow) => row.scopes.join(', ') },
    { header: 'pending', value: (row: RuleSetRow) => row.update_type },
    { header: 'description', value: (row: RuleSetRow) => row.description },
    { header: 'href', value: (row: RuleSetRow) => row.href },
    { header: 'rules', value: (row: RuleSetRow) => row.rule_count },
    { header: 'part', value: (row: RuleSetRow) => row.part },
    { header: 'each rule: sources -> destinations on services', value: (row: RuleSetRow) => row.rules.map(ruleLine) },
  ],

  async run(
    { name, description, enabled, labels, policy = 'draft', max_results: maxResults },
    { pce, signal, progress },
  ) {
    const filter = { name, description, labels: await labelFilter(labels, pce.resolve, { signal }) };
    const listing = await pce.ruleSets(policy, filter, {
      signal,
      onProgress: (read, total) => progress('Reading rulesets', read, total ?? undefined),
    });
    const ruleSets = listing.items
      .filter((ruleSet) => enabled === undefined || ruleSet.enabled === enabled)
      .sort(byNameThenHref((ruleSet) => ruleSet.name));
    const { shown, coverage } = capped(listing, ruleSets, maxResults);
    const names = await policyNames(pce, policy, shown, { signal });
    const rules = ruleSets.flatMap((ruleSet) => ruleSet.rules);
    const byType = {
      allow: rules.filter(({ kind }) => kind === 'allow').length,
      deny: rules.filter(({ kind }) => kind === 'deny').length,
      override_deny: rules.filter(({ kind }) => kind === 'override_deny').length,
    };
    const disabled = rules.filter((rule) => !rule.enabled).length;
    return {
      answer:
        ruleSets.length === 0
          ? `No ruleset matches in the ${policy} policy.`
          : `${plural(ruleSets.length, 'ruleset')} with ${plural(rules.length, 'rule')} in the ${policy} policy: ` +
            `${byType.allow} allow, ${byType.deny} deny, ${byType.override_deny} override deny; ${disabled} disabled.`,
      items: shown.flatMap((ruleSet) =>
        pieces(ruleSet.rules, RULES_PER_ROW).map((piece) => row(ruleSet, piece, names)),
      ),
      totals: {
        total_count: ruleSets.length,
        rule_count: rules.length,
        rules_by_type: byType,
        disabled_rules: disabled,
        policy,
      },
      coverage,
    };
  },
});

const row = (ruleSet: RuleSet, { part, members }: Piece<Rule>, names: PolicyNames): RuleSetRow => ({
  href: ruleSet.href,
  name: ruleSet.name,
  enabled: ruleSet.enabled,
  ...present({
    description: ruleSet.description === '' ? null : ruleSet.description,
    update_type: ruleSet.updateType,
  }),
  scopes: ruleSet.scopes.map(names.scope),
  rule_count: ruleSet.rules.length,
  ...present({ part }),
  rules: members.map((member) => ruleRow(member, names)),
});
