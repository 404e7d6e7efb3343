import { type Use, whereUsed } from '../../analysis/where-used.ts';
import type { Rule, RuleSet } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, oneOf, text, texts } from '../fields.ts';
import { byNameThenHref, capped, plural } from '../listing.ts';
import { protocolArgument } from '../protocols.ts';
import { defineTool } from '../tool.ts';
import { actorFilter } from './find-rules-actor.ts';
import { usedObject } from './find-rules-object.ts';
import { coversPort } from './find-rules-service.ts';
import { type PolicyNames, policyNames } from './names.ts';
import { ruleRow } from './rule-row.ts';

interface FoundRow {
  readonly href: string;
  readonly kind: string;
  readonly ruleset: string;
  readonly enabled?: boolean;
  readonly description?: string;
  readonly scopes?: readonly string[];
  readonly consumers?: readonly string[];
  readonly providers?: readonly string[];
  readonly services?: readonly string[];
  readonly used_as?: readonly string[];
  readonly update_type?: string;
}

export default defineTool({
  name: 'find-rules',
  title: 'Find rules and where an object is used',
  description:
    'Finds rules by who they name, service, port, text or state, and every use of an object (used). Not for whether a flow is allowed: explain-flow.',
  toolset: 'policy',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      actor: described(text, 'Named by the rule: app=a env=b, iplist:N, IP'),
      service: described(text, 'Exact service name'),
      port: described({ ...integer, minimum: 0, maximum: 65_535 }, 'Also in ranges and services'),
      proto: described(text, 'tcp, udp, icmp or IANA number'),
      text: described(text, 'In description or ruleset name'),
      state: described(oneOf('enabled', 'disabled', 'pending'), 'pending: not provisioned'),
      rule_type: oneOf('allow', 'deny', 'override_deny'),
      ruleset_name: described(text, 'Exact'),
      used: described(text, 'Where is it used: href, key=value, name'),
      policy: described(oneOf('draft', 'active'), 'Policy version (default draft)'),
      max_results: described({ ...integer, minimum: 1 }, 'List at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      kind: text,
      ruleset: text,
      enabled: flag,
      description: text,
      scopes: texts,
      consumers: texts,
      providers: texts,
      services: texts,
      used_as: texts,
      update_type: text,
    },
    { total_count: integer, rules_by_type: counts, rulesets: integer, other_places: integer, policy: text },
  ),
  example: { actor: 'app=ordering', port: 443, state: 'enabled' },
  columns: [
    { header: 'kind', value: (row: FoundRow) => row.kind },
    { header: 'ruleset', value: (row: FoundRow) => row.ruleset },
    { header: 'scopes', value: (row: FoundRow) => row.scopes?.join(' or ') },
    { header: 'sources', value: (row: FoundRow) => row.consumers?.join(', ') },
    { header: 'destinations', value: (row: FoundRow) => row.providers?.join(', ') },
    { header: 'services', value: (row: FoundRow) => row.services?.join(', ') },
    { header: 'enabled', value: (row: FoundRow) => row.enabled },
    { header: 'named as', value: (row: FoundRow) => row.used_as?.join(', ') },
    { header: 'pending', value: (row: FoundRow) => row.update_type },
    { header: 'description', value: (row: FoundRow) => row.description },
    { header: 'href', value: (row: FoundRow) => row.href },
  ],

  async run(args, { pce, signal }) {
    const { policy = 'draft', port, state, rule_type: kind, ruleset_name: ruleSetName, max_results: maxResults } = args;
    const options = { signal };
    const [listing, groups, services] = await Promise.all([
      pce.ruleSets(policy, {}, options),
      pce.labelGroups(policy, {}, options),
      pce.services(policy, {}, options),
    ]);
    const wanted = { port, proto: args.proto === undefined ? undefined : protocolArgument(args.proto) };
    const service = args.service === undefined ? null : await pce.resolve.service(args.service, policy, options);
    const only = ruleSetName === undefined ? null : await pce.resolve.ruleSet(ruleSetName, policy, options);
    const named = args.actor === undefined ? null : await actorFilter(args.actor, policy, pce, options);
    const object = args.used === undefined ? null : await usedObject(args.used, { pce, version: policy, options });
    const uses = object === null ? [] : whereUsed(object.href, { ruleSets: listing.items, labelGroups: groups.items });
    const usesOfRule = Map.groupBy(uses, ({ href }) => href);
    const byHref = new Map(services.items.map((item) => [item.href, item]));
    const needle = args.text?.toLowerCase();

    const keeps = (rule: Rule, ruleSet: RuleSet): boolean =>
      (kind === undefined || rule.kind === kind) &&
      (state === undefined || isIn(state, rule, ruleSet)) &&
      (object === null || usesOfRule.has(rule.href)) &&
      (service === null ||
        rule.services.concat(rule.egressServices).some((ref) => ref.kind === 'service' && ref.href === service.href)) &&
      ((port === undefined && wanted.proto === undefined) || coversPort(rule, wanted, byHref)) &&
      (needle === undefined || `${rule.description ?? ''}\n${ruleSet.name}`.toLowerCase().includes(needle)) &&
      (named === null || named(rule, ruleSet).length > 0);

    const ruleSets = listing.items
      .filter(({ href }) => only === null || href === only.href)
      .toSorted(byNameThenHref((ruleSet) => ruleSet.name));
    const found = ruleSets.flatMap((ruleSet) =>
      ruleSet.rules.filter((rule) => keeps(rule, ruleSet)).map((rule) => ({ rule, ruleSet })),
    );
    const narrowed = [kind, state, service, port, args.proto, needle, named].some(
      (one) => one !== undefined && one !== null,
    );
    const elsewhere = narrowed
      ? []
      : uses.filter((use) => use.kind !== 'rule' && (only === null || use.href === only.href));
    const { shown, coverage } = capped(listing, [...elsewhere, ...found], maxResults);
    const names = await policyNames(pce, policy, ruleSets, options);
    const byType = {
      allow: found.filter(({ rule }) => rule.kind === 'allow').length,
      deny: found.filter(({ rule }) => rule.kind === 'deny').length,
      override_deny: found.filter(({ rule }) => rule.kind === 'override_deny').length,
    };
    const inRuleSets = new Set(found.map(({ ruleSet }) => ruleSet.href)).size;
    const rules = `${plural(found.length, 'rule')} in ${plural(inRuleSets, 'ruleset')} of the ${policy} policy`;
    return {
      answer:
        object === null
          ? `${rules}: ${byType.allow} allow, ${byType.deny} deny, ${byType.override_deny} override deny.`
          : `${object.name} is used by ${rules} and in ${plural(elsewhere.length, 'other place')} (scopes, label groups).`,
      items: shown.map((one) =>
        'rule' in one
          ? foundRow(one.rule, one.ruleSet, names, [
              ...(usesOfRule.get(one.rule.href) ?? []).map(({ as }) => as),
              ...(named?.(one.rule, one.ruleSet) ?? []),
            ])
          : useRow(one),
      ),
      totals: {
        total_count: elsewhere.length + found.length,
        rules_by_type: byType,
        rulesets: inRuleSets,
        other_places: elsewhere.length,
        policy,
      },
      coverage:
        object === null
          ? coverage
          : { ...coverage, gaps: [...coverage.gaps, 'virtual services and enforcement boundaries were not looked at'] },
    };
  },
});

const isIn = (state: 'enabled' | 'disabled' | 'pending', rule: Rule, ruleSet: RuleSet): boolean =>
  state === 'pending' ? rule.updateType !== null : (rule.enabled && ruleSet.enabled) === (state === 'enabled');

function foundRow(rule: Rule, ruleSet: RuleSet, names: PolicyNames, usedAs: readonly string[]): FoundRow {
  const row = ruleRow(rule, names);
  const egress = (row.egress_services ?? []).map((service) => `egress ${service}`);
  return {
    href: row.href,
    kind: row.rule_type,
    ruleset: ruleSet.name,
    enabled: rule.enabled && ruleSet.enabled,
    ...(row.description !== undefined && { description: row.description }),
    scopes: ruleSet.scopes.map(names.scope),
    consumers: row.unscoped_consumers === true ? row.consumers.map((one) => `${one} (any scope)`) : row.consumers,
    providers: row.providers,
    services: [...row.ingress_services, ...egress],
    ...(usedAs.length > 0 && { used_as: usedAs }),
    ...(row.update_type !== undefined && { update_type: row.update_type }),
  };
}

const useRow = ({ kind, href, name, as }: Use): FoundRow => ({ href, kind, ruleset: name, used_as: [as] });
