import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Outgoing } from './fault-hook.ts';

const SMALLEST_GZIP = 1024;
const CHUNK = 64 * 1024;

/** Headers a PCE puts on every answer (objects.md §1.1, traffic.md §1.3). `Content-Type` is the exact string clients compare with. */
const STANDARD_HEADERS = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  Server: 'nginx',
  Vary: 'Accept-Encoding',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-XSS-Protection': '1; mode=block',
} as const;

export const JSON_TYPE = { 'Content-Type': 'application/json' } as const;

/** Writes one answer. Streams are sent at the pace of the client; a client that goes away ends the generator. */
export async function send(response: ServerResponse, answer: Outgoing, gzip: boolean): Promise<void> {
  const { status, headers, body } = answer;
  response.statusCode = status;
  const all = { ...STANDARD_HEADERS, Status: `${status} ${STATUS_CODES[status] ?? ''}`.trim(), ...headers };
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);

  if (typeof body === 'string' && !(gzip && body.length >= SMALLEST_GZIP)) {
    if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(body);
    return;
  }
  const source = Readable.from(typeof body === 'string' ? [body] : body, { objectMode: true });
  if (!gzip) return await pipeline(source, response);
  response.setHeader('Content-Encoding', 'gzip');
  await pipeline(source, createGzip(), response);
}

/** A JSON array, compact and in pieces of about 64 KB: large collections never exist as one string. */
export function* jsonArray(items: Iterable<unknown>, render: (item: unknown) => unknown): Generator<string> {
  let piece = '[';
  let separator = '';
  for (const item of items) {
    piece += separator + JSON.stringify(render(item));
    separator = ',';
    if (piece.length >= CHUNK) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}]`;
}
