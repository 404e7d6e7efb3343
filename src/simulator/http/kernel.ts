import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from '../auth/authenticate.ts';
import { withGrants } from '../auth/grants.ts';
import { grantsFor } from '../auth/roles.ts';
import { CHOICES } from '../choices.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { eventOf } from './audit.ts';
import { readBody } from './body.ts';
import type { Exchange, FaultHook, Outgoing } from './fault-hook.ts';
import { jobHref } from './jobs.ts';
import { integerParam } from './query.ts';
import type { RateLimit } from './rate-limit.ts';
import { forbidden, notFound, refusedAs } from './refusals.ts';
import { ApiError, type ItemsReply, type Reply, type Request, type ResourceChange, type Route } from './route.ts';
import type { Match, Router } from './router.ts';
import { JSON_TYPE, jsonArray, send } from './send.ts';
import { type Dialect, dialectOf } from '../versions.ts';

const API = '/api/v2';
/** What is written on the leader of a supercluster only (objects.md §2.5). */
const POLICY = /^\/orgs\/:org\/(?:sec_policy|labels|label_dimensions)(?:\/|$)/;
const DEFAULT_ROWS = 500;
/** Up to this many rows an answer is one string with a length; more are streamed. */
const ROWS_IN_ONE_PIECE = 50;

const NOBODY: Caller = {
  href: '/users/0',
  username: 'system',
  apiKeyId: null,
  permission: 'read_only',
  scope: [],
  grants: [],
};

export interface KernelOptions {
  readonly world: WorldState;
  readonly router: Router;
  readonly limit: RateLimit;
  readonly faults: FaultHook | undefined;
}

