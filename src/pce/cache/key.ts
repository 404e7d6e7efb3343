import { isObject } from '../../core/json.ts';

/** The same text for the same question, whatever the order of its fields; absent and undefined are the same. */
export const canonicalKey = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
