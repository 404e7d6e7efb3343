import { Failure } from '../core/errors.ts';
import { printTerm, type Term } from '../core/expression.ts';
import type { JsonObject } from '../core/json.ts';
import type { ScopeEntry } from '../model/inventory.ts';
import { type ActorRef, actorsOf } from './refs-actors.ts';
import { readItem, type RefSource } from './refs.ts';

export interface ScopesRef {
  readonly scopes: readonly (readonly ScopeEntry[])[];
  readonly wire: readonly (readonly JsonObject[])[];
  /** One text per alternative; `all` for the scope without entries. */
  readonly words: readonly string[];
}

/**
 * The scopes of a ruleset: alternatives (OR) of entries (AND). `key=v1|v2` in one scope becomes two scopes, because a key stands
 * once in a scope (objects.md §8.2). An empty inner list is everything and must be written as such; an item that names nothing
 * fails the call.
 */
export async function resolveScopes(given: readonly (readonly string[])[], source: RefSource): Promise<ScopesRef> {
  if (given.length === 0)
    throw new Failure('invalid_arguments', {
      message: 'scopes is empty.',
      remedy: 'Give at least one scope, e.g. [["app=ordering","env=prod"]]; [[]] is everything.',
    });
  const alternatives = (await Promise.all(given.map((scope) => alternativesOf(scope, source)))).flat();
  return {
    scopes: alternatives.map((refs) => refs.map(entryOf)),
    wire: alternatives.map((refs) => refs.map(({ wire }) => wire)),
    words: alternatives.map((refs) => (refs.length === 0 ? 'all' : refs.map(({ words }) => words).join(' '))),
  };
}

async function alternativesOf(items: readonly string[], source: RefSource): Promise<readonly (readonly ActorRef[])[]> {
  let found: readonly (readonly ActorRef[])[] = [[]];
  const keys = new Set<string>();
  for (const { terms, excluded } of items.map(readItem)) {
    for (const term of terms) {
      if (term.kind === 'any') continue;
      const refs = await actorsOf(term, excluded, { side: 'providers', kind: 'allow', source });
      const [first] = refs;
      if (first === undefined || first.key === null) throw unfit(term);
      const included = !excluded && !(term.kind === 'label' && term.negated);
      if (included && keys.has(first.key)) throw twice(first.key);
      if (included) keys.add(first.key);
      const options = included ? refs.map((ref) => [ref]) : [refs];
      found = found.flatMap((scope) => options.map((option) => [...scope, ...option]));
    }
  }
  return found;
}

/** Only elements with a key get here, which are labels and groups. */
function entryOf({ actor, words }: ActorRef): ScopeEntry {
  if (actor.kind === 'label' || actor.kind === 'label_group') return actor;
  throw new Failure('internal', { detail: { words } });
}

const twice = (key: string): Failure =>
  new Failure('invalid_arguments', {
    message: `The key ${key} stands twice in one scope.`,
    remedy: `Write ${key}=one|other for either, or a label group.`,
  });

const unfit = (term: Term): Failure =>
  new Failure('invalid_arguments', {
    message: `A scope is made of labels and label groups, not of ${printTerm(term)}.`,
  });