/** The way of a request through the simulated PCE: faults, route, credentials, quota, permission, body, handler, event, answer. */
export function createKernel({ world, router, limit, faults }: KernelOptions) {
  let served = 0;
  const dialects = new Map<Route<WorldState>, Dialect>();
  const dialect = (route: Route<WorldState>): Dialect => {
    const known = dialects.get(route) ?? dialectOf(world.release, route);
    dialects.set(route, known);
    return known;
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    response.setHeader('X-Request-Id', requestId);
    const exchange: Exchange = {
      number: ++served,
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      caller: null,
      raw: { request, response },
    };
    if ((await faults?.before?.(exchange)) === 'handled') return;
    const answer = await answerTo(exchange, requestId);
    const wrapped = (await faults?.wrap?.(exchange, answer)) ?? answer;
    if (wrapped === 'handled') return;
    await send(response, wrapped, /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''));
  };

  async function answerTo(exchange: Exchange, requestId: string): Promise<Outgoing> {
    try {
      const outgoing = await carryOut(exchange, requestId);
      // Nothing is acknowledged before it is kept.
      world.tables.flush();
      return outgoing;
    } catch (error) {
      if (error instanceof ApiError)
        return {
          status: error.status,
          headers: { ...JSON_TYPE, ...error.headers },
          body: JSON.stringify(error.errors),
        };
      // A client that went away before it had said everything gets no answer.
      if (!exchange.raw.request.complete) throw error;
      // A defect of the simulator looks to clients like one of a PCE; the stack is for whoever runs it.
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      const body = JSON.stringify([{ token: 'internal_server_error', message: 'Internal server error' }]);
      return { status: 500, headers: JSON_TYPE, body };
    }
  }

  async function carryOut(exchange: Exchange, requestId: string): Promise<Outgoing> {
    const { request } = exchange.raw;
    const url = new URL(exchange.url.replace(/^\/+/, '/'), 'http://pce');
    const path = url.pathname.startsWith(`${API}/`) ? url.pathname.slice(API.length) : null;
    if (path === null) throw notFound();
    const match = matchOrError(exchange.method, path);
    const caller = admit(exchange, match);
    const body = await readBody(request, !(match instanceof ApiError) && match.route.textBody === true);
    if (match instanceof ApiError) throw match;

    const { route, params } = match;
    const audited = createAudit();
    const given = {
      world,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      requestId,
      from: request.socket.remoteAddress ?? null,
      audit: audited.add,
    };
    const readAgain: Request['readAgain'] = async (asked, query, reader) => {
      const again = router('GET', asked);
      const at = {
        ...given,
        readAgain,
        caller: reader,
        params: again.params,
        query: new URLSearchParams(query),
        body: undefined,
      };
      const reply = dialect(again.route).speak(await again.route.handle(at));
      if ('items' in reply) return reply;
      throw notFound();
    };
    dialect(route).check(body);
    const pending = route.handle({ ...given, readAgain, caller, params, query: url.searchParams, body });
    // Without a pause where there is none: a write, its event and their keeping are one step, whatever else is going on.
    const reply = dialect(route).speak(pending instanceof Promise ? await pending : pending);
    const outgoing = render(route, reply, { caller, query: url.searchParams, path, request });
    const event = audited.event;
    if (event && outgoing.status < 300)
      world.recordEvent(
        eventOf({
          world,
          caller,
          ...event,
          method: exchange.method,
          path: exchange.url,
          status: outgoing.status,
          srcIp: request.socket.remoteAddress ?? null,
        }),
      );
    return outgoing;
  }

  /** An unknown path still asks for credentials first: a stranger learns nothing about what exists. */
  function matchOrError(method: string, path: string): Match | ApiError {
    try {
      return router(method, path);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  /** Who is calling, once that is known to be allowed; hooks learn of it even when it is not. */
  function admit(exchange: Exchange, match: Match | ApiError): Caller {
    if (!(match instanceof ApiError) && match.route.access === 'open') return NOBODY;
    const { request } = exchange.raw;
    const caller = authenticate(world, request.headers.authorization, request.socket.remoteAddress ?? null);
    exchange.caller = caller;
    const key = caller.apiKeyId ?? caller.username;
    limit(key);
    if (match instanceof ApiError) return caller;
    const { perMinute, path } = match.route;
    if (perMinute !== undefined) limit(`${key} ${path}`, perMinute);
    const org = match.params['org'];
    if (org !== undefined && org !== String(world.orgId)) throw forbidden();
    return allowed(caller, match.route);
  }

  /** The caller with what lets it do this. Throws 403. */
  function allowed(caller: Caller, route: Route<WorldState>): Caller {
    if (route.access === 'read') {
      // Whoever has no permission sees nothing of the organisation, and itself.
      if (caller.grants.length === 0 && !route.path.startsWith('/users/')) throw forbidden();
      return caller;
    }
    if (world.cluster === 'member' && POLICY.test(route.path)) throw refusedAs('memberReadsOnly');
    const grants = grantsFor(caller.grants, route);
    if (grants.length === 0) throw forbidden();
    return withGrants(caller, grants);
  }

  interface RenderContext {
    readonly caller: Caller;
    readonly query: URLSearchParams;
    readonly path: string;
    readonly request: IncomingMessage;
  }

  function render(route: Route<WorldState>, reply: Reply, context: RenderContext): Outgoing {
    if ('items' in reply) return renderItems(route, reply, context);
    if ('body' in reply) return reply;
    const { status, json, headers = {} } = reply;
    if (json === undefined) return { status, headers, body: '' };
    return { status, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(json) };
  }

  function renderItems(
    route: Route<WorldState>,
    reply: ItemsReply,
    { caller, query, path, request }: RenderContext,
  ): Outgoing {
    const asked = integerParam(query, 'max_results');
    if (prefersAsync(request)) {
      const rows = asked === undefined ? reply : { ...reply, items: reply.items.slice(0, Math.max(0, asked)) };
      const job = world.jobs.start({ description: path, query: query.toString(), caller }, rows);
      const headers = {
        Location: jobHref(world.orgId, job),
        'Retry-After': String(CHOICES.jobRetryAfterSeconds),
      };
      return { status: 202, headers, body: '' };
    }
    const items = reply.items.slice(0, Math.max(0, asked ?? route.defaultRows ?? DEFAULT_ROWS));
    const pieces = jsonArray(items, (item) => reply.render(item));
    return {
      status: 200,
      headers: {
        ...JSON_TYPE,
        'X-Total-Count': String(CHOICES.totalCountIsUnfiltered ? reply.total : reply.items.length),
        'X-Matched-Count': String(reply.items.length),
      },
      body: items.length <= ROWS_IN_ONE_PIECE ? [...pieces].join('') : pieces,
    };
  }
}

const prefersAsync = (request: IncomingMessage): boolean =>
  request.method === 'GET' && /\brespond-async\b/i.test(String(request.headers['prefer'] ?? ''));

function createAudit(): {
  readonly add: Request['audit'];
  readonly event: { readonly eventType: string; readonly changes: readonly ResourceChange[] } | null;
} {
  let eventType: string | null = null;
  const changes: ResourceChange[] = [];
  return {
    add(type, more) {
      eventType ??= type;
      changes.push(...more);
    },
    get event() {
      return eventType === null || changes.length === 0 ? null : { eventType, changes };
    },
  };
}
