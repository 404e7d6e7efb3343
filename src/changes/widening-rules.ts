import type { Href } from '../core/href.ts';
import type { Actor, Rule, RuleSet, ScopeEntry, ServiceRef } from '../model/inventory.ts';
import { ANY_IP_LIST } from './refs-actors.ts';
import { counted, few } from './widening.ts';

/** The part of a rule that decides what it lets through. */
export type RuleShape = Pick<
  Rule,
  'kind' | 'enabled' | 'providers' | 'consumers' | 'services' | 'egressServices' | 'unscopedConsumers'
>;

export type RuleSetShape = Pick<RuleSet, 'enabled' | 'scopes'> & { readonly rules: readonly RuleShape[] };

/** What references are called, and what of them decides how much they cover. */
export interface RefWords {
  readonly actor: (actor: Actor) => string;
  readonly service: (ref: ServiceRef) => string;
  readonly scope: (entries: readonly ScopeEntry[]) => string;
  /** The label key of a label or label group; null where unknown. */
  readonly keyOf: (href: Href) => string | null;
  /** Whether a service is every port of every protocol. */
  readonly isEveryService: (ref: ServiceRef) => boolean;
}

/** What lets more traffic through when a rule is made, changed or removed (`null`: it is not there). */
export function ruleWidening(before: RuleShape | null, after: RuleShape | null, words: RefWords): readonly string[] {
  const wasOn = before?.enabled === true;
  if ((before ?? after)?.kind === 'allow') {
    if (after === null || !after.enabled) return [];
    return wasOn && before !== null ? allowGrowth(before, after, words) : opening(before, after, words);
  }
  if (!wasOn || before === null) return [];
  const name = before.kind === 'deny' ? 'a deny rule' : 'an override deny rule';
  if (after === null) return [`${name} is removed (${ruleWords(before, words)})`];
  if (!after.enabled) return [`${name} is disabled (${ruleWords(before, words)})`];
  return denyShrinkage(name, before, after, words);
}

export const ruleWords = ({ consumers, providers, services }: RuleShape, { actor, service }: RefWords): string =>
  `${few(consumers.map(actor))} -> ${few(providers.map(actor))} on ${few(services.map(service))}`;

function opening(before: RuleShape | null, after: RuleShape, words: RefWords): readonly string[] {
  return [
    ...(before === null ? [] : [`an allow rule is enabled (${ruleWords(after, words)})`]),
    ...(isAnyToAny(after, words) ? ['an allow rule from any to any'] : []),
    ...(after.services.some(words.isEveryService)
      ? [`an allow rule on every service (${ruleWords(after, words)})`]
      : []),
    ...(after.unscopedConsumers ? [`an allow rule for sources outside the scope (${ruleWords(after, words)})`] : []),
  ];
}

const isAny = (side: readonly Actor[], { actor }: RefWords): boolean =>
  side.some((one) => one.kind === 'ams' || (one.kind === 'ip_list' && actor(one).includes(ANY_IP_LIST)));

const isAnyToAny = ({ consumers, providers }: RuleShape, words: RefWords): boolean =>
  isAny(consumers, words) && isAny(providers, words);

function allowGrowth(before: RuleShape, after: RuleShape, words: RefWords): readonly string[] {
  const egressLifted = before.egressServices.length > 0 && after.egressServices.length === 0;
  const grown = (side: 'sources' | 'destinations', growth: readonly Growth[]) =>
    growth.map(({ kind, what }) =>
      kind === 'member' ? `a rule's ${side} get ${what}` : `a rule's ${side} lose the condition ${what}`,
    );
  return [
    ...grown('sources', sideGrowth(before.consumers, after.consumers, words)),
    ...grown('destinations', sideGrowth(before.providers, after.providers, words)),
    ...(isAnyToAny(after, words) && !isAnyToAny(before, words) ? ['an allow rule from any to any'] : []),
    ...added(before.services, after.services, words).map((name) => `a rule gets the service ${name}`),
    ...(egressLifted ? ['a rule loses its limit to egress services'] : []),
    ...(after.unscopedConsumers && !before.unscopedConsumers ? ['a rule gets sources outside the scope'] : []),
  ];
}

/** What a deny rule loses is what it would gain if the change were the other way round. */
function denyShrinkage(name: string, before: RuleShape, after: RuleShape, words: RefWords): readonly string[] {
  const weaker = before.kind === 'override_deny' && after.kind === 'deny';
  const lost = (side: 'source' | 'destination', growth: readonly Growth[]) =>
    growth.map(({ kind, what }) =>
      kind === 'member'
        ? `${name} no longer blocks ${what} as ${side}`
        : `${name} blocks only ${side}s with ${what} from now on`,
    );
  return [
    ...(weaker ? [`an override deny becomes a deny that allow rules win over (${ruleWords(after, words)})`] : []),
    ...lost('source', sideGrowth(after.consumers, before.consumers, words)),
    ...lost('destination', sideGrowth(after.providers, before.providers, words)),
    ...added(after.services, before.services, words).map((service) => `${name} no longer blocks ${service}`),
    ...(before.unscopedConsumers && !after.unscopedConsumers
      ? [`${name} no longer blocks sources outside the scope`]
      : []),
  ];
}

/** `member`: others are matched besides; `condition`: one falls away. */
interface Growth {
  readonly kind: 'member' | 'condition';
  readonly what: string;
}

const idOf = (value: Actor | ServiceRef): string => JSON.stringify(value);

function added(before: readonly ServiceRef[], after: readonly ServiceRef[], words: RefWords): readonly string[] {
  if (before.some(words.isEveryService)) return [];
  const known = new Set(before.map(idOf));
  return after.filter((ref) => !known.has(idOf(ref))).map(words.service);
}

