import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { type Clock, type Sleep, systemClock, systemSleep } from '../../core/clock.ts';
import { asFailure, Failure } from '../../core/errors.ts';
import type { ApiPath } from '../../core/href.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import { DEFAULT_REQUESTS_PER_MINUTE, type PceSettings } from '../settings.ts';
import { encodingOf, plainBytes, readJson } from './body.ts';
import { badAnswer, hiding, networkFailure, statusFailure } from './failures.ts';
import { createGate } from './gate.ts';
import type { Answer, Head, Opened, PceHttp, PceRequest, Query } from './http.ts';
import { createQuota, type Quota } from './quota.ts';
import { changesState, isRepeatable, refuseChange } from './read-only.ts';
import { readRetryAfter, retrying } from './retry.ts';
import { createTransport, MAX_CONNECTIONS, originOf } from './transport.ts';

export interface PceHttpOptions {
  readonly clock?: Clock;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  /** Share one between connections that use the same key. */
  readonly quota?: Quota;
}

const DEFAULT_DEADLINE_MS = 120_000;
const STREAM_DEADLINE_MS = 15 * 60_000;
const MAX_JSON_BYTES = 256 * 1024 * 1024;
const MAX_STREAM_BYTES = 1024 * 1024 * 1024;
const MAX_ERROR_BYTES = 256 * 1024;

