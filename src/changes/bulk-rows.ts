import { Failure } from '../core/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { contains } from './diff.ts';
import { mapHrefs } from './placeholders.ts';
import type { EachItem, PceReader, RequestOutcome, WayBack } from './plan.ts';
import type { Sent } from './trace.ts';
import { hrefOf, nameOf, textOf } from './wire.ts';

/** From so many objects on, one listing costs less than reading each. */
const LISTED_FROM = 25;

const BULK = /\/bulk_(create|update|delete)$/;
const DONE = { create: 'created', update: 'updated', delete: 'deleted' } as const;

type Operation = keyof typeof DONE;

/** Which bulk call a path is; null for any other. */
function operationOf(path: string): Operation | null {
  const name = BULK.exec(path)?.[1];
  return name === 'create' || name === 'update' || name === 'delete' ? name : null;
}

const itemsOf = (body: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(body) ? (body.filter(isObject) as JsonObject[]) : []; // parsed JSON

/**
 * What a bulk call answered, one row for each item of its body in that order: `href`, `status` (`created`, `updated`, `deleted` or
 * `failed`) and for a failure the PCE's `message`. Null for any other request. Throws `pce_bad_answer`.
 */
export function bulkRows({ path, body }: Sent, answer: JsonValue | undefined): readonly JsonObject[] | null {
  const operation = operationOf(path);
  if (operation === null) return null;
  if (!Array.isArray(answer)) throw new Failure('pce_bad_answer', { detail: { path } });
  const given = itemsOf(answer);
  const byHref = new Map(
    given.flatMap((row) => (typeof row['href'] === 'string' ? [[row['href'], row] as const] : [])),
  );
  return itemsOf(body).map((item, index): JsonObject => {
    const found = operation === 'create' ? given[index] : byHref.get(textOf(item, 'href') ?? '');
    // bulk_delete lists failures only (objects.md §6.5).
    if (operation === 'delete' && found === undefined) return { href: item['href'], status: 'deleted' };
    const href = found?.['href'] ?? item['href'] ?? null;
    if (found?.['status'] === DONE[operation]) return { href, status: DONE[operation] };
    const { token, message } = errorOf(found);
    // Sent again after a lost answer, a deletion does not find what it deleted.
    if (operation === 'delete' && token === 'not_found_error') return { href, status: 'deleted' };
    return { href, status: 'failed', message };
  });
}

function errorOf(row: JsonObject | undefined): { readonly token: string; readonly message: string } {
  const [first] = itemsOf(row?.['errors']);
  const { token, message } = first ?? row ?? {};
  return {
    token: typeof token === 'string' ? token : '',
    message: typeof message === 'string' && message !== '' ? message : 'The PCE did not say why.',
  };
}

const isDone = (row: JsonObject | undefined): boolean => row !== undefined && row['status'] !== 'failed';

/** The failure of a bulk call of which no item went through; null when one did. */
export function refusedWhole({ rows }: Pick<RequestOutcome, 'rows'>, path: string): Failure | null {
  if (operationOf(path) === null || rows === null || rows.length === 0 || rows.some(isDone)) return null;
  const [first = {}] = rows;
  return new Failure('pce_rejected', { message: `The PCE refused every item: ${textOf(first, 'message') ?? ''}` });
}

/** What a bulk call that went through in part is told as; null where every item did, and for any other request. */
export function partly({ rows }: Pick<RequestOutcome, 'rows'>, path: string): string | null {
  const failed = operationOf(path) === null || rows === null ? [] : rows.filter((row) => !isDone(row));
  const [first] = failed;
  if (first === undefined || rows === null) return null;
  const who = textOf(first, 'href');
  return `${failed.length} of ${rows.length} failed, first ${who === null ? '' : `${who}: `}${textOf(first, 'message') ?? ''}`;
}

/** The objects of some hrefs as they are now; null for those that are gone. */
async function readEach(
  collection: string,
  hrefs: readonly string[],
  pce: PceReader,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, JsonObject | null>> {
  if (hrefs.length < LISTED_FROM) {
    const objects = await Promise.all(hrefs.map((href) => pce.read(href, signal)));
    return new Map(hrefs.map((href, index) => [href, objects[index] ?? null]));
  }
  const listed = new Map<string, JsonObject>(
    (await pce.list(collection, {}, signal)).map((object) => [hrefOf(object), object]),
  );
  return new Map(hrefs.map((href) => [href, listed.get(href) ?? null]));
}

/** What of `items` does not hold on the PCE now, in words. */
export async function broken(
  collection: string,
  items: readonly EachItem[],
  pce: PceReader,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const hrefs = items.flatMap(({ href }) => (href === null ? [] : [href]));
  const there = await readEach(collection, hrefs, pce, signal);
  const unwanted = items.filter(({ href }) => href === null);
  const all = unwanted.length === 0 ? [] : await pce.list(collection, {}, signal);
  return items.flatMap(({ href, is }) => {
    if (href === null) {
      const found = all.find((object) => contains(object, is));
      return found === undefined ? [] : [`${nameOf(found)} exists already`];
    }
    const now = there.get(href) ?? null;
    if (now === null) return [`${href} is gone`];
    return contains(now, is) ? [] : [`${nameOf(now)} was changed`];
  });
}

/**
 * What became of a bulk call whose answer was lost, item by item, as the PCE shows it now. Null where nothing of it shows. An item that
 * does not show counts as failed: the connection may also have been lost on refused ones.
 */
export async function lookForRows(
  { path, body }: Sent,
  collection: string,
  pce: PceReader,
): Promise<readonly JsonObject[] | null> {
  const operation = operationOf(path);
  const items = itemsOf(body);
  const seen = operation === 'create' ? await madeOf(items, collection, pce) : await changedOf(items, collection, pce);
  const rows = items.map((item, index): JsonObject => {
    const object = seen[index] ?? null;
    const done = operation === 'delete' ? object === null : object !== null && contains(object, item);
    const href = object?.['href'] ?? item['href'] ?? null;
    return done && operation !== null
      ? { href, status: DONE[operation] }
      : { href, status: 'failed', message: 'The answer was lost, and the PCE does not show it.' };
  });
  return rows.some(isDone) ? rows : null;
}

async function changedOf(
  items: readonly JsonObject[],
  collection: string,
  pce: PceReader,
): Promise<readonly (JsonObject | null)[]> {
  const hrefs = items.map((item) => textOf(item, 'href') ?? '');
  const there = await readEach(collection, hrefs, pce);
  return hrefs.map((href) => there.get(href) ?? null);
}

async function madeOf(
  items: readonly JsonObject[],
  collection: string,
  pce: PceReader,
): Promise<readonly (JsonObject | null)[]> {
  const left = [...(await pce.list(collection))];
  return items.map((item) => {
    const at = left.findIndex((object) => contains(object, item));
    return at < 0 ? null : (left.splice(at, 1)[0] ?? null);
  });
}

/** The way back of the rows that went through: item n of each list in it belongs to row n, and `{row}` is what that row made. */
export function wayBackOfRows(way: WayBack, rows: readonly JsonObject[] | null): WayBack {
  if (way.perRow !== true || rows === null) return way;
  const kept = <T>(list: readonly T[]): readonly T[] => list.filter((_, index) => isDone(rows[index]));
  const made = rows.filter(isDone).map((row) => textOf(row, 'href') ?? '');
  const filled = (item: JsonValue, index: number): JsonValue =>
    mapHrefs(item, (href) => (href === '{row}' ? (made[index] ?? href) : href)) ?? null;
  return {
    ...way,
    requests: way.requests.map((request) => ({
      ...request,
      body: kept(itemsOf(request.body)).map(filled),
      ...(request.check?.kind === 'each'
        ? {
            check: {
              ...request.check,
              items: kept(request.check.items).map(({ href, is }, index) => ({
                href: href === '{row}' ? (made[index] ?? href) : href,
                is,
              })),
            },
          }
        : {}),
    })),
  };
}
