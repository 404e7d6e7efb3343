/**
 * Remembers what was made of a listing for as long as the client keeps that listing: the pages of a cursor share one sorting instead of
 * each doing it again. The result must depend on the listing and `key` alone.
 */
export function perListing<Item, Result>(): (
  items: readonly Item[],
  key: string,
  make: (items: readonly Item[]) => Result,
) => Result {
  const made = new WeakMap<readonly Item[], Map<string, Result>>();
  return (items, key, make) => {
    const results = made.get(items) ?? new Map<string, Result>();
    made.set(items, results);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = make(items);
    results.set(key, result);
    return result;
  };
}
