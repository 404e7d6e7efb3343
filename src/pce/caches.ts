import type { RuleSet } from '../model/inventory.ts';
import { type Cache, createCache } from './cache/cache.ts';
import type { PceHttp } from './http/http.ts';
import type { Listing } from './view.ts';

const REFERENCE_TTL_MS = 30_000;
const LISTING_TTL_MS = 60_000;
/** Rows of all listings of a kind together; about 300 MB at worst. */
const MAX_ROWS = 150_000;

/** Listings by what was asked for. The key must name resource, version and filter; PCE, org and identity are the connection's. */
export interface Caches {
  /** Labels, label groups, IP lists, services: read by nearly every call, so that names can be resolved. */
  readonly reference: ListingCache;
  /** Workloads, VENs, rulesets: kept so that the next page of a cursor does not read the PCE again. */
  readonly listings: ListingCache;
  /** After a write, whatever it was: everything may have changed. */
  readonly clear: () => void;
  /** How many writes this connection has seen. */
  readonly writes: () => number;
}

/** One cache for listings of any kind; the key tells which, so the type is the caller's to name. */
export interface ListingCache {
  get<T>(key: string, load: (signal: AbortSignal) => Promise<Listing<T>>, signal?: AbortSignal): Promise<Listing<T>>;
}

/** Caches of one connection; they forget everything after each of its writes. */
export function createCaches({ clock, onWrite }: Pick<PceHttp, 'clock' | 'onWrite'>): Caches {
  const options = { clock, capacity: MAX_ROWS, weigh };
  const reference = createCache<Listing<unknown>>({ ...options, ttlMs: REFERENCE_TTL_MS });
  const listings = createCache<Listing<unknown>>({ ...options, ttlMs: LISTING_TTL_MS });
  const clear = (): void => {
    reference.clear();
    listings.clear();
  };
  let writes = 0;
  onWrite(() => {
    writes += 1;
    clear();
  });
  return { reference: listingCache(reference), listings: listingCache(listings), clear, writes: () => writes };
}

const listingCache = (cache: Cache<Listing<unknown>>): ListingCache => ({
  get: <T>(key: string, load: (signal: AbortSignal) => Promise<Listing<T>>, signal?: AbortSignal) =>
    // A key is only ever loaded by one kind of read, which gives this type.
    cache.get(key, load, signal) as Promise<Listing<T>>,
});

/** A ruleset weighs what its rules do. */
const weigh = ({ items }: Listing<unknown>): number =>
  items.reduce<number>((sum, item) => sum + 1 + (isRuleSet(item) ? item.rules.length : 0), 0);

const isRuleSet = (item: unknown): item is RuleSet => typeof item === 'object' && item !== null && 'rules' in item;
