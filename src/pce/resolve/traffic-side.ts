import { Failure } from '../../core/errors.ts';
import { printTerm, type Term } from '../../core/expression.ts';
import { type Href, typeOf } from '../../core/href.ts';
import type { DestinationActor, TrafficActor } from '../traffic/query.ts';
import type { ReadOptions, TrafficItems } from '../view.ts';
import { product, readExpression } from './alternatives.ts';
import { findVersioned, labelBook, type Source, unlimited } from './lookup.ts';
import { clip, notFound } from './names.ts';

/** One side of a traffic query, its names resolved. */
export interface TrafficSide<Actor> {
  readonly include: readonly (readonly Actor[])[];
  readonly exclude: readonly Actor[];
}

type TermFinder = (term: Term) => Promise<readonly DestinationActor[]>;

/**
 * Items of a traffic filter as actors (traffic.md §2.5). Nothing is ever dropped: one term that names nothing fails the whole side, with
 * every such term and its candidates.
 */
export async function trafficSide(
  source: Source,
  include: TrafficItems,
  exclude: readonly string[],
  find: { readonly workload: (name: string) => Promise<{ readonly href: Href }> },
  options: ReadOptions,
): Promise<TrafficSide<DestinationActor>> {
  const actors = actorFinder(source, find.workload, options);
  const unresolved: unknown[] = [];
  const lookUp: TermFinder = async (term) => {
    try {
      return await actors(term);
    } catch (error) {
      if (!isMiss(error)) throw error;
      unresolved.push({ filter: printTerm(term), message: error.message, ...error.data });
      return [];
    }
  };
  // A block without conditions is any, as on the wire.
  const blocks = blocksOf(include).map((block) => (block.length === 0 ? [] : readExpression(block).terms));
  const side = {
    include: (await inTurn(blocks, (terms) => alternatives(terms, lookUp))).flat(),
    exclude: [
      ...(await inTurn(exclusionsOf(blocks), lookUp)).flat(),
      ...(await inTurn(exclude, (item) => exclusions(item, lookUp))).flat(),
    ],
  };
  if (unresolved.length > 0) throw unresolvedFilter(unresolved);
  return side;
}

/** A flat list is one AND block, a list of lists OR of AND blocks; mixed, each text is a block of its own. */
function blocksOf(items: TrafficItems): readonly (readonly string[])[] {
  if (items.length === 0) return [];
  const texts = items.filter((item) => typeof item === 'string');
  if (texts.length === items.length) return [texts];
  return items.map((item) => (typeof item === 'string' ? [item] : item));
}

async function alternatives(
  terms: readonly Term[],
  lookUp: TermFinder,
): Promise<readonly (readonly DestinationActor[])[]> {
  const positive = terms.filter((term) => term.kind !== 'any' && !isNegated(term));
  const parts = await inTurn(positive, lookUp);
  // A part that could not be resolved is empty; the failure follows, so that its block need not be right.
  return parts.some((part) => part.length === 0) ? [] : product(parts);
}

const isNegated = (term: Term): boolean => term.kind === 'label' && term.negated;

/** `key!=value` of the blocks. The PCE's exclusions hold for the whole side, so several blocks must agree on them. */
function exclusionsOf(blocks: readonly (readonly Term[])[]): readonly Term[] {
  const negated = blocks.map((terms) => terms.filter(isNegated));
  const [first = [], ...others] = negated;
  const spelled = (terms: readonly Term[]): string => terms.map(printTerm).toSorted().join(' ');
  if (others.some((terms) => spelled(terms) !== spelled(first)))
    throw new Failure('invalid_expression', {
      message:
        'The PCE excludes from all alternatives or from none: give the same != terms in each, or ask one by one.',
    });
  return first;
}

/** An item of an exclusion list: any one of its actors drops a flow, so an AND cannot be said. */
async function exclusions(item: string, lookUp: TermFinder): Promise<readonly DestinationActor[]> {
  const [term, ...more] = readExpression(item).terms;
  if (term === undefined || more.length > 0 || term.kind === 'any' || isNegated(term))
    throw new Failure('invalid_expression', {
      message: `An exclusion is one plain term, and each is excluded by itself: ${clip(item)}`,
      data: { example: 'env=dev|test' },
    });
  return lookUp(term);
}

function actorFinder(
  source: Source,
  findWorkload: (name: string) => Promise<{ readonly href: Href }>,
  options: ReadOptions,
): TermFinder {
  return async (term) => {
    switch (term.kind) {
      case 'label': {
        const book = await labelBook(source, options);
        return term.values.map((value) => ({ label: book.find(term.key, value).href }));
      }
      case 'group':
        return [{ labelGroup: (await activeGroup(source, term.name, options)).href }];
      case 'iplist':
        return [{ ipList: (await activeIpList(source, term.name, options)).href }];
      case 'workload':
        return [{ workload: (await findWorkload(term.name)).href }];
      case 'address':
        return [{ ipAddress: term.address }];
      case 'fqdn':
        return [{ fqdn: term.fqdn }];
      case 'ams':
        return [{ actors: 'ams' }];
      case 'href':
        return [await actorOfHref(source, term.href, options)];
      default:
        return [];
    }
  };
}

const activeGroup = (source: Source, name: string, options: ReadOptions) =>
  findVersioned('label group', name, 'active', (version) => source.labelGroups(version, {}, unlimited(options)));

const activeIpList = (source: Source, name: string, options: ReadOptions) =>
  findVersioned('IP list', name, 'active', (version) => source.ipLists(version, {}, unlimited(options)));

async function actorOfHref(source: Source, href: Href, options: ReadOptions): Promise<TrafficActor> {
  const version = href.includes('/sec_policy/active/') ? 'active' : 'draft';
  const among = async (list: Promise<{ readonly items: readonly { readonly href: Href }[] }>): Promise<void> => {
    if (!(await list).items.some((item) => item.href === href)) throw notFound(`object`, href, []);
  };
  switch (typeOf(href)) {
    case 'labels':
      if ((await labelBook(source, options)).byHref(href) === undefined) throw notFound('label', href, []);
      return { label: href };
    case 'label_groups':
      await among(source.labelGroups(version, {}, unlimited(options)));
      return { labelGroup: href };
    case 'ip_lists':
      await among(source.ipLists(version, {}, unlimited(options)));
      return { ipList: href };
    case 'workloads':
      return { workload: href };
    default:
      throw new Failure('invalid_expression', {
        message: `Traffic can be asked for by label, label group, IP list or workload, not by ${clip(href)}.`,
      });
  }
}

const isMiss = (error: unknown): error is Failure =>
  error instanceof Failure && ['label_not_found', 'not_found', 'ambiguous_name'].includes(error.code);

function unresolvedFilter(unresolved: readonly unknown[]): Failure {
  const count = unresolved.length === 1 ? 'One filter names' : `${unresolved.length} filters name`;
  return new Failure('unresolved_label_filter', {
    message: `${count} something that does not exist; nothing was sent.`,
    data: { unresolved },
  });
}

async function inTurn<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}
