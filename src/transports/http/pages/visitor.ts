import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import type { Confirmer } from '../../../access/confirm/confirmations.ts';
import type { Identity } from '../../../access/identity.ts';
import type { Principal } from '../../../core/authority.ts';
import type { Identify } from '../bearer.ts';
import { type HttpEnv, refusal } from '../env.ts';
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
  /** Of the pages themselves. */
  readonly origin: string;
}

/** The visitor, or what they get instead: the way to sign in, or a challenge. */
export async function visitorOf(
  context: Context<HttpEnv>,
  to: string,
  { identify, signIn, principalOf }: VisitorOptions,
): Promise<Visitor | Response> {
  if (signIn === undefined || context.req.header('authorization') !== undefined) {
    const caller = await identify(context.req.raw);
    if (caller instanceof Response) return caller;
    const { principal, identity } = caller;
    return { principal, person: { ...principal, groups: identity?.groups ?? [] }, csrf: null };
  }
  const session = signIn.session(context);
  if (session === null) {
    // A form that was sent too late is not sent again by itself.
    if (context.req.method !== 'GET') return context.json(refusal('unauthorized', 'Sign in again.'), 401);
    return signIn.start(context, to);
  }
  const { issuer, subject, groups, csrf } = session;
  return { principal: principalOf({ issuer, subject, groups }), person: { issuer, subject, groups }, csrf };
}

/** Whether a form is one of ours, sent by this visitor's own doing (attack 34): token, Origin and Fetch Metadata agree. */
export function isOwnForm(context: Context<HttpEnv>, { csrf }: Visitor, sent: unknown, origin: string): boolean {
  if (csrf === null) return true;
  const from = context.req.header('origin');
  const site = context.req.header('sec-fetch-site');
  if (from !== undefined ? from !== origin : site !== 'same-origin') return false;
  if (site !== undefined && site !== 'same-origin') return false;
  const [given, right] = [Buffer.from(typeof sent === 'string' ? sent : ''), Buffer.from(csrf)];
  return given.length === right.length && timingSafeEqual(given, right);
}
