import type { Href } from '../../core/href.ts';
import type { PceView } from '../../pce/view.ts';
import { policyNames } from '../policy/names.ts';
import { ruleLine, ruleRow } from '../policy/rule-row.ts';
import type { ReadPolicy } from './policy-reading.ts';

/** A rule that decided something, for people. */
export interface RuleWords {
  readonly href: Href;
  readonly rule_set: string;
  /** `allow role=web -> role=db on 5432/tcp /orgs/… (disabled)`. */
  readonly text: string;
}

/** Words for rules of a policy by their hrefs: ruleset and rule in one line; an enforcement boundary by its name. */
export async function ruleWords(
  { version, source, ruleSets }: ReadPolicy,
  wanted: Iterable<Href>,
  { pce, signal }: { readonly pce: PceView; readonly signal: AbortSignal },
): Promise<ReadonlyMap<Href, RuleWords>> {
  const hrefs = new Set(wanted);
  const words = new Map<Href, RuleWords>();
  if (hrefs.size === 0) return words;
  const naming = ruleSets
    .map((ruleSet) => ({ ...ruleSet, rules: ruleSet.rules.filter(({ href }) => hrefs.has(href)) }))
    .filter(({ rules }) => rules.length > 0);
  const names = await policyNames(pce, version, naming, { signal });
  for (const { name, rules } of naming)
    for (const rule of rules)
      words.set(rule.href, { href: rule.href, rule_set: name, text: `${name}: ${ruleLine(ruleRow(rule, names))}` });
  for (const { href, name } of source.boundaries)
    if (hrefs.has(href)) words.set(href, { href, rule_set: name, text: `enforcement boundary ${name} ${href}` });
  return words;
}
