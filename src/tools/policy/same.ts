import type { Actor, RuleSet, ServiceRef } from '../../model/inventory.ts';

const bag = (values: readonly unknown[]): string =>
  values
    .map((value) => JSON.stringify(value))
    .toSorted()
    .join();

/** Whether two sides of a rule, or two lists of services, are the same but for order. */
export const sameRefs = (a: readonly (Actor | ServiceRef)[], b: readonly (Actor | ServiceRef)[]): boolean =>
  bag(a) === bag(b);

/** Whether two lists of scopes are the same but for order. */
export const sameScopes = (a: RuleSet['scopes'], b: RuleSet['scopes']): boolean => bag(a.map(bag)) === bag(b.map(bag));