/** Connects lazily: nothing is sent before the first request. Throws `invalid_configuration` for settings that cannot work. */
export function createPceHttp(
  settings: PceSettings,
  { clock = systemClock, sleep = systemSleep, random = Math.random, quota }: PceHttpOptions = {},
): PceHttp {
  const { host, port, orgId, apiKey, apiSecret, readOnly = false } = settings;
  const origin = originOf(settings);
  const transport = createTransport(settings);
  const turns =
    quota ??
    createQuota({ requestsPerMinute: settings.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE, clock, sleep });
  const gate = createGate({ places: MAX_CONNECTIONS });
  const flights = createSingleFlight<Answer>();
  const listeners: ((path: ApiPath) => void)[] = [];
  const basic = Buffer.from(`${apiKey.reveal()}:${apiSecret.reveal()}`).toString('base64');
  const authorization = `Basic ${basic}`;
  const hide = hiding([basic, apiSecret.reveal(), apiKey.reveal()]);

  /** One try up to the headers. An error status is thrown; the caller must end the body and leave the gate. */
  async function begin(request: PceRequest, signal: AbortSignal) {
    const { method, path, body } = request;
    await turns.take(signal);
    const leave = await gate.enter(signal);
    try {
      const response = await transport.request({
        origin,
        path: `/api/v2${path}${queryText(request.query)}`,
        method,
        signal,
        headers: headersOf(request, authorization),
        body: body === undefined ? null : JSON.stringify(body),
      });
      // An aborted body raises an error event that nobody may be listening to any more.
      response.body.on('error', () => {});
      const head = headOf(response);
      if (!isExpected(request, head)) throw await refusal(request, response, { head, now: clock.now(), hide });
      return { head, response, leave };
    } catch (error) {
      leave();
      throw networkFailure(error, { method, path });
    }
  }

  /** Tries, retries and limits in time; what is thrown is always a Failure that tells a cancelled call from a late answer. */
  async function run<T>(
    request: PceRequest,
    deadlineMs: number,
    attempt: (signal: AbortSignal, mayHaveHappened: boolean) => Promise<T>,
  ): Promise<T> {
    const { method, path } = request;
    if (readOnly) refuseChange(method, path);
    refuseOtherOrg(path, orgId);
    if (isAborted(request.signal)) throw new Failure('cancelled');
    const late = AbortSignal.timeout(request.deadlineMs ?? deadlineMs);
    const signal = request.signal === undefined ? late : AbortSignal.any([request.signal, late]);
    try {
      return await retrying((mayHaveHappened) => attempt(signal, mayHaveHappened), {
        repeatable: isRepeatable(method, path),
        quota: turns,
        sleep,
        random,
        signal,
      });
    } catch (error) {
      if (!signal.aborted) throw asFailure(error);
      const code = isAborted(request.signal) ? 'cancelled' : 'timeout';
      throw new Failure(code, { detail: { method, path }, cause: error });
    } finally {
      if (changesState(method, path)) wrote(path);
    }
  }

  function wrote(path: ApiPath): void {
    flights.forget();
    for (const listener of listeners) listener(path);
  }

  async function consume<T>(
    request: PceRequest,
    signal: AbortSignal,
    maxBytes: number,
    use: (head: Head, chunks: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<T> {
    const { head, response, leave } = await begin(request, signal);
    try {
      const encoding = encodingOf(head.header('content-encoding'));
      return await use(head, plainBytes(response.body, encoding, maxBytes));
    } catch (error) {
      throw brokenBody(error, request);
    } finally {
      response.body.destroy();
      leave();
    }
  }

  async function sendOnce(request: PceRequest): Promise<Answer> {
    return run(request, DEFAULT_DEADLINE_MS, async (signal, mayHaveHappened) => {
      try {
        return await consume(request, signal, MAX_JSON_BYTES, async (head, chunks) => {
          if (isJson(head)) return { ...head, json: await readJson(chunks) };
          for await (const chunk of chunks) if (chunk.length > 0) throw notJson(head);
          return { ...head, json: undefined };
        });
      } catch (error) {
        if (mayHaveHappened && isAlreadyDeleted(request, error)) return ALREADY_DELETED;
        throw error;
      }
    });
  }

  return {
    host,
    port,
    orgId,
    identity: createHash('sha256').update(`${origin}\n${orgId}\n${apiKey.reveal()}`).digest('base64url').slice(0, 22),

    clock,

    async pause(ms, signal) {
      try {
        await sleep(ms, signal);
      } catch (cause) {
        throw new Failure('cancelled', { cause });
      }
    },

    async send(request) {
      if (request.method !== 'GET' || request.respondAsync === true) return sendOnce(request);
      const { signal, ...shared } = request;
      const key = `${request.path}${queryText(request.query)}`;
      return flights.run(key, (flight) => sendOnce({ ...shared, signal: flight }), signal);
    },

    async read(request, use) {
      return run(request, STREAM_DEADLINE_MS, (signal) =>
        consume(request, signal, MAX_STREAM_BYTES, (head, chunks) => {
          if (!(request.csv === true ? isCsv(head) : isJson(head))) throw notJson(head);
          return use({ ...head, chunks });
        }),
      );
    },

    async open(request) {
      return run(request, STREAM_DEADLINE_MS, async (signal): Promise<Opened> => {
        const { head, response, leave } = await begin(request, signal);
        // Also when the caller never reads it and the deadline ends it: the reading alone would not give the place back then.
        response.body.once('close', leave);
        try {
          if (!isJson(head)) throw notJson(head);
          const encoding = encodingOf(head.header('content-encoding'));
          return { ...head, encoding, chunks: handOver(response, request, signal, leave) };
        } catch (error) {
          response.body.destroy();
          leave();
          throw error;
        }
      });
    },

    onWrite(listener) {
      listeners.push(listener);
    },

    async close() {
      await transport.destroy();
    },
  };
}

/** The bytes of an opened answer; gives the place back when they end, break off or are no longer wanted. */
async function* handOver(
  { body }: Dispatcher.ResponseData,
  request: PceRequest,
  signal: AbortSignal,
  leave: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body) yield chunk as Buffer; // a body without an encoding set gives buffers
  } catch (error) {
    if (isAborted(request.signal)) throw new Failure('cancelled', { cause: error });
    if (signal.aborted) throw new Failure('timeout', { cause: error });
    throw brokenBody(error, request);
  } finally {
    body.destroy();
    leave();
  }
}

