import { Failure } from '../../core/errors.ts';
import { draftHref, type Href, typeOf } from '../../core/href.ts';
import { parseExpression, type Term } from '../../core/expression.ts';
import { parseSpan } from '../../model/addresses/address.ts';
import { setOfRanges, setOfSpans } from '../../model/addresses/set.ts';
import { fqdnMatcher } from '../../model/addresses/fqdn.ts';
import type { Actor, IpList, LabelGroup, Rule, RuleSet } from '../../model/inventory.ts';
import type { PceView, PolicyVersion, ReadOptions } from '../../pce/view.ts';
import { flattenGroup } from '../../pce/resolve/lookup.ts';

/** Where a rule names somebody: `source`, `destination`, `scope`; empty: nowhere, or not all that was asked for. */
export type NamesActor = (rule: Rule, ruleSet: RuleSet) => readonly string[];

type Matches = (actor: Actor) => boolean;

/**
 * Which rules name somebody: every term of the expression must be named on one side or in the scope. A label counts also through
 * a label group that has it, an address through an IP list that holds it. What a rule excludes is named only by `key!=value`.
 */
export async function actorFilter(
  expression: string,
  version: PolicyVersion,
  pce: PceView,
  options: ReadOptions,
): Promise<NamesActor> {
  const { terms } = parseExpression(expression);
  const groups = (await pce.labelGroups(version, {}, options)).items;
  const tests: Matches[] = [];
  for (const term of terms) tests.push(await matcher(term, { groups, version, pce, options }));
  return (rule, ruleSet) => {
    const places = [
      ['source', rule.consumers],
      ['destination', rule.providers],
      ['scope', ruleSet.scopes.flat()],
    ] as const;
    const found = tests.map((matches) => places.filter(([, actors]) => actors.some(matches)).map(([place]) => place));
    return found.some((where) => where.length === 0) ? [] : [...new Set(found.flat())];
  };
}

interface Place {
  readonly groups: readonly LabelGroup[];
  readonly version: PolicyVersion;
  readonly pce: PceView;
  readonly options: ReadOptions;
}

async function matcher(term: Term, { groups, version, pce, options }: Place): Promise<Matches> {
  const { resolve } = pce;
  switch (term.kind) {
    case 'label': {
      const labels = await Promise.all(term.values.map((value) => resolve.label(term.key, value, options)));
      return labelMatcher(
        labels.map(({ href }) => href),
        groups,
        term.negated,
      );
    }
    case 'group':
      return refersTo((await resolve.labelGroup(term.name, version, options)).href);
    case 'iplist':
      return refersTo((await resolve.ipList(term.name, version, options)).href);
    case 'workload':
      return refersTo((await resolve.workload(term.name, options)).href);
    case 'href':
      return hrefMatcher(draftHref(term.href), { groups, version, pce, options });
    case 'ams':
      return ({ kind }) => kind === 'ams';
    case 'any':
      return () => true;
    default: {
      const lists = (await pce.ipLists(version, {}, options)).items.filter((list) => holds(list, term));
      const hrefs = new Set(lists.map(({ href }) => href));
      return (actor) => actor.kind === 'ip_list' && hrefs.has(actor.href);
    }
  }
}

/** An href nothing is known of is a mistake, not somebody no rule names. */
async function hrefMatcher(href: Href, { groups, version, pce, options }: Place): Promise<Matches> {
  const type = typeOf(href);
  if (type === 'labels') return labelMatcher((await pce.resolve.labelFilter([href], options)).flat(), groups, false);
  const known =
    type === 'label_groups' ? groups : type === 'ip_lists' ? (await pce.ipLists(version, {}, options)).items : null;
  if (known !== null && !known.some((item) => draftHref(item.href) === href))
    throw new Failure('not_found', { message: `There is no object ${href}.` });
  return refersTo(href);
}

const refersTo =
  (href: Href): Matches =>
  (actor) =>
    'href' in actor && draftHref(actor.href) === draftHref(href);

function labelMatcher(labels: readonly Href[], groups: readonly LabelGroup[], negated: boolean): Matches {
  const wanted = new Set(labels);
  const holding = groups.filter((group) => flattenGroup(group, groups).some((label) => wanted.has(label)));
  const hrefs = new Set([...labels, ...holding.map(({ href }) => href)]);
  return (actor) =>
    (actor.kind === 'label' || actor.kind === 'label_group') && actor.exclusion === negated && hrefs.has(actor.href);
}

function holds(list: IpList, term: Extract<Term, { readonly kind: 'address' | 'fqdn' }>): boolean {
  if (term.kind === 'fqdn')
    return list.fqdns.some((pattern) => pattern === term.fqdn || fqdnMatcher(pattern)(term.fqdn));
  const span = parseSpan(term.address);
  if (span === null) return false;
  const set = setOfRanges(list.ranges);
  const spans = [
    ...set.v4.map((one) => ({ family: 4 as const, ...one })),
    ...set.v6.map((one) => ({ family: 6 as const, ...one })),
  ];
  const outside = setOfSpans([span], spans);
  return outside.v4.length === 0 && outside.v6.length === 0;
}
