import { ruleSetWidening, ruleWidening, ruleWords, type RefWords } from '../../changes/widening-rules.ts';
import { ipListWidening, labelGroupWidening, serviceWidening, type Uses } from '../../changes/widening.ts';
import { draftHref, type Href } from '../../core/href.ts';
import type { Actor, Rule, RuleSet } from '../../model/inventory.ts';
import type { PolicyObjects } from '../../model/policy/version.ts';

/** `high`: the draft lets through or takes away what the active policy decides; `medium`: worth a second look. */
export type Severity = 'high' | 'medium';

export interface Finding {
  readonly severity: Severity;
  /** What the object is called. */
  readonly object: string;
  readonly href: Href;
  readonly says: string;
  /** It lets more through than before. */
  readonly widens: boolean;
}

interface Pair<T> {
  readonly before: T | null;
  readonly after: T | null;
}

/** Objects of both versions by their draft href; one that is pending deletion is gone. */
function pairs<T extends { readonly href: Href; readonly updateType: string | null }>(
  active: readonly T[],
  draft: readonly T[],
): ReadonlyMap<Href, Pair<T>> {
  const found = new Map<Href, Pair<T>>();
  for (const object of active) found.set(draftHref(object.href), { before: object, after: null });
  for (const object of draft)
    if (object.updateType !== 'delete')
      found.set(object.href, { before: found.get(object.href)?.before ?? null, after: object });
  return found;
}

/** What of the pending objects deserves attention before it is provisioned, worst first (the grading of users.md §4.8). */
export function draftFindings(
  active: PolicyObjects,
  draft: PolicyObjects,
  chosen: ReadonlySet<string>,
  words: RefWords,
  /** All rules of the draft; those of `draft` unless told. */
  rules: readonly RuleSet[] = draft.ruleSets,
): readonly Finding[] {
  const uses = usesIn(rules);
  const graded = <T extends { readonly href: Href; readonly updateType: string | null; readonly name: string }>(
    old: readonly T[],
    now: readonly T[],
    widening: (before: T, after: T, uses: Uses) => readonly string[],
  ): readonly Finding[] =>
    [...pairs(old, now)].flatMap(([href, { before, after }]) =>
      chosen.has(href) && before !== null && after !== null
        ? widening(before, after, uses(href)).map((says) => ({
            // What no rule uses lets nothing through yet.
            severity: uses(href).rules > 0 ? 'high' : 'medium',
            object: after.name,
            href,
            says,
            widens: true,
          }))
        : [],
    );
  const findings: readonly Finding[] = [
    ...[...pairs(active.ruleSets.map(inDraft), draft.ruleSets.map(inDraft))].flatMap(([href, pair]) =>
      chosen.has(href) ? ruleSetFindings(href, pair, words) : [],
    ),
    ...graded(active.ipLists, draft.ipLists, ipListWidening),
    ...graded(active.services, draft.services, ({ name, ports }, after, used) =>
      serviceWidening(name, ports, after.ports, used),
    ),
    ...graded(active.labelGroups, draft.labelGroups, ({ name, labels }, after, used) =>
      labelGroupWidening(
        name,
        labels.map(({ key, value }) => `${key}=${value}`),
        after.labels.map(({ key, value }) => `${key}=${value}`),
        used,
      ),
    ),
  ];
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

/** A protection that goes weighs more than access that comes. */
const weight = ({ severity, says }: Finding): number =>
  (severity === 'medium' ? 2 : 0) + (/deny rule/.test(says) ? 0 : 1);

/** References of two versions compare by the object, not by the version they name. */
function inDraft(ruleSet: RuleSet): RuleSet {
  const actor = <T extends Actor>(one: T): T => ('href' in one ? { ...one, href: draftHref(one.href) } : one);
  return {
    ...ruleSet,
    scopes: ruleSet.scopes.map((scope) => scope.map(actor)),
    rules: ruleSet.rules.map((rule) => ({
      ...rule,
      providers: rule.providers.map(actor),
      consumers: rule.consumers.map(actor),
      services: rule.services.map((ref) => (ref.kind === 'service' ? { ...ref, href: draftHref(ref.href) } : ref)),
      egressServices: rule.egressServices.map((ref) =>
        ref.kind === 'service' ? { ...ref, href: draftHref(ref.href) } : ref,
      ),
    })),
  };
}

function ruleSetFindings(href: Href, { before, after }: Pair<RuleSet>, words: RefWords): readonly Finding[] {
  const object = after?.name ?? before?.name ?? href;
  const find = (severity: Severity, where: Href, says: string, widens = false): Finding => ({
    severity,
    object,
    href: where,
    says,
    widens,
  });
  const found = ruleSetWidening(before, after, words).map((says) => find('high', href, says, true));
  if (before?.enabled === true && after?.enabled === false)
    found.push(find('high', href, `the ruleset is disabled with ${before.rules.length} rules`));
  if (after === null) found.push(find('medium', href, 'the ruleset is removed'));
  for (const [rule, pair] of pairs(before?.rules ?? [], after?.rules ?? [])) {
    const says = ruleWidening(pair.before, pair.after, words);
    found.push(
      ...says.map((text) => find('high', rule, text, true)),
      ...ruleFindings(pair, words).map(([how, text]) => find(how, rule, text)),
    );
  }
  return found;
}

/** What widening does not tell: access that is taken away, and denies that nothing beats. */
function ruleFindings({ before, after }: Pair<Rule>, words: RefWords): readonly (readonly [Severity, string])[] {
  const rule = after ?? before;
  if (rule === null) return [];
  const said = ruleWords(rule, words);
  const wasOn = before?.enabled === true;
  const isOn = after?.enabled === true;
  if (rule.kind === 'allow' && wasOn && !isOn)
    return after === null
      ? [['medium', `an allow rule is removed (${said})`]]
      : [['high', `an allow rule is disabled (${said})`]];
  if (rule.kind !== 'allow' && isOn && !wasOn)
    return rule.kind === 'deny'
      ? [['medium', `a deny rule comes into force (${said})`]]
      : [['high', `an override deny comes into force, which no allow rule beats (${said})`]];
  return [];
}

function usesIn(ruleSets: readonly RuleSet[]): (href: Href) => Uses {
  const rules = ruleSets.flatMap((ruleSet) => ruleSet.rules);
  return (href) => {
    const using = rules.filter((rule) =>
      [...rule.providers, ...rule.consumers, ...rule.services].some(
        (ref) => 'href' in ref && draftHref(ref.href) === href,
      ),
    );
    return { rules: using.length, denyRules: using.filter(({ kind }) => kind !== 'allow').length };
  };
}