/**
 * What a side of a rule gains. Labels of one key are alternatives, of different keys conditions (objects.md §11.2): another
 * value of a key widens, and so does the last value of a key going away.
 */
function sideGrowth(before: readonly Actor[], after: readonly Actor[], words: RefWords): readonly Growth[] {
  const known = new Set(before.map(idOf));
  const everyWorkload = before.some(({ kind }) => kind === 'ams');
  const entities = after
    .filter((actor) => !isLabelled(actor) && !known.has(idOf(actor)))
    .filter(({ kind }) => !(everyWorkload && (kind === 'workload' || kind === 'label_dimension')))
    .map((actor) => member(words.actor(actor)));
  return everyWorkload
    ? entities
    : [...entities, ...labelGrowth(before.filter(isLabelled), after.filter(isLabelled), words)];
}

const isLabelled = (actor: Actor): actor is ScopeEntry => actor.kind === 'label' || actor.kind === 'label_group';

const member = (what: string): Growth => ({ kind: 'member', what });

function labelGrowth(before: readonly ScopeEntry[], after: readonly ScopeEntry[], words: RefWords): readonly Growth[] {
  if (after.length === 0) return [];
  if (before.length === 0) return [member(after.map(words.actor).join(' '))];
  const keyOf = ({ href }: ScopeEntry): string => words.keyOf(href) ?? href;
  const known = new Set(before.map(idOf));
  const kept = new Set(after.map(idOf));
  const included = (side: readonly ScopeEntry[]) => new Set(side.filter(({ exclusion }) => !exclusion).map(keyOf));
  const [limitedBefore, limitedAfter] = [included(before), included(after)];
  const gained = after.filter(
    (entry) =>
      !entry.exclusion &&
      !known.has(idOf(entry)) &&
      (limitedBefore.has(keyOf(entry)) || before.some(({ href, exclusion }) => exclusion && href === entry.href)),
  );
  const lost = before.filter((entry) => !kept.has(idOf(entry)) && !limitedAfter.has(keyOf(entry)));
  return [
    ...(gained.length > 0 ? [member(few(gained.map(words.actor)))] : []),
    ...(lost.length > 0 ? [{ kind: 'condition' as const, what: few(lost.map(words.actor)) }] : []),
  ];
}

/** What lets more traffic through when a ruleset is made, changed or removed, its rules as they stand. */
export function ruleSetWidening(
  before: RuleSetShape | null,
  after: RuleSetShape | null,
  words: RefWords,
): readonly string[] {
  const denies = (before?.rules ?? []).filter(({ kind, enabled }) => kind !== 'allow' && enabled).length;
  if (after === null || (before?.enabled === true && !after.enabled)) {
    const what = after === null ? 'removed' : 'disabled';
    return before?.enabled === true && denies > 0
      ? [`with the ruleset, ${counted(denies, 'deny rule')} ${denies === 1 ? 'is' : 'are'} ${what}`]
      : [];
  }
  if (before === null) return [...scopeGrowth(null, after.scopes, words), ...openings(after.rules, words)];
  const allows = before.rules.filter(({ kind, enabled }) => kind === 'allow' && enabled).length;
  const lost = uncovered(before.scopes, after.scopes);
  return [
    ...(!before.enabled && after.enabled && allows > 0
      ? [`with the ruleset, ${counted(allows, 'allow rule')} ${allows === 1 ? 'is' : 'are'} enabled`]
      : []),
    ...scopeGrowth(before.scopes, after.scopes, words),
    ...(lost.length > 0 && denies > 0
      ? [`no longer covered by ${counted(denies, 'deny rule')}: ${few(lost.map(words.scope))}`]
      : []),
  ];
}

/** The rules of a new ruleset by what is wide about them: a hundred of a kind are one sentence. */
function openings(rules: readonly RuleShape[], words: RefWords): readonly string[] {
  const allows = rules.filter(({ kind, enabled }) => kind === 'allow' && enabled);
  const kinds = [
    ['from any to any', allows.filter((rule) => isAnyToAny(rule, words))],
    ['on every service', allows.filter(({ services }) => services.some(words.isEveryService))],
    ['for sources outside the scope', allows.filter(({ unscopedConsumers }) => unscopedConsumers)],
  ] as const;
  return kinds
    .filter(([, wide]) => wide.length > 0)
    .map(
      ([what, wide]) =>
        `${counted(wide.length, 'allow rule')} ${what} (${few(
          wide.map((rule) => ruleWords(rule, words)),
          '; ',
        )})`,
    );
}

type Scopes = RuleSet['scopes'];

function scopeGrowth(before: Scopes | null, after: Scopes, words: RefWords): readonly string[] {
  const grown = before === null ? everything(after).filter((scope) => scope.length === 0) : uncovered(after, before);
  return grown.map((scope) => {
    if (scope.length === 0) return `the scope is everything`;
    const was = before?.find((old) => scope.every((entry) => old.some((other) => idOf(other) === idOf(entry))));
    if (was === undefined) return `the scope gets the alternative ${words.scope(scope)}`;
    const lost = was.filter((entry) => !scope.some((other) => idOf(other) === idOf(entry)));
    return `the scope ${words.scope(was)} loses ${words.scope(lost)}`;
  });
}

/** `[]` means the same as `[[]]` (objects.md §8.2). */
const everything = (scopes: Scopes): Scopes => (scopes.length === 0 ? [[]] : scopes);

/** Alternatives that lie in none of the others: one lies in another that has none but its entries. */
const uncovered = (scopes: Scopes, others: Scopes): Scopes =>
  everything(scopes).filter(
    (scope) =>
      !everything(others).some((other) =>
        other.every((entry) => scope.some((candidate) => idOf(candidate) === idOf(entry))),
      ),
  );
