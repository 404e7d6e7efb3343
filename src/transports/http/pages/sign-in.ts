import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Configuration } from 'openid-client';
import type { Identity } from '../../../access/identity.ts';
import type { Clock } from '../../../core/clock.ts';
import { asFailure, Failure } from '../../../core/errors.ts';
import { isObject } from '../../../core/json.ts';
import type { Log } from '../../../core/log.ts';
import type { Secret } from '../../../core/secret.ts';
import type { HttpEnv, HttpRoutes } from '../env.ts';
import { sealedCookie } from './cookies.ts';
import type { Form } from './form.ts';
import { alert, done, page, type Urls } from './html.ts';
import { isOwnForm } from './visitor.ts';

/** Somebody who signed in with a browser. */
export interface Session {
  readonly issuer: string;
  readonly subject: string;
  /** Only those that mean something to this server: a cookie is small. */
  readonly groups: readonly string[];
  readonly authTimeMs: number | null;
  /** Sent back by our own forms (attack 34). */
  readonly csrf: string;
}

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  /** What is asked for; tokens for this server must come of it. */
  readonly request: Readonly<Record<string, string>>;
  readonly cookieKey: Uint8Array;
  readonly urls: Urls;
  /** The access token is judged as one that an MCP client shows, so that both are the same person with the same groups. */
  readonly verify: (token: string) => Promise<Identity>;
  readonly groupsOfInterest: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SignIn {
  readonly routes: HttpRoutes;
  /** Null: nobody, or not any more. */
  session(context: Context<HttpEnv>): Session | null;
  /** To the identity provider and back to `to`, one of our own pages. `maxAgeSeconds`: who signed in longer ago is to do it again. */
  start(context: Context<HttpEnv>, to: string, maxAgeSeconds?: number): Promise<Response>;
}

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly to: string;
  readonly maxAge: number | null;
}

const NOT_OURS = 'This form is too old, or not ours.';
const FLOW_LIFE_MS = 10 * 60_000;
const SESSION_LIFE_MS = 60 * 60_000;

/** The pages one may be sent back to: exactly these, so that nobody can be sent elsewhere (attack 35). */
const BACK_TO = /^\/(?:setup|approve\/[\w-]{16,64})$/;

