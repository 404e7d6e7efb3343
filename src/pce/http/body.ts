import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { badAnswer } from './failures.ts';

export type ContentEncoding = 'identity' | 'gzip';

/** The encoding of an answer; anything that was not offered is refused. */
export function encodingOf(header: string | undefined): ContentEncoding {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  throw badAnswer('The PCE answered in an encoding that was not offered.', { encoding: name.slice(0, 40) });
}

/** Far above the JSON of real answers (flow records compress to about a thirtieth), far below a bomb's 1,000 (attack 40). */
const MAX_RATIO = 300;
/** Small bodies may be as repetitive as they like. */
const RATIO_COUNTS_FROM_BYTES = 16 * 1024 * 1024;

/**
 * The plain bytes of a body. Throws `pce_bad_answer` above `maxBytes`, for a compression bomb and for a body that breaks off; nothing is
 * ever handed on as complete that is not.
 */
export async function* plainBytes(
  body: Readable,
  encoding: ContentEncoding,
  maxBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let received = 0;
  let given = 0;
  const counted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      received += chunk.length;
      yield chunk;
    }
  };
  // The error of either part destroys the other and comes out of the iteration below.
  const source: AsyncIterable<Buffer> = encoding === 'gzip' ? pipeline(body, counted, createGunzip(), ignore) : body;
  try {
    for await (const chunk of source) {
      given += chunk.length;
      if (given > maxBytes) throw badAnswer(`The PCE's answer is larger than ${maxBytes} bytes.`);
      if (encoding === 'gzip' && given > RATIO_COUNTS_FROM_BYTES && given > received * MAX_RATIO)
        throw badAnswer("The PCE's answer expands too far to be read.");
      yield chunk;
    }
  } finally {
    body.destroy();
  }
}

const ignore = (): void => {};

/** The whole body as JSON; undefined when there is none. */
export async function readJson(chunks: AsyncIterable<Buffer>): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const text = Buffer.concat(parts).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badAnswer('The PCE sent JSON that could not be read.', { incomplete: true }, cause);
  }
}
