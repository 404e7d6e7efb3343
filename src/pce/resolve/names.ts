import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import { nearMisses } from './near.ts';

/** The one item with exactly that name; throws `not_found` with near misses, or `ambiguous_name` with the hrefs. */
export function exactlyOne<T extends { readonly href: Href }>(
  what: string,
  name: string,
  items: readonly T[],
  namesOf: (item: T) => readonly (string | null)[],
): T {
  const exact = items.filter((item) => namesOf(item).includes(name));
  const [only] = exact;
  if (only === undefined)
    throw notFound(
      what,
      name,
      items.flatMap(namesOf).filter((known) => known !== null),
    );
  if (exact.length > 1)
    throw new Failure('ambiguous_name', {
      message: `There are ${exact.length} ${what}s named ${clip(name)}.`,
      data: { name, candidates: exact.slice(0, 25).map(({ href }) => href) },
    });
  return only;
}

export const notFound = (what: string, name: string, names: Iterable<string>): Failure =>
  new Failure('not_found', {
    message: `There is no ${what} named exactly ${clip(name)}.`,
    data: { name, candidates: nearMisses(name, names) },
  });

export const clip = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
