import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { silentLog } from '../../src/core/log.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { clientFor, type Revision } from './clients.ts';
import { fixtureDispatcher } from './fixtures/tools.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttp({ dispatcher: fixtureDispatcher(), ...openToThisMachine(OPERATOR), log: silentLog });
});
afterAll(() => server.close());

/** One call that goes well, one that fails, one that meets a defect; what the client is told of them beside the answers. */
async function told(revision: Revision, level?: string): Promise<readonly unknown[]> {
  const client: Client = clientFor(revision);
  const messages: unknown[] = [];
  client.setNotificationHandler('notifications/message', ({ params }) => void messages.push(params));
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  const isNew = revision === '2026-07-28';
  if (level !== undefined && !isNew) await client.setLoggingLevel(level as Parameters<Client['setLoggingLevel']>[0]);
  const meta = level !== undefined && isNew ? { _meta: { 'io.modelcontextprotocol/logLevel': level } } : {};
  await client.callTool({ name: 'count-things', arguments: { count: 1 }, ...meta });
  await client.callTool({ name: 'fail', arguments: { how: 'expected' }, ...meta });
  await client.callTool({ name: 'fail', arguments: { how: 'defect' }, ...meta });
  await client.close();
  return messages;
}

const message = (level: string, tool: string, outcome: string) => ({
  level,
  logger: 'illumio-mcp',
  data: { tool, outcome, duration_ms: expect.any(Number) },
});

describe.each(['2025-11-25', '2026-07-28'] as const)('a client of %s', (revision) => {
  it('is sent no messages unless it asks', async () => {
    expect(await told(revision)).toEqual([]);
  });

  it('is told of failed calls from the level it asks for, and never what was in them', async () => {
    expect(await told(revision, 'warning')).toEqual([
      message('warning', 'fail', 'pce_rejected'),
      message('error', 'fail', 'internal'),
    ]);
    expect(await told(revision, 'critical')).toEqual([]);
  });

  it('is told of every call with debug', async () => {
    expect(await told(revision, 'debug')).toHaveLength(3);
  });
});
