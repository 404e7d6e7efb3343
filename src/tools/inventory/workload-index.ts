import type { PceReader } from '../../changes/plan.ts';
import { hrefOf, textOf } from '../../changes/wire.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import type { ExpressionFilter } from '../../pce/view.ts';

/** Queries must stay well below 10,000 characters (traffic.md §13.2); longer filters are applied here alone. */
const MAX_FILTER_LENGTH = 2_000;

export const workloadsPath = ({ orgId }: Pick<PceReader, 'orgId'>): string => `/orgs/${orgId}/workloads`;

/** The workloads an expression chooses, as they are on the PCE now. */
export async function chosenWorkloads(
  { labels, excludeLabels = [], managed }: ExpressionFilter,
  pce: PceReader,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  if (labels?.length === 0) return [];
  const filter = JSON.stringify(labels ?? [[]]);
  const open = labels === undefined || labels.some((block) => block.length === 0);
  const query = open || filter.length > MAX_FILTER_LENGTH ? {} : { labels: filter };
  const listed = await pce.list(workloadsPath(pce), query, signal);
  return listed.filter((workload) => {
    const own = new Set(labelsOf(workload).map(({ href }) => href));
    const carried = labels?.some((block) => block.every((href) => own.has(href))) ?? true;
    const wanted = managed === undefined || managed === (workload['managed'] === true);
    return carried && wanted && !excludeLabels.some((href) => own.has(href));
  });
}

/** The label references of a workload; `key` is empty on older PCEs, which give hrefs only (objects.md §0.2). */
export function labelsOf(
  workload: JsonObject,
): readonly { readonly href: string; readonly key: string; readonly value: string }[] {
  const labels = Array.isArray(workload['labels']) ? workload['labels'].filter(isObject) : [];
  return (labels as JsonObject[]).map((label) => ({
    href: textOf(label, 'href') ?? '',
    key: textOf(label, 'key') ?? '',
    value: textOf(label, 'value') ?? '',
  })); // parsed JSON
}

export const addressesOf = (workload: JsonObject): readonly string[] => {
  const interfaces = Array.isArray(workload['interfaces']) ? workload['interfaces'].filter(isObject) : [];
  return (interfaces as JsonObject[]).flatMap((own) => {
    const [address, bits] = [textOf(own, 'address'), own['cidr_block']];
    return address === null ? [] : [typeof bits === 'number' ? `${address}/${bits}` : address];
  }); // parsed JSON
};

export type MatchOn = 'href' | 'hostname' | 'name' | 'external_data';

/** What a row or a workload is matched by; null where it does not have that. */
export function matchKey(values: JsonObject, by: MatchOn): string | null {
  const text = (field: string): string => (textOf(values, field) ?? '').trim();
  if (by !== 'external_data') return text(by) || null;
  const [set, reference] = [text('external_data_set'), text('external_data_reference')];
  return set === '' || reference === '' ? null : `${set}\n${reference}`;
}

/** From so many keys on, one listing of all costs less than a filtered one for each. */
const LISTED_FROM = 10;

export interface Found {
  /** None, one, or several for each key. */
  readonly byKey: ReadonlyMap<string, readonly JsonObject[]>;
  /** The keys of all workloads that were looked at. */
  readonly seen: readonly string[];
}

/** The workloads there are for some keys, exactly, as they are on the PCE now. */
export async function workloadsByKey(
  keys: readonly string[],
  by: MatchOn,
  pce: PceReader,
  signal: AbortSignal,
): Promise<Found> {
  const wanted = new Set(keys);
  const path = workloadsPath(pce);
  const listings =
    wanted.size >= LISTED_FROM
      ? [await pce.list(path, {}, signal)]
      : await Promise.all([...wanted].map((key) => few(key, by, path, pce, signal)));
  const all = new Map(listings.flat().map((workload) => [hrefOf(workload), workload]));
  const found = Map.groupBy(all.values(), (workload) => matchKey(workload, by) ?? '');
  return {
    byKey: new Map([...wanted].map((key) => [key, found.get(key) ?? []])),
    seen: [...found.keys()].filter((key) => key !== ''),
  };
}

async function few(
  key: string,
  by: MatchOn,
  path: string,
  pce: PceReader,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  if (by === 'href') {
    if (!key.startsWith(`${path}/`)) return [];
    const workload = await pce.read(key, signal);
    return workload === null || workload['deleted'] === true ? [] : [workload];
  }
  const [set = '', reference = ''] = key.split('\n');
  const query = by === 'external_data' ? { external_data_set: set, external_data_reference: reference } : { [by]: key };
  return pce.list(path, query, signal);
}
