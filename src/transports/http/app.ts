import { Hono } from 'hono';
import { inspectRoutes } from 'hono/dev';
import { secureHeaders } from 'hono/secure-headers';
import { type Clock, systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Dispatcher } from '../../dispatch/call.ts';
import { createActivity } from './activity.ts';
import type { Identify } from './bearer.ts';
import { jsonBody } from './body.ts';
import { crossOrigin, type Doors, noRepeatedHeaders, noTokenInQuery, onlyKnownNames } from './doors.ts';
import { type HttpEnv, type HttpRoutes, refusal } from './env.ts';
import { cachedChecks, type Checks, readiness } from './health.ts';
import { identified } from './identified.ts';
import { createMcpRoute, type McpRouteOptions } from './mcp.ts';
import type { Metrics } from './metrics.ts';
import type { Quotas } from './quotas.ts';
import { requestIds } from './request-id.ts';
import { documentPaths, type ProtectedResource, resourceDocument } from './resource.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface HttpAppOptions extends Pick<McpRouteOptions, 'newServer' | 'bus'> {
  readonly dispatcher: Dispatcher;
  readonly identify: Identify;
  readonly doors: Doors;
  readonly log: Log;
  readonly clock?: Clock | undefined;
  /** Absent where nobody needs a token. */
  readonly resource?: ProtectedResource | undefined;
  readonly quotas?: Quotas | undefined;
  /** What has to be there for a call to succeed. */
  readonly check?: (() => Promise<Checks>) | undefined;
  readonly metrics?: Metrics | undefined;
  readonly telemetry?: Pick<Telemetry, 'requests'> | undefined;
  /** Routes that know their visitors themselves: pages for people. */
  readonly pages?: HttpRoutes | undefined;
  /** Routes for callers with a token. */
  readonly routes?: HttpRoutes | undefined;
  /** Replicas share no sessions, so each request of a 2025 client stands alone there. */
  readonly sessions?: boolean | undefined;
  /** Whether an address is that of a proxy of ours, whose `X-Forwarded-For` is believed. */
  readonly isTrustedProxy?: ((address: string) => boolean) | undefined;
}

/** `ALL` where a handler takes every method. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

export interface HttpApp {
  /** Everything that is answered. Who may have which is the business of its handler, and a test has a row for each. */
  readonly routes: readonly Route[];
  readonly fetch: (request: Request, env?: HttpEnv['Bindings']) => Response | Promise<Response>;
  /** From now on not ready, and no connection is kept; resolves when what is under way has been answered. */
  drain(): Promise<void>;
  /** Ends sessions, streams and whatever is still under way. */
  close(): Promise<void>;
}

/**
 * Everything the server answers over HTTP. Health is for anybody under any name; all else asks for a known Host and Origin, and all but
 * the documents that say how to get a token asks who is calling.
 */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { identify, doors, log, clock = systemClock, resource, check, metrics } = options;
  const checks = cachedChecks(check ?? (async () => ({})), clock);
  const activity = createActivity();
  const mcp = createMcpRoute({ ...options, clock, activity });
  let draining = false;

  const app = new Hono<HttpEnv>();
  app.use(requestIds({ log, metrics, isTrustedProxy: options.isTrustedProxy }));
  if (options.telemetry) app.use(options.telemetry.requests);
  app.use(safeAnswers(resource?.resource.startsWith('https:') ?? false));
  app.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    if (draining) headers.set('connection', 'close');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  });

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const { status, body } = readiness(draining ? { serving: false } : await checks());
    return context.json(body, status);
  });

  app.use(noRepeatedHeaders, onlyKnownNames(doors), crossOrigin(doors), noTokenInQuery);
  if (resource)
    for (const path of documentPaths(resource)) app.get(path, (context) => context.json(resourceDocument(resource)));

  if (options.pages) app.route('/', options.pages);
  app.use(identified(identify));
  if (options.routes) app.route('/', options.routes);
  app.use('/mcp', jsonBody);
  app.all('/mcp', mcp.handle);

  app.notFound((context) => context.json(refusal('not_found', 'There is nothing here.'), 404));
  app.onError((error, context) => {
    const requestId = context.get('requestId');
    log.error('request failed', { requestId, error });
    return context.json({ ...refusal('internal', 'An unexpected error occurred.'), request_id: requestId }, 500);
  });

  return {
    routes: inspectRoutes(app).flatMap(({ method, path, isMiddleware }) => (isMiddleware ? [] : [{ method, path }])),
    fetch: (request, env) => app.fetch(request, env ?? {}),
    drain() {
      draining = true;
      return activity.settled();
    },
    close: () => mcp.close(),
  };
}

/** Nothing here is to be framed, sniffed, or to load anything (attack 34). */
const safeAnswers = (https: boolean) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      // The pages for people have a stylesheet, nothing else.
      styleSrc: ["'self'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: https ? 'max-age=31536000' : false,
    xXssProtection: false,
  });
