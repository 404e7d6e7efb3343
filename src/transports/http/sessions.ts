import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  isInitializeRequest,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Clock } from '../../core/clock.ts';

export interface SessionRequest {
  readonly parsedBody: unknown;
  readonly authInfo: AuthInfo;
  /** Who asks. A session belongs to whoever opened it; for anybody else it does not exist (attack 17). */
  readonly owner: string;
}

/** Serves clients of the 2025 era, which open a session and name it in every request. */
export interface LegacySessions {
  handle(request: Request, options: SessionRequest): Promise<Response>;
  close(): Promise<void>;
}

export interface SessionLimits {
  /** When so many are open, the one unused for longest ends. */
  readonly maxSessions?: number | undefined;
  /** The same for those of one caller. */
  readonly maxPerOwner?: number | undefined;
  readonly idleMs?: number | undefined;
  readonly clock: Clock;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly owner: string;
  usedMs: number;
}

/** A session of a full server is about 110 KiB (stack.md §1.3), so they are bounded in number and in idle time. */
export function createLegacySessions(
  newServer: () => Server,
  { maxSessions = 400, maxPerOwner = 100, idleMs = 30 * 60_000, clock }: SessionLimits,
): LegacySessions {
  // In order of last use, longest ago first.
  const sessions = new Map<string, Session>();

  async function end(id: string): Promise<void> {
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.transport.close();
  }

  /** Who opens many ends their own first: nobody pushes out the sessions of all others (attack 42). */
  async function makeRoom(newOwner: string): Promise<void> {
    const owned = [...sessions].filter(([, { owner }]) => owner === newOwner);
    const tooMany = owned.slice(0, Math.max(0, owned.length - maxPerOwner + 1));
    for (const [id] of tooMany) await end(id);
    for (const [id, { usedMs }] of sessions)
      if (sessions.size >= maxSessions || clock.now() - usedMs > idleMs) await end(id);
  }

  async function open(owner: string): Promise<WebStandardStreamableHTTPServerTransport> {
    await makeRoom(owner);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, { transport, owner, usedMs: clock.now() }),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await newServer().connect(transport);
    return transport;
  }

  function find(id: string, owner: string): Session | undefined {
    const session = sessions.get(id);
    if (!session || session.owner !== owner || clock.now() - session.usedMs > idleMs) return undefined;
    session.usedMs = clock.now();
    sessions.delete(id);
    sessions.set(id, session);
    return session;
  }

  return {
    async handle(request, { parsedBody, authInfo, owner }) {
      const id = request.headers.get('mcp-session-id');
      if (id !== null) {
        // 404 tells a client of this era to open a new session.
        const session = find(id, owner);
        return session
          ? session.transport.handleRequest(request, { parsedBody, authInfo })
          : refuse(404, 'Session not found');
      }
      if (request.method !== 'POST' || !isInitializeRequest(parsedBody)) return refuse(400, 'Session ID required');
      return (await open(owner)).handleRequest(request, { parsedBody, authInfo });
    },
    async close() {
      for (const id of sessions.keys()) await end(id);
    },
  };
}

const refuse = (status: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, { status });
