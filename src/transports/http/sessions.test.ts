import { describe, expect, it } from 'vitest';
import { fixtureDispatcher } from '../../../test/protocol/fixtures/tools.ts';
import { initialize, request } from '../../../test/protocol/raw.ts';
import { OPERATOR } from '../../access/decide.ts';
import { silentLog } from '../../core/log.ts';
import { createMcpServer } from '../../dispatch/sdk.ts';
import { authInfoOf, callerOf } from './callers.ts';
import { createLegacySessions } from './sessions.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function sessionsOf(limits: { readonly maxSessions: number; readonly maxPerOwner: number }) {
  const newServer = () => createMcpServer(fixtureDispatcher(), callerOf, silentLog);
  const sessions = createLegacySessions(newServer, { ...limits, clock: { now: () => 0 } });
  const send = (owner: string, message: object, session?: string) => {
    const headers = { ...HEADERS, ...(session === undefined ? {} : { 'mcp-session-id': session }) };
    return sessions.handle(
      new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body: JSON.stringify(message) }),
      {
        parsedBody: message,
        authInfo: authInfoOf({ principal: OPERATOR }),
        owner,
      },
    );
  };
  return {
    open: async (owner: string) => (await send(owner, initialize(1, '2025-11-25'))).headers.get('mcp-session-id') ?? '',
    isOpen: async (owner: string, session: string) =>
      (await send(owner, request(2, 'tools/list'), session)).status === 200,
  };
}

describe('sessions of many callers', () => {
  it('of one who opens too many end that caller’s own, the oldest first', async () => {
    const { open, isOpen } = sessionsOf({ maxSessions: 10, maxPerOwner: 2 });
    const jane = await open('jane');
    const greedy = [await open('greedy'), await open('greedy'), await open('greedy')];
    expect(await Promise.all(greedy.map((session) => isOpen('greedy', session)))).toEqual([false, true, true]);
    expect(await isOpen('jane', jane)).toBe(true);
  });

  it('are bounded in all', async () => {
    const { open, isOpen } = sessionsOf({ maxSessions: 2, maxPerOwner: 2 });
    const [first, second, third] = [await open('a'), await open('b'), await open('c')];
    expect(await isOpen('a', first)).toBe(false);
    expect(await isOpen('b', second)).toBe(true);
    expect(await isOpen('c', third)).toBe(true);
    expect(await isOpen('a', third)).toBe(false);
  });
});
