import {
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  validateHostHeader,
  validateOriginHeader,
} from '@modelcontextprotocol/server';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { type HttpEnv, refusal, rpcError } from './env.ts';

export interface Doors {
  /** Host names answered besides those of this machine. */
  readonly hosts: readonly string[];
  /** Browser origins answered, exactly; besides pages of this machine while only this machine is listened to. */
  readonly origins: readonly string[];
  readonly loopbackOnly: boolean;
}

/** No web page reaches the server under a name rebound to it, nor from an origin that is not listed (attacks 16, 36). */
export const onlyKnownNames = ({ hosts, origins, loopbackOnly }: Doors) => {
  const names = [...localhostAllowedHostnames(), ...hosts];
  const isKnown = (origin: string): boolean =>
    origins.includes(origin) || (loopbackOnly && validateOriginHeader(origin, localhostAllowedOrigins()).ok);
  return createMiddleware<HttpEnv>(async (context, next) => {
    const host = validateHostHeader(context.req.header('host'), names);
    if (!host.ok) return context.json(rpcError(host.message), 403);
    const origin = context.req.header('origin');
    if (origin !== undefined && !isKnown(origin)) return context.json(rpcError('Origin not allowed'), 403);
    return next();
  });
};

/** What a page of a listed origin may send and read. Without credentials: cookies never authenticate the protocol (attack 36). */
export const crossOrigin = ({ origins }: Doors) => {
  const forPages = cors({
    origin: (origin) => (origins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: [
      'authorization',
      'content-type',
      'mcp-session-id',
      'mcp-protocol-version',
      'mcp-method',
      'mcp-name',
      'last-event-id',
      'x-request-id',
    ],
    exposeHeaders: ['mcp-session-id', 'www-authenticate', 'retry-after', 'x-request-id'],
    maxAge: 600,
  });
  // Programs send no Origin, and need none of these headers.
  return createMiddleware<HttpEnv>((context, next) =>
    context.req.header('origin') === undefined ? next() : forPages(context, next),
  );
};

/** Two of one of these would let a proxy and this server each read another one (attack 37). */
const ONCE = new Set([
  'authorization',
  'content-length',
  'content-type',
  'content-encoding',
  'host',
  'origin',
  'transfer-encoding',
  'x-request-id',
]);
const ONCE_PREFIX = 'mcp-';

export const noRepeatedHeaders = createMiddleware<HttpEnv>(async (context, next) => {
  const seen = new Set<string>();
  // Names and values alternate.
  for (const [index, text] of (context.env?.incoming?.rawHeaders ?? []).entries()) {
    if (index % 2 === 1) continue;
    const name = text.toLowerCase();
    if (seen.has(name) && (ONCE.has(name) || name.startsWith(ONCE_PREFIX)))
      return context.json(refusal('invalid_request', 'A header is there twice.'), 400);
    seen.add(name);
  }
  return next();
});

/** RFC 6750 §2.3 allows it and everything that logs a URL would then log a token (attack 14). */
export const noTokenInQuery = createMiddleware<HttpEnv>(async (context, next) => {
  if (context.req.query('access_token') === undefined) return next();
  return context.json(refusal('invalid_request', 'An access token belongs into the Authorization header.'), 400);
});
