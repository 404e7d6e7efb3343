import { gunzipSync } from 'node:zlib';
import { Failure } from '../../core/errors.ts';
import { apiPath, type Href } from '../../core/href.ts';
import { badAnswer } from '../http/failures.ts';
import type { Opened, PceHttp } from '../http/http.ts';

/** The race is over in a moment or never (traffic.md §2.2). */
const RETRY_AFTER_MS = [500, 1_500, 4_000] as const;
/** `[]`, compressed or not, is smaller; a record is larger. */
const PEEK_BYTES = 64;

/**
 * Opens the download of a finished query. A PCE sometimes says `completed` before the result exists: then the first download is empty
 * although rows were counted, or not there at all. It is opened again up to three times; what stays empty fails rather than being taken
 * for "no traffic".
 */
export async function openDownload(
  http: PceHttp,
  query: Href,
  flowsCount: number | null,
  signal: AbortSignal | undefined,
): Promise<Pick<Opened, 'encoding' | 'chunks'>> {
  const path = apiPath`${query}/download`;
  for (let tries = 0; ; tries++) {
    const again = RETRY_AFTER_MS[tries];
    try {
      const opened = await peek(await http.open({ method: 'GET', path, signal }));
      if (!opened.isEmpty || flowsCount === 0 || flowsCount === null) return opened;
      if (again === undefined)
        throw badAnswer(`The PCE counted ${flowsCount} flows, but their download stays empty.`, { query });
    } catch (error) {
      if (again === undefined) gone(error);
      if (!(error instanceof Failure) || error.code !== 'pce_not_found') throw error;
    }
    await http.pause(again, signal);
  }
}

/** Throws `error`; where it says that something is not there, that this is the query. */
export function gone(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== 'pce_not_found') throw error;
  throw new Failure('pce_not_found', {
    message: 'The traffic query is no longer on the PCE: it expired or was deleted.',
    remedy: 'Ask again.',
    cause: error,
  });
}

/** Looks at the first bytes, to tell an empty array from a body, and hands all of them on. */
async function peek({ encoding, chunks }: Opened) {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  while (!ended && bytes < PEEK_BYTES) {
    const { done, value } = await iterator.next();
    ended = done === true;
    if (value === undefined) continue;
    first.push(value);
    bytes += value.length;
  }
  const isEmpty = ended && isEmptyArray(Buffer.concat(first), encoding);
  return {
    encoding,
    isEmpty,
    chunks: (async function* () {
      try {
        yield* first;
        for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
      } finally {
        await iterator.return?.();
      }
    })(),
  };
}

function isEmptyArray(bytes: Buffer, encoding: Opened['encoding']): boolean {
  try {
    const plain = encoding === 'gzip' ? gunzipSync(bytes, { maxOutputLength: 1_024 }) : bytes;
    return /^\s*(?:\[\s*\])?\s*$/.test(plain.toString('utf8'));
  } catch {
    // Not the compressed form of an empty array, whatever it is: the reader of the stream will tell.
    return false;
  }
}
