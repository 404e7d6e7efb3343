import type { IncomingMessage } from 'node:http';
import { readRequestBody } from '@modelcontextprotocol/server';
import { createMiddleware } from 'hono/factory';
import { Failure } from '../../core/errors.ts';
import { refuseBombs } from '../../dispatch/limits.ts';
import { type HttpEnv, rpcError } from './env.ts';

export const MAX_BODY_BYTES = 1_048_576;
const JSON_TYPE = /^application\/json(?:\s*;|$)/i;

/** Reads the body of a POST: JSON, not packed, of bounded size, depth and width (attacks 39, 40). */
export const jsonBody = createMiddleware<HttpEnv>(async (context, next) => {
  if (context.req.method !== 'POST') return next();
  const encoding = context.req.header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity')
    return context.json(rpcError('Unsupported Media Type: send the body without Content-Encoding'), 415);
  if (!JSON_TYPE.test(context.req.header('content-type') ?? ''))
    return context.json(rpcError('Unsupported Media Type: Content-Type must be application/json'), 415);
  const { incoming } = context.env;
  // From the socket where there is one: a web stream around it would cost as much as all the checks.
  const read = incoming ? await readIncoming(incoming) : await readRequestBody(context.req.raw, MAX_BODY_BYTES);
  if (read.tooLarge)
    return context.json(rpcError(`Payload Too Large: the body must not exceed ${MAX_BODY_BYTES} bytes`), 413);
  try {
    const body: unknown = JSON.parse(read.text);
    refuseBombs(body);
    if (namesPrototype(body)) return context.json(rpcError('Invalid request: a member is named __proto__'), 400);
    context.set('body', body);
  } catch (error) {
    const message = error instanceof Failure ? error.message : 'Parse error: the body is not JSON';
    return context.json({ ...rpcError(message), error: { code: -32_700, message } }, 400);
  }
  return next();
});

type Read = { readonly tooLarge: true } | { readonly tooLarge: false; readonly text: string };

/** The body as text. A declared length over the limit is refused without reading, an undeclared one as soon as it shows. */
async function readIncoming(incoming: IncomingMessage): Promise<Read> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return { tooLarge: true };
  const chunks: Buffer[] = [];
  let length = 0;
  // Destroying it would take the answer with it.
  const rest = incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // no encoding is set
  for await (const chunk of rest) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return { tooLarge: true };
    chunks.push(chunk);
  }
  return { tooLarge: false, text: new TextDecoder().decode(Buffer.concat(chunks)) };
}

/** Copying such a member sets a prototype, or loses it without a word (attacks 39, 53). */
function namesPrototype(body: unknown): boolean {
  let level: unknown[] = [body];
  while (level.length > 0) {
    const objects = level.filter((value) => typeof value === 'object' && value !== null);
    if (objects.some((object) => Object.hasOwn(object, '__proto__'))) return true;
    level = objects.flatMap((object): unknown[] => Object.values(object));
  }
  return false;
}