/** Authorization code with PKCE, state, nonce and issuer check (RFC 9700 §2.1, RFC 9207), by `openid-client`. */
export function createSignIn(options: SignInOptions): SignIn {
  const { cookieKey: key, urls, clock, log, groupsOfInterest } = options;
  const secure = urls.base.startsWith('https:');
  const callback = `${urls.base}/signin/callback`;
  const cookies = { key, secure, clock };
  const flows = sealedCookie<Flow>({ ...cookies, name: 'illumio-mcp-flow', sameSite: 'Lax', isValue: isFlow });
  const sessions = sealedCookie<Session>({
    ...cookies,
    name: 'illumio-mcp-session',
    sameSite: 'Strict',
    isValue: isSession,
  });
  const provider = discovered(options);

  const routes: HttpRoutes = new Hono();
  routes.get('/signin/callback', async (context) => {
    const flow = flows.read(context);
    flows.clear(context);
    if (flow === null) return again(context, 'The sign-in took too long, or was begun in another browser.');
    try {
      const identity = await finish(flow, new URL(context.req.url).search);
      const { issuer, subject, authTimeMs, expiresMs } = identity;
      const groups = identity.groups.filter((group) => groupsOfInterest.has(group));
      const csrf = randomBytes(24).toString('base64url');
      const lifeMs = Math.min(SESSION_LIFE_MS, expiresMs - clock.now());
      sessions.write(context, { issuer, subject, groups, authTimeMs, csrf }, lifeMs);
      // Not a redirect: the browser came from elsewhere, so a strict cookie would stay behind.
      return context.html(page(urls, 'Signed in', signedIn(`${urls.base}${flow.to}`), `${urls.base}${flow.to}`));
    } catch (error) {
      const { code, message } = asFailure(error);
      log.info('a sign-in failed', { error });
      return again(
        context,
        code === 'internal' ? 'The identity provider did not complete the sign-in.' : message,
        flow.to,
      );
    }
  });
  routes.post('/signout', async (context) => {
    const form: Form = await context.req.parseBody().catch(() => ({}));
    const session = sessions.read(context);
    if (session !== null && !isOwnForm(context, session, form['csrf'], urls))
      return context.html(page(urls, 'Error: still signed in', html`<h1>Still signed in</h1>${alert(NOT_OURS)}`), 403);
    sessions.clear(context);
    const body = html`<h1>Signed out</h1>
      ${done('Signed out here. You may still be signed in at your identity provider.')}
      <p><a href="${urls.base}/setup">Sign in again</a></p>`;
    return context.html(page(urls, 'Signed out', body));
  });

  return {
    routes,
    session: (context) => sessions.read(context),
    async start(context, to, maxAge) {
      if (!BACK_TO.test(to)) throw new Failure('not_found');
      const client = await import('openid-client');
      const flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        to,
        maxAge: maxAge ?? null,
      };
      const url = client.buildAuthorizationUrl(await provider(), {
        ...options.request,
        redirect_uri: callback,
        response_type: 'code',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
      });
      flows.write(context, flow, FLOW_LIFE_MS);
      return context.redirect(url.href, 303);
    },
  };

  async function finish({ state, nonce, verifier, maxAge }: Flow, search: string): Promise<Identity> {
    const client = await import('openid-client');
    const { resource } = options.request;
    const tokens = await client.authorizationCodeGrant(
      await provider(),
      new URL(`${callback}${search}`),
      {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
        // Then the ID token says when they signed in, and the library checks it (OpenID Connect Core §3.1.2.1).
        ...(maxAge === null ? {} : { maxAge }),
      },
      resource === undefined ? {} : { resource },
    );
    const identity = await options.verify(tokens.access_token);
    return { ...identity, authTimeMs: identity.authTimeMs ?? authTimeOf(tokens.claims()) };
  }

  function again(context: Context<HttpEnv>, why: string, to?: string) {
    const body = html`<h1>Not signed in</h1>
      ${alert(why)}
      <p>${to === undefined ? 'Open the page you wanted again.' : html`<a href="${urls.base}${to}">Try again</a>`}</p>`;
    return context.html(page(urls, 'Error: not signed in', body), 400);
  }
}

const signedIn = (href: string) => html`<h1>Signed in</h1>
  <p><a href="${href}">Go on</a></p>`;

function authTimeOf(claims: { readonly auth_time?: unknown } | undefined): number | null {
  const seconds = claims?.auth_time;
  return typeof seconds === 'number' ? seconds * 1000 : null;
}

/** The provider's own description of itself, asked for once; a failure is not kept. */
function discovered({ issuer, clientId, clientSecret }: SignInOptions): () => Promise<Configuration> {
  let known: Promise<Configuration> | undefined;
  const discover = async (): Promise<Configuration> => {
    const client = await import('openid-client');
    const url = new URL(issuer);
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret.reveal());
    return client.discovery(url, clientId, undefined, authentication, {
      timeout: 10,
      // Settings allow http on loopback only.
      execute: url.protocol === 'http:' ? [client.allowInsecureRequests] : [],
    });
  };
  return () => {
    if (known === undefined) {
      const attempt = discover();
      known = attempt;
      attempt.catch(() => {
        if (known === attempt) known = undefined;
      });
    }
    return known;
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isFlow = (value: unknown): value is Flow =>
  isObject(value) &&
  isText(value['state']) &&
  isText(value['nonce']) &&
  isText(value['verifier']) &&
  isText(value['to']) &&
  (value['maxAge'] === null || typeof value['maxAge'] === 'number');

const isSession = (value: unknown): value is Session =>
  isObject(value) &&
  isText(value['issuer']) &&
  isText(value['subject']) &&
  isText(value['csrf']) &&
  Array.isArray(value['groups']) &&
  value['groups'].every(isText) &&
  (value['authTimeMs'] === null || typeof value['authTimeMs'] === 'number');
