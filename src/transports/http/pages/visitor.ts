import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Confirmer } from '../../../access/confirm/confirmations.ts';
import type { Identity } from '../../../access/identity.ts';
import type { Principal } from '../../../core/authority.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Identify } from '../bearer.ts';
import type { HttpEnv } from '../env.ts';
import { alert, page, type Urls } from './html.ts';
import type { SignIn } from './sign-in.ts';

/** Who looks at a page. */
export interface Visitor {
  readonly principal: Principal;
  readonly person: Confirmer;
  /** To be sent back by forms; null where a token came with the request, which no other site can make a browser send. */
  readonly csrf: string | null;
}

export interface VisitorOptions {
  readonly identify: Identify;
  /** Absent without `MCP_OAUTH_CLIENT_ID`: then a token has to come with every request, as in the reference server. */
  readonly signIn: SignIn | undefined;
  readonly principalOf: (identity: Pick<Identity, 'issuer' | 'subject' | 'groups'>) => Principal;
  readonly urls: Urls;
  readonly clock: Clock;
}

/**
 * The visitor, or what they get instead: the way to sign in, or a challenge. `freshSeconds`: a session of who signed in longer ago is not
 * enough.
 */
export async function visitorOf(
  context: Context<HttpEnv>,
  to: string,
  { identify, signIn, principalOf, urls, clock }: VisitorOptions,
  freshSeconds?: number,
): Promise<Visitor | Response> {
  if (signIn === undefined || context.req.header('authorization') !== undefined) {
    const caller = await identify(context.req.raw);
    if (caller instanceof Response) return caller;
    const { principal, identity } = caller;
    return { principal, person: { ...principal, groups: identity?.groups ?? [] }, csrf: null };
  }
  const session = signIn.session(context);
  if (session === null || !isFresh(session.authTimeMs, freshSeconds, clock)) {
    // A form that was sent too late is not sent again by itself.
    if (context.req.method !== 'GET') {
      const body = html`<h1>Signed out</h1>
        ${alert('Your sign-in ended before this was sent. Nothing was done.')}
        <p><a href="${urls.base}${to}">Sign in again</a></p>`;
      return context.html(page(urls, 'Error: signed out', body), 401);
    }
    return signIn.start(context, to, freshSeconds);
  }
  const { issuer, subject, groups, csrf } = session;
  return { principal: principalOf({ issuer, subject, groups }), person: { issuer, subject, groups }, csrf };
}

/** Whether somebody signed in no longer ago than that; where nobody says when they did, they did not. */
export const isFresh = (authTimeMs: number | null, seconds: number | undefined, clock: Clock): boolean =>
  seconds === undefined || (authTimeMs !== null && clock.now() - authTimeMs <= seconds * 1000);

/** Whether a form is one of ours, sent by this visitor's own doing (attack 34): token, Origin and Fetch Metadata agree. */
export function isOwnForm(
  context: Context<HttpEnv>,
  { csrf }: Pick<Visitor, 'csrf'>,
  sent: unknown,
  { base }: Urls,
): boolean {
  if (csrf === null) return true;
  const { origin } = new URL(base);
  const from = context.req.header('origin');
  const site = context.req.header('sec-fetch-site');
  if (from !== undefined ? from !== origin : site !== 'same-origin') return false;
  if (site !== undefined && site !== 'same-origin') return false;
  const [given, right] = [Buffer.from(typeof sent === 'string' ? sent : ''), Buffer.from(csrf)];
  return given.length === right.length && timingSafeEqual(given, right);
}
