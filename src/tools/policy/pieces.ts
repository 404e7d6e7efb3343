/** A slice of an object too large for one row: which of how many. */
export interface Piece<Member> {
  readonly members: readonly Member[];
  /** `2 of 21`; absent when one row holds everything. */
  readonly part?: string;
}

/**
 * The members of an object in slices of at most `size`, at least one. A ruleset of 500 rules would burst any answer as one row; as
 * several rows it is paged like everything else and nothing is left out.
 */
export function pieces<Member>(members: readonly Member[], size: number): readonly Piece<Member>[] {
  const count = Math.max(1, Math.ceil(members.length / size));
  return Array.from({ length: count }, (_, index) => ({
    members: members.slice(index * size, (index + 1) * size),
    ...(count === 1 ? {} : { part: `${index + 1} of ${count}` }),
  }));
}
