import { type ApiPath, apiPath, type Href } from '../../core/href.ts';
import { limited, readCollection, type CollectionRequest } from '../collections/collection.ts';
import type { PceHttp, Query } from '../http/http.ts';
import type { Listing, ReadOptions } from '../view.ts';
import { labelQueries } from './label-query.ts';

export interface ListRequest<T> {
  readonly path: ApiPath;
  readonly query: Query;
  readonly labels?: readonly (readonly Href[])[] | undefined;
  readonly convert: (record: unknown) => T;
  /** What the PCE's filters cannot say; then everything is read before anything is cut. */
  readonly keep?: ((item: T) => boolean) | undefined;
  readonly limits?: Pick<CollectionRequest<T>, 'defaultCap' | 'syncLimit'>;
}

/** A collection filtered by labels and by what the PCE has no filter for. */
export async function readList<T extends { readonly href: Href }>(
  http: PceHttp,
  { path, query, labels, convert, keep, limits }: ListRequest<T>,
  options: ReadOptions,
): Promise<Listing<T>> {
  const queries = labelQueries(labels);
  const { maxResults } = options;
  const atOnce = queries.length <= 1 && keep === undefined;
  const each = atOnce ? options : { signal: options.signal, onProgress: options.onProgress };
  const listings: Listing<T>[] = [];
  for (const one of queries)
    listings.push(await readCollection(http, { path, query: { ...query, labels: one }, convert, ...limits }, each));

  const [only] = listings;
  if (atOnce && only !== undefined) return only;
  const found = new Map<Href, T>();
  for (const { items } of listings)
    for (const item of items) if (keep === undefined || keep(item)) found.set(item.href, item);
  const items = [...found.values()];
  const cut = listings.find(({ complete }) => !complete);
  const all: Listing<T> = {
    items,
    matched: cut === undefined ? items.length : null,
    complete: cut === undefined,
    cap: cut?.cap ?? null,
  };
  return maxResults === undefined ? all : limited(all, maxResults);
}

/** `/orgs/{org}/sec_policy/{version}/{collection}`. */
export const policyPath = ({ orgId }: PceHttp, version: string, collection: string): ApiPath =>
  apiPath`/orgs/${orgId}/sec_policy/${version}/${collection}`;

export const orgPath = ({ orgId }: PceHttp, collection: string): ApiPath => apiPath`/orgs/${orgId}/${collection}`;
