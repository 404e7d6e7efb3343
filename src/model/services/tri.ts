/** Three-valued truth: what cannot be known from a flow (a process, a user, a name) stays open instead of becoming a guess. */
export const NO = 0;
export const MAYBE = 1;
export const YES = 2;

export type Tri = typeof NO | typeof MAYBE | typeof YES;

export const and = (a: Tri, b: Tri): Tri => (a < b ? a : b);
export const or = (a: Tri, b: Tri): Tri => (a > b ? a : b);
export const not = (a: Tri): Tri => (a === NO ? YES : a === YES ? NO : MAYBE);
