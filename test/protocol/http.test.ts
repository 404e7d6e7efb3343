import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { silentLog } from '../../src/core/log.ts';
import { createHttpApp } from '../../src/transports/http/app.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { clientFor, REVISIONS } from './clients.ts';
import { fixtureDispatcher } from './fixtures/tools.ts';
import { initialize, initialized, request } from './raw.ts';

const OPTIONS = { dispatcher: fixtureDispatcher(), ...openToThisMachine(OPERATOR), log: silentLog };

let server: HttpServer;
beforeAll(async () => {
  server = await startHttp(OPTIONS);
});
afterAll(() => server.close());

async function connect(revision: (typeof REVISIONS)[number]) {
  const client = clientFor(revision);
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  return client;
}

describe('HTTP on loopback', () => {
  it('answers every revision alike', async () => {
    const answers = await Promise.all(
      REVISIONS.map(async (revision) => {
        const client = await connect(revision);
        const { tools } = await client.listTools();
        const { structuredContent } = await client.callTool({ name: 'count-things', arguments: { count: 2 } });
        const version = client.getNegotiatedProtocolVersion();
        await client.close();
        return { version, tools, structuredContent };
      }),
    );
    expect(answers.map(({ version }) => version)).toEqual(REVISIONS);
    for (const { tools, structuredContent } of answers) {
      expect(tools).toEqual(answers[0]?.tools);
      expect(structuredContent).toEqual(answers[0]?.structuredContent);
    }
    expect(answers[0]?.structuredContent).toMatchObject({ answer: '2 things.' });
  });

  it.each(REVISIONS)('%s: tells progress', async (revision) => {
    const client = await connect(revision);
    const steps: number[] = [];
    const call = { name: 'work-long', arguments: { steps: 3 } };
    await client.callTool(call, { onprogress: ({ progress }) => void steps.push(progress) });
    expect(steps).toEqual([1, 2, 3]);
    await client.close();
  });

  it('answers health to anyone, and nothing else to a rebound name or a foreign page', async () => {
    const origin = new URL(server.url).origin;
    const app = createHttpApp(OPTIONS);
    const ask = async (path: string, headers: Record<string, string>) =>
      (await app.fetch(new Request(`http://127.0.0.1${path}`, { headers }))).status;
    expect(await (await fetch(`${origin}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await ask('/healthz', { host: 'evil.example' })).toBe(200);
    expect(await ask('/mcp', { host: 'evil.example' })).toBe(403);
    expect(await ask('/mcp', { host: '127.0.0.1', origin: 'https://evil.example' })).toBe(403);
    expect(await ask('/other', { host: '127.0.0.1' })).toBe(404);
    await app.close();
  });

  it('refuses any other address', async () => {
    await expect(startHttp({ ...OPTIONS, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'invalid_configuration' });
  });

  it('refuses a body that is too large', async () => {
    const body = JSON.stringify({ padding: 'x'.repeat(2_000_000) });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    expect((await fetch(server.url, { method: 'POST', body, headers })).status).toBe(413);
  });
});

describe('sessions of the 2025 era', () => {
  const HEADERS = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  let nowMs = 0;
  const app = createHttpApp({ ...OPTIONS, clock: { now: () => nowMs } });
  const post = (message: object, session?: string) =>
    app.fetch(
      new Request('http://127.0.0.1/mcp', {
        method: 'POST',
        body: JSON.stringify(message),
        headers: { ...HEADERS, ...(session ? { 'mcp-session-id': session } : {}) },
      }),
    );

  async function open(): Promise<string> {
    const response = await post(initialize(1, '2025-11-25'));
    const session = response.headers.get('mcp-session-id') ?? '';
    await response.text();
    await post(initialized, session);
    return session;
  }

  it('are required, end when told, and end after half an hour of silence', async () => {
    expect((await post(request(1, 'tools/list'))).status).toBe(400);
    expect((await post(request(1, 'tools/list'), 'made-up')).status).toBe(404);

    const ended = await open();
    const deletion = new Request('http://127.0.0.1/mcp', {
      method: 'DELETE',
      headers: { host: '127.0.0.1', 'mcp-session-id': ended },
    });
    expect((await app.fetch(deletion)).status).toBe(200);
    expect((await post(request(2, 'tools/list'), ended)).status).toBe(404);

    const idle = await open();
    nowMs += 29 * 60_000;
    expect((await post(request(2, 'tools/list'), idle)).status).toBe(200);
    nowMs += 31 * 60_000;
    expect((await post(request(3, 'tools/list'), idle)).status).toBe(404);
  });

  it('are bounded: the one unused for longest makes room', async () => {
    const first = await open();
    const second = await open();
    await post(request(2, 'tools/list'), first);
    for (let opened = 0; opened < 99; opened++) await open();
    expect((await post(request(3, 'tools/list'), second)).status).toBe(404);
    expect((await post(request(3, 'tools/list'), first)).status).toBe(200);
    await app.close();
  });
});
