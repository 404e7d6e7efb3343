import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Principal } from '../../src/core/authority.ts';
import { silentLog } from '../../src/core/log.ts';
import { createHttpApp } from '../../src/transports/http/app.ts';
import { startGateway } from '../../src/transports/http/gateway.ts';
import { createMetrics } from '../../src/transports/http/metrics.ts';
import { startMetrics } from '../../src/transports/http/metrics-server.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { createQuotas } from '../../src/transports/http/quotas.ts';
import { type HttpServerOptions, startHttp } from '../../src/transports/http/server.ts';
import { clientFor, REVISIONS } from './clients.ts';
import { fixtureDispatcher } from './fixtures/tools.ts';
import { sandbox, SOURCE } from './programs.ts';
import { request, runRaw } from './raw.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(options: Partial<HttpServerOptions> = {}) {
  const server = await startHttp({
    dispatcher: fixtureDispatcher(),
    ...openToThisMachine(OPERATOR),
    log: silentLog,
    ...options,
  });
  closing.push(() => server.close());
  return server;
}

const connect = async (url: string, revision: (typeof REVISIONS)[number]) => {
  const client = clientFor(revision);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
};

const post = (url: string, message: object) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(message),
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  });

describe('replicas', () => {
  it.each(REVISIONS)('answer %s without a session, each request at another one', async (revision) => {
    const replicas = [await serve({ sessions: false }), await serve({ sessions: false })];
    let turn = 0;
    const balancer = createServer((incoming, outgoing) => {
      const target = new URL(replicas[turn++ % 2]?.url ?? '');
      const { method, headers, url: path } = incoming;
      const onward = httpRequest({ hostname: target.hostname, port: target.port, method, headers, path }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    balancer.listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    closing.push(async () => {
      balancer.closeAllConnections();
      balancer.close();
    });
    const address = Object(balancer.address());
    const client = await connect(`http://127.0.0.1:${String(Reflect.get(address, 'port'))}/mcp`, revision);
    expect((await client.listTools()).tools.length).toBeGreaterThan(2);
    const steps: number[] = [];
    const call = { name: 'work-long', arguments: { steps: 3 } };
    await client.callTool(call, { onprogress: ({ progress }) => void steps.push(progress) });
    expect(steps).toEqual([1, 2, 3]);
    await client.close();
  });
});

describe('a server that is told to stop', () => {
  it('ends the call under way, says that it is not ready, and then is gone', async () => {
    const server = await startHttp({
      dispatcher: fixtureDispatcher(),
      ...openToThisMachine(OPERATOR),
      log: silentLog,
      drainMs: 20_000,
      lingerMs: 50,
    });
    const client = await connect(server.url, '2026-07-28');
    const started = Promise.withResolvers<void>();
    const call = client.callTool(
      { name: 'work-long', arguments: { steps: 300 } },
      { onprogress: () => started.resolve() },
    );
    await started.promise;
    const origin = new URL(server.url).origin;
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    const closed = server.close();
    const ready = await fetch(`${origin}/readyz`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    expect(await call).toMatchObject({ structuredContent: { answer: '300 steps done.' } });
    await closed;
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('does not wait for a stream that lasts, nor longer than it may', async () => {
    const server = await startHttp({
      dispatcher: fixtureDispatcher(),
      ...openToThisMachine(OPERATOR),
      log: silentLog,
      drainMs: 100,
    });
    const client = await connect(server.url, '2025-11-25');
    const endless = client.callTool({ name: 'work-long', arguments: { steps: 1_000_000 } }).catch(() => 'broken off');
    await delay(50);
    await server.close();
    await client.close();
    expect(await endless).toBe('broken off');
  });
});

describe('limits', () => {
  const PRINCIPAL: Principal = { ...OPERATOR, subject: 'busy' };

  it('on calls at a time, of one caller and of all', async () => {
    const quotas = createQuotas({ perMinute: 0, perCaller: 2, inAll: 3 });
    const other = { ...PRINCIPAL, subject: 'other' };
    const first = await quotas.enter(PRINCIPAL, 1);
    await quotas.enter(PRINCIPAL, 1);
    expect(await quotas.enter(PRINCIPAL, 1)).toEqual({ wait: { limit: 'caller', retryAfterSeconds: 1 } });
    await quotas.enter(other, 1);
    expect(await quotas.enter(other, 1)).toEqual({ wait: { limit: 'server', retryAfterSeconds: 1 } });
    if ('leave' in first) for (const _ of [1, 2]) first.leave();
    expect(await quotas.enter(PRINCIPAL, 1)).toHaveProperty('leave');
    expect(await quotas.enter(PRINCIPAL, 1)).toHaveProperty('wait');
  });

  it('count every call of a batch, which 2025-03-26 still has', async () => {
    const server = await serve({ quotas: createQuotas({ perMinute: 5 }) });
    const call = (id: number) => request(id, 'tools/call', { name: 'count-things', arguments: { count: 1 } });
    const batch = await post(server.url, [1, 2, 3, 4, 5, 6].map(call));
    expect(batch.status).toBe(429);
    expect(Number(batch.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await batch.json()).toMatchObject({ error: 'rate_limited' });
  });

  it('give a place back when its call has been answered', async () => {
    const server = await serve({ quotas: createQuotas({ perMinute: 0, perCaller: 1 }) });
    const client = await connect(server.url, '2026-07-28');
    for (let asked = 0; asked < 5; asked++)
      expect((await client.callTool({ name: 'count-things', arguments: { count: 1 } })).isError ?? false).toBe(false);
    await client.close();
  });
});

describe('readiness', () => {
  it('is asked of what stands behind at most every ten seconds', async () => {
    let nowMs = 0;
    let asked = 0;
    const checks = { pce: true, keys: true, store: true };
    const app = createHttpApp({
      dispatcher: fixtureDispatcher(),
      ...openToThisMachine(OPERATOR),
      log: silentLog,
      clock: { now: () => nowMs },
      check: async () => {
        asked += 1;
        return { ...checks };
      },
    });
    const ready = async () => {
      const response = await app.fetch(new Request('http://any-name/readyz'));
      return [response.status, await response.json()];
    };
    expect(await ready()).toEqual([200, { status: 'ready', checks: { pce: 'ok', keys: 'ok', store: 'ok' } }]);
    checks.keys = false;
    expect((await ready())[0]).toBe(200);
    nowMs += 10_000;
    expect(await ready()).toEqual([503, { status: 'not_ready', checks: { pce: 'ok', keys: 'failed', store: 'ok' } }]);
    expect(asked).toBe(2);
    await app.close();
  });

  it('needs a PCE that answers, without spending its quota on the question', async () => {
    const asked: string[] = [];
    const pce = createServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers.authorization ?? 'without a key'}`);
      response.writeHead(200).end();
    });
    pce.listen(0, '127.0.0.1');
    await once(pce, 'listening');
    const port = String(Reflect.get(Object(pce.address()), 'port'));
    const start = async (target: string) => {
      const { settings } = loadConfig({
        dotenv: '',
        environment: {
          MCP_DEV_INSECURE: '1',
          MCP_HTTP_PORT: '0',
          PCE_HOST: target,
          PCE_ORG_ID: '1',
          API_KEY: 'k',
          API_SECRET: 's',
        },
      });
      const server = await startGateway(settings, { log: silentLog });
      const { status } = await fetch(new URL('/readyz', server.url));
      await server.close();
      return status;
    };
    expect(await start(`http://127.0.0.1:${port}`)).toBe(200);
    expect(asked).toEqual(['/api/v2/node_available without a key']);
    pce.close();
    await once(pce, 'close');
    expect(await start(`http://127.0.0.1:${port}`)).toBe(503);
  });
});

describe('metrics', () => {
  it('count requests and calls on a listener of their own, without a caller or an argument in them', async () => {
    const metrics = createMetrics();
    const server = await serve({ dispatcher: metrics.watch(fixtureDispatcher()), metrics });
    const scraped = await startMetrics(metrics, { host: '127.0.0.1', port: 0 });
    closing.push(() => scraped.close());
    const client = await connect(server.url, '2026-07-28');
    await client.callTool({ name: 'count-things', arguments: { count: 2 } });
    await client.callTool({ name: 'fail', arguments: { how: 'canary-argument' } });
    await client.callTool({ name: 'canary-tool', arguments: {} }).catch(() => {});
    const text = await (await fetch(`http://127.0.0.1:${scraped.port}/metrics`)).text();
    expect(text).toContain('illumio_mcp_tool_call_seconds_count{tool="count-things",outcome="ok"} 1');
    expect(text).toContain('illumio_mcp_tool_call_seconds_count{tool="fail",outcome="pce_rejected"} 1');
    expect(text).toContain('illumio_mcp_tool_calls_running 0');
    expect(text).toMatch(/illumio_mcp_http_requests_total\{method="POST",status="200"\} \d/);
    expect(text).not.toMatch(/canary|operator/);
    expect((await fetch(`http://127.0.0.1:${scraped.port}/other`)).status).toBe(404);
    expect((await fetch(new URL('/metrics', server.url))).status).toBe(404);
    await client.close();
  });
});

it('a server that cannot listen leaves nothing open: its process ends', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  closing.push(async () => void taken.close());
  const port = String(Reflect.get(Object(taken.address()), 'port'));
  const box = await sandbox();
  closing.push(() => box.remove());
  const state = { MCP_STATE_DIR: box.folder, MCP_KEYSTORE_PATH: join(box.folder, 'keys.db') };
  const oauth = {
    MCP_PUBLIC_URL: 'https://mcp.example.com',
    MCP_OAUTH_ISSUER: 'https://idp.example.com',
    MCP_OAUTH_JWKS_URL: 'https://idp.example.com/jwks',
    MCP_OAUTH_AUDIENCE: 'https://mcp.example.com',
    MCP_CONFIRM_HMAC_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  const pce = { MCP_PCE_MODE: 'shared', PCE_HOST: 'pce.example.com', PCE_ORG_ID: '1', API_KEY: 'k', API_SECRET: 's' };
  const program = box.program(SOURCE, ['http', '--port', port], {
    ...state,
    ...oauth,
    ...pce,
    MCP_METRICS_PORT: '9464',
  });
  const { code, stderr } = await runRaw(program, [], 0);
  expect(code).toBe(1);
  expect(stderr).toContain('in use');
});
