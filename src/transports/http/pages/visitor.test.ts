import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { HttpEnv } from '../env.ts';
import type { Session } from './sign-in.ts';
import { visitorOf } from './visitor.ts';

const NOW = Date.UTC(2026, 4, 12, 9);
const MINUTE = 60_000;

/** A page of somebody whose session says that they signed in then, and that wants a sign-in of the last five minutes. */
function pageFor(authTimeMs: number | null) {
  const session: Session = { issuer: 'i', subject: 'ada', groups: [], authTimeMs, csrf: 'x' };
  const asked: (number | undefined)[] = [];
  const app = new Hono<HttpEnv>();
  app.all('/page', async (context) => {
    const visitor = await visitorOf(
      context,
      '/page',
      {
        identify: () => Promise.reject(new Error('no token came')),
        signIn: {
          routes: new Hono<HttpEnv>(),
          session: () => session,
          async start(_context, _to, maxAgeSeconds) {
            asked.push(maxAgeSeconds);
            return new Response(null, { status: 303 });
          },
        },
        principalOf: (identity) => ({ ...identity, role: 'admin' }),
        urls: { base: 'https://mcp.example.com' },
        clock: { now: () => NOW },
      },
      300,
    );
    return visitor instanceof Response ? visitor : context.text(visitor.person.subject);
  });
  return { asked, ask: (method: string) => app.request('/page', { method }) };
}

it.each([
  ['just now', NOW],
  ['five minutes ago', NOW - 5 * MINUTE],
])('who signed in %s is let in', async (_when, authTimeMs) => {
  const { ask, asked } = pageFor(authTimeMs);
  expect(await (await ask('GET')).text()).toBe('ada');
  expect(await (await ask('POST')).text()).toBe('ada');
  expect(asked).toEqual([]);
});

it.each([
  ['longer ago', NOW - 5 * MINUTE - 1],
  ['nobody knows when', null],
])('who signed in %s is sent to do it again, and what they sent does nothing', async (_when, authTimeMs) => {
  const { ask, asked } = pageFor(authTimeMs);
  expect((await ask('GET')).status).toBe(303);
  expect(asked).toEqual([300]);
  const sent = await ask('POST');
  expect([sent.status, await sent.text()]).toEqual([401, expect.stringContaining('Nothing was done.')]);
});