// Asked anew each time: the state of a signal changes while one waits.
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

function brokenBody(error: unknown, { method, path }: PceRequest): Failure {
  if (error instanceof Failure) return error;
  const failure = networkFailure(error, { method, path });
  if (failure.code === 'timeout') return failure;
  return badAnswer('The answer of the PCE broke off before its end.', { ...failure.detail, incomplete: true }, error);
}

async function refusal(
  { method, path }: PceRequest,
  { body }: Dispatcher.ResponseData,
  { head, now, hide }: { readonly head: Head; readonly now: number; readonly hide: (text: string) => string },
): Promise<Failure> {
  const said = isJson(head) ? await readErrorBody(head, body).catch(() => undefined) : undefined;
  body.destroy();
  const saysWhen = head.status === 429 || head.status === 503; // RFC 9110 §10.2.3
  const retryAfterMs = saysWhen ? readRetryAfter(head.header('retry-after'), now) : null;
  const requestId = head.header('x-request-id');
  return statusFailure({
    sent: { method, path },
    head: { status: head.status, requestId: requestId === undefined ? null : hide(requestId) },
    body: said,
    retryAfterMs,
    hide,
  });
}

const readErrorBody = async (head: Head, body: Dispatcher.ResponseData['body']): Promise<unknown> =>
  readJson(plainBytes(body, encodingOf(head.header('content-encoding')), MAX_ERROR_BYTES));

function headersOf({ body, respondAsync, csv }: PceRequest, authorization: string): Record<string, string> {
  return {
    accept: csv === true ? 'text/csv' : 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'illumio-mcp',
    authorization,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(respondAsync === true ? { prefer: 'respond-async' } : {}),
  };
}

function headOf({ statusCode, headers }: Dispatcher.ResponseData): Head {
  return {
    status: statusCode,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

/** A GET is answered by 200, or 202 when a job was asked for; anything else (206, say) is no whole answer. */
function isExpected({ method, respondAsync }: PceRequest, { status }: Head): boolean {
  if (method !== 'GET') return status >= 200 && status <= 299;
  return status === 200 || (respondAsync === true && status === 202);
}

const isJson = (head: Head): boolean => /^application\/json\s*(?:;|$)/i.test(head.header('content-type') ?? '');

/** Downloads come as CSV, or as a file of no type; a page of HTML is neither. */
const isCsv = (head: Head): boolean =>
  /^(?:text\/(?:csv|plain)|application\/(?:csv|octet-stream))\s*(?:;|$)/i.test(head.header('content-type') ?? '');

const notJson = (head: Head): Failure =>
  badAnswer('The PCE answered with something that is not what was asked for.', {
    status: head.status,
    contentType: (head.header('content-type') ?? '').slice(0, 80),
    requestId: head.header('x-request-id') ?? null,
  });

function queryText(query: Query = {}): string {
  const pairs = Object.entries(query).filter((pair) => pair[1] !== undefined);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&')}`;
}

/** An href of another org never leaves the house, wherever it came from (attack 32). */
function refuseOtherOrg(path: ApiPath, orgId: string): void {
  const org = /^\/orgs\/([^/]*)/.exec(path)?.[1];
  if (org !== undefined && org !== orgId)
    throw new Failure('invalid_href', {
      message: 'That href belongs to another org.',
      data: { href: path.slice(0, 80) },
    });
}

const ALREADY_DELETED: Answer = { status: 204, header: () => undefined, json: undefined };

/** A DELETE sent again after its answer was lost finds that it has already been carried out. */
function isAlreadyDeleted({ method }: PceRequest, error: unknown): boolean {
  if (method !== 'DELETE' || !(error instanceof Failure)) return false;
  const { tokens } = error.detail;
  return (
    error.code === 'pce_not_found' || (Array.isArray(tokens) && tokens.some((token) => /already_deleted/.test(token)))
  );
}
