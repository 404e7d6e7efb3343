import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../core/errors.ts';
import { apiPath, href } from '../../core/href.ts';
import { type FixturePce, type Handler, json, noWaiting, quickHttp, startFixture } from '../testing/fixture.ts';
import type { PceHttp, PceRequest } from './http.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function pce(handler: Handler, options: Parameters<typeof quickHttp>[1] = {}) {
  const fixture = await startFixture(handler);
  const http = quickHttp(fixture.settings(), options);
  opened.push(fixture, http);
  return { fixture, http };
}

const LABELS = apiPath`/orgs/1/labels`;
const GET: PceRequest = { method: 'GET', path: LABELS };
const POST: PceRequest = { method: 'POST', path: LABELS, body: { key: 'env', value: 'qa' } };

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${String(error)}`);
  return error;
}

/** Answers with the given handlers in turn, the last one for ever. */
const inTurn =
  (...handlers: Handler[]): Handler =>
  (seen, response) => {
    const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
    return handler?.(seen, response);
  };

const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    json(response, code, [{ token: `token_${code}`, message: `Message ${code}` }], {
      'x-request-id': 'req-1',
      ...headers,
    });
const ok: Handler = (_, response) => json(response, 200, [{ href: '/orgs/1/labels/1' }]);
const resetMidBody: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('[{"href":"/orgs/1/la');
  setTimeout(() => response.destroy(), 5);
};
const truncated: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('[{"href":"/orgs/1/la');
};

describe('what is sent', () => {
  it('speaks as the PCE wants it', async () => {
    const { fixture, http } = await pce((_, response) => json(response, 201, { href: '/orgs/1/labels/9' }));
    const answer = await http.send({ ...POST, query: { 'timestamp[gte]': 'a b&c', skipped: undefined } });
    expect(answer).toMatchObject({ status: 201, json: { href: '/orgs/1/labels/9' } });
    const [seen] = fixture.seen;
    expect(seen?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': 'illumio-mcp',
      authorization: `Basic ${Buffer.from('api_1e9bb1787883639d5:s3cr3t-canary').toString('base64')}`,
    });
    expect(seen?.body).toBe('{"key":"env","value":"qa"}');
    expect([...(seen?.query ?? [])]).toEqual([['timestamp[gte]', 'a b&c']]);
  });

  it('sends nothing for an href of another org', async () => {
    const { fixture, http } = await pce(ok);
    const path = apiPath`${href('/orgs/2/labels/1')}`;
    expect(await failureOf(http.send({ method: 'GET', path }))).toMatchObject({ code: 'invalid_href' });
    expect(fixture.seen).toHaveLength(0);
  });

  it('shares identical reads under way, and drops the shared one when nobody waits', async () => {
    let aborted = 0;
    const { fixture, http } = await pce((_, response) => {
      response.on('close', () => aborted++);
    });
    const first = new AbortController();
    const second = new AbortController();
    const reads = [
      failureOf(http.send({ ...GET, signal: first.signal })),
      failureOf(http.send({ ...GET, signal: second.signal })),
    ];
    await expect.poll(() => fixture.seen.length).toBe(1);
    first.abort();
    expect(await reads[0]).toMatchObject({ code: 'cancelled' });
    expect(aborted).toBe(0);
    second.abort();
    expect(await reads[1]).toMatchObject({ code: 'cancelled' });
    await expect.poll(() => aborted).toBe(1);
    expect(fixture.seen).toHaveLength(1);
  });

  it('does not share a read begun before a write with one asked for after it', async () => {
    let release = (): void => {};
    const { fixture, http } = await pce((seen, response) => {
      if (seen.method === 'POST') return json(response, 201, {});
      if (fixture.seen.length > 1) return json(response, 200, ['new']);
      release = () => json(response, 200, ['old']);
      return undefined;
    });
    const before = http.send(GET);
    await expect.poll(() => fixture.seen.length).toBe(1);
    await http.send(POST);
    const after = http.send(GET);
    expect((await after).json).toEqual(['new']);
    release();
    expect((await before).json).toEqual(['old']);
  });
});

describe('what fails', () => {
  it.each([
    [400, 'pce_rejected'],
    [401, 'pce_unauthorized'],
    [403, 'pce_forbidden'],
    [404, 'pce_not_found'],
    [405, 'pce_rejected'],
    [406, 'pce_rejected'],
    [500, 'pce_unavailable'],
    [503, 'pce_unavailable'],
    [206, 'pce_bad_answer'],
    [302, 'pce_bad_answer'],
  ])('tells status %i as %s', async (code, expected) => {
    const { http } = await pce(status(code, { location: 'http://127.0.0.1:1/elsewhere' }));
    const failure = await failureOf(http.send(GET));
    expect(failure.code).toBe(expected);
    expect(failure.detail).toMatchObject({ status: code, tokens: [`token_${code}`], requestId: 'req-1' });
    if (expected !== 'pce_bad_answer') expect(failure.message).toContain(`Message ${code}`);
  });

  it('never follows a redirect', async () => {
    const { fixture, http } = await pce((_, response) => {
      response.writeHead(307, { location: '/api/v2/orgs/1/other' }).end();
    });
    await failureOf(http.send(GET));
    expect(fixture.seen).toHaveLength(1);
  });

  it('reads error bodies of any shape without failing on them', async () => {
    for (const body of ['{"token":"t","message":"plain object"}', '<html>', '[1,null,{"error":"old form"}]', '']) {
      const { http } = await pce((_, response) => {
        response.writeHead(406, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body);
      });
      expect((await failureOf(http.send(GET))).code).toBe('pce_rejected');
    }
  });

  it('refuses what is not JSON, and tells it from no answer', async () => {
    const { http } = await pce((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>');
    });
    expect(await failureOf(http.send(GET))).toMatchObject({ code: 'pce_bad_answer' });
  });

  it('tells a machine that is not there from one that does not answer in time', async () => {
    const { fixture, http } = await pce(() => {});
    expect((await failureOf(http.send({ ...GET, deadlineMs: 50 }))).code).toBe('timeout');
    const nobody = quickHttp(fixture.settings({ port: 1 }));
    opened.push(nobody);
    expect(await failureOf(nobody.send(POST))).toMatchObject({
      code: 'pce_unreachable',
      detail: { reason: 'ECONNREFUSED' },
    });
  });

  it('keeps the key out of everything that can be printed', async () => {
    const { http } = await pce(status(401));
    const failure = await failureOf(http.send(GET));
    const printed =
      JSON.stringify([failure.message, failure.data, failure.detail, http.identity]) + String(failure.stack);
    expect(printed).not.toContain('s3cr3t-canary');
    expect(printed).not.toContain('api_1e9bb');
    expect(printed).not.toContain(Buffer.from('api_1e9bb1787883639d5:s3cr3t-canary').toString('base64'));
  });

  it('refuses a compression bomb and lets an ordinary gzip through', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20), { level: 9 });
    const { http } = await pce((seen, response) => {
      const body = seen.query.has('bomb') ? bomb : gzipSync('["small"]');
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
    });
    expect((await http.send(GET)).json).toEqual(['small']);
    expect(await failureOf(http.send({ ...GET, query: { bomb: 1 } }))).toMatchObject({ code: 'pce_bad_answer' });
  });
});

describe('what an error repeats of our credentials', () => {
  it('goes no further', async () => {
    const { http } = await pce(({ headers }, response) =>
      json(response, 406, [{ token: `x ${headers.authorization}`, message: `request was: ${headers.authorization}` }], {
        'x-request-id': String(headers.authorization),
      }),
    );
    const failure = await failureOf(http.send(GET));
    expect(failure.message).toBe('The PCE says: request was: Basic [redacted]');
    expect(failure.detail).toMatchObject({ tokens: ['x Basic [redacted]'], requestId: 'Basic [redacted]' });
  });
});

describe('what is tried again', () => {
  const attempts: readonly (readonly [string, Handler, PceRequest, number, string])[] = [
    ['a GET after 502', inTurn(status(502), ok), GET, 2, 'ok'],
    ['a GET after 503', inTurn(status(503), ok), GET, 2, 'ok'],
    ['a GET after a reset in the middle of the body', inTurn(resetMidBody, ok), GET, 2, 'ok'],
    ['a GET after JSON that breaks off', inTurn(truncated, ok), GET, 2, 'ok'],
    ['a GET in a storm of 429', inTurn(status(429), status(429), status(429), ok), GET, 4, 'ok'],
    ['a GET five times at most', status(503), GET, 5, 'pce_unavailable'],
    ['a GET that breaks off each time', resetMidBody, GET, 5, 'pce_bad_answer'],
    ['a GET in an endless storm of 429', status(429), GET, 5, 'pce_rate_limited'],
    ['a GET as late as a 503 says', inTurn(status(503, { 'retry-after': '3' }), ok), GET, 2, 'ok'],
    ['a GET not at all where a 503 says too late', status(503, { 'retry-after': '300' }), GET, 1, 'pce_unavailable'],
    ['a GET after 500 not at all', status(500), GET, 1, 'pce_unavailable'],
    ['a PUT after 503', inTurn(status(503), ok), { method: 'PUT', path: LABELS, body: {} }, 2, 'ok'],
    [
      'a PUT that creates not at all',
      status(503),
      { method: 'PUT', path: apiPath`/orgs/1/workloads/bulk_create`, body: [] },
      1,
      'pce_unavailable',
    ],
    ['a POST after 503 not at all', status(503), POST, 1, 'pce_unavailable'],
    ['a POST after a reset not at all', resetMidBody, POST, 1, 'pce_bad_answer'],
    ['a POST once after 429', status(429), POST, 2, 'pce_rate_limited'],
  ];
  it.each(attempts)('%s', async (_, handler, request, expected, outcome) => {
    const { fixture, http } = await pce(handler);
    const result = await http.send(request).then(
      () => 'ok',
      (error: Failure) => error.code,
    );
    expect({ result, requests: fixture.seen.length }).toEqual({ result: outcome, requests: expected });
  });

  it('a POST for which no connection could be made: it cannot have happened', async () => {
    const fixture = await startFixture(ok);
    await fixture.close();
    const waiting = noWaiting();
    const http = quickHttp(fixture.settings(), waiting);
    opened.push(http);
    expect((await failureOf(http.send(POST))).code).toBe('pce_unreachable');
    expect(waiting.slept).toHaveLength(4);
  });

  it('keeps to Retry-After, for everybody who uses the key', async () => {
    let now = 0;
    const sent: { readonly path: string; readonly at: number }[] = [];
    const { http } = await pce(
      (seen, response) => {
        sent.push({ path: seen.path, at: now });
        return sent.length === 1 ? status(429, { 'retry-after': '7' })(seen, response) : ok(seen, response);
      },
      {
        clock: { now: () => now },
        random: () => 0,
        async sleep(ms) {
          const until = now + ms;
          // Another caller comes while this one waits, and finds the key paused.
          if (others++ === 0) other = http.send({ method: 'GET', path: apiPath`/orgs/1/vens` });
          await new Promise((resolve) => setTimeout(resolve, 20));
          now = Math.max(now, until);
        },
      },
    );
    let others = 0;
    let other: Promise<unknown> | undefined;
    await http.send(GET);
    await other;
    expect(sent.map(({ at }) => at)).toEqual([0, 7_000, 7_000]);
    expect(sent.map(({ path }) => path).toSorted()).toEqual(['/orgs/1/labels', '/orgs/1/labels', '/orgs/1/vens']);
  });

  it('gives up at once when told to wait too long, and says how long', async () => {
    const { fixture, http } = await pce(status(429, { 'retry-after': '90' }));
    const failure = await failureOf(http.send(GET));
    expect(failure).toMatchObject({ code: 'pce_rate_limited', data: { retry_after_seconds: 90 } });
    expect(fixture.seen).toHaveLength(1);
  });

  it('takes a DELETE for done when its answer was lost and the second finds nothing', async () => {
    const lost: Handler = (_, response) => {
      response.destroy();
    };
    const { http } = await pce(inTurn(lost, status(404)));
    expect((await http.send({ method: 'DELETE', path: LABELS })).status).toBe(204);
    const { http: other } = await pce(status(404));
    expect((await failureOf(other.send({ method: 'DELETE', path: LABELS }))).code).toBe('pce_not_found');
  });
});

describe('streams', () => {
  const read = (http: PceHttp) =>
    http.read(GET, async ({ chunks }) => {
      let text = '';
      for await (const chunk of chunks) text += chunk.toString('utf8');
      return text;
    });

  it('starts a broken read anew, with nothing of the first', async () => {
    const { http } = await pce(inTurn(resetMidBody, ok));
    expect(await read(http)).toBe('[{"href":"/orgs/1/labels/1"}]');
  });

  it('refuse what is not JSON by its type, whatever it holds', async () => {
    const { http } = await pce((_, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' }).end('[]');
    });
    expect((await failureOf(read(http))).code).toBe('pce_bad_answer');
    expect((await failureOf(http.open(GET))).code).toBe('pce_bad_answer');
  });

  it('throws from an opened body that breaks off, and gives its place back', async () => {
    const { http } = await pce(resetMidBody);
    for (let turn = 0; turn < 20; turn++) {
      const { chunks } = await http.open(GET);
      const draining = (async () => {
        for await (const _ of chunks);
      })();
      expect(await failureOf(draining)).toMatchObject({ code: 'pce_bad_answer' });
    }
  });

  it('gives its place back when the body is never read and its time is over', async () => {
    const { http } = await pce((seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (seen.query.has('done')) response.end('[]');
      else response.write('[');
    });
    for (let turn = 0; turn < 8; turn++) await http.open({ ...GET, deadlineMs: 200 });
    expect((await http.send({ ...GET, query: { done: 1 }, deadlineMs: 10_000 })).json).toEqual([]);
  });

  it('gives its place back when the body is no longer wanted', async () => {
    const { http } = await pce((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[');
    });
    for (let turn = 0; turn < 20; turn++) {
      const { chunks } = await http.open(GET);
      for await (const _ of chunks) break;
    }
  });
});

describe('read-only', () => {
  const reads: readonly PceRequest[] = [
    GET,
    { method: 'POST', path: apiPath`/orgs/1/traffic_flows/async_queries` },
    { method: 'PUT', path: apiPath`/orgs/1/traffic_flows/async_queries/${'7734501b-74a2'}` },
    { method: 'PUT', path: apiPath`/orgs/1/traffic_flows/async_queries/${'7734501b-74a2'}/update_rules` },
    { method: 'DELETE', path: apiPath`/orgs/1/traffic_flows/async_queries/${'7734501b-74a2'}` },
    { method: 'POST', path: apiPath`/orgs/1/sec_policy/draft/rule_search` },
    { method: 'POST', path: apiPath`/orgs/1/sec_policy/draft/rule_coverage` },
    { method: 'POST', path: apiPath`/orgs/1/sec_policy/draft/dependencies` },
    { method: 'POST', path: apiPath`/orgs/1/sec_policy/impact` },
    { method: 'DELETE', path: apiPath`/orgs/1/jobs/${'d1775367'}` },
  ];
  const changes: readonly PceRequest[] = [
    POST,
    { method: 'PUT', path: apiPath`/orgs/1/labels/1` },
    { method: 'DELETE', path: apiPath`/orgs/1/labels/1` },
    { method: 'POST', path: apiPath`/orgs/1/sec_policy` },
    { method: 'POST', path: apiPath`/orgs/1/sec_policy/3/restore` },
    { method: 'DELETE', path: apiPath`/orgs/1/sec_policy/pending` },
    { method: 'PUT', path: apiPath`/orgs/1/sec_policy/delete` },
    { method: 'PUT', path: apiPath`/orgs/1/workloads/bulk_update` },
    { method: 'PUT', path: apiPath`/orgs/1/vens/unpair` },
    { method: 'POST', path: apiPath`/orgs/1/traffic_flows/async_queries/${'x'}/anything` },
    { method: 'PUT', path: apiPath`/orgs/1/traffic_flows/async_queries/${'x'}/anything` },
    { method: 'DELETE', path: apiPath`/orgs/1/traffic_flows/async_queries/${'x'}/anything` },
    { method: 'DELETE', path: apiPath`/orgs/1/jobs/${'x'}/anything` },
    { method: 'POST', path: apiPath`/orgs/1/agents/bulk_traffic_flows` },
    { method: 'POST', path: apiPath`/users/1/api_keys` },
  ];
  it('refuses every change itself and lets every question through', async () => {
    const fixture: FixturePce = await startFixture((_, response) => json(response, 200, {}));
    const http = quickHttp(fixture.settings({ readOnly: true }));
    opened.push(fixture, http);
    for (const request of changes) expect((await failureOf(http.send(request))).code).toBe('read_only');
    expect(fixture.seen).toHaveLength(0);
    for (const request of reads) await http.send(request);
    expect(fixture.seen).toHaveLength(reads.length);
  });
});
