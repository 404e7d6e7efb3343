import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import { createAuthority } from '../../../access/decide.ts';
import type { Settings } from '../../../config/schema.ts';
import type { ServingMode } from '../../../config/serving-mode.ts';
import { systemClock } from '../../../core/clock.ts';
import { Failure } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Authentication } from '../authentication.ts';
import { type Backing, derived } from '../backing.ts';
import type { HttpRoutes } from '../env.ts';
import { approveRoutes } from './approve.ts';
import { alert, page, STYLE, type Urls } from './html.ts';
import { setupRoutes } from './setup.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import type { VisitorOptions } from './visitor.ts';

export interface PagesOptions {
  readonly settings: Settings;
  readonly mode: ServingMode;
  readonly backing: Backing;
  readonly identify: Authentication['identify'];
  readonly tokens: NonNullable<Authentication['tokens']>;
  readonly urls: Urls;
  readonly log: Log;
}

const MAX_FORM_BYTES = 64 * 1024;

/** The pages for people that these settings ask for. */
export function pages({ settings, mode, backing, identify, tokens, urls, log }: PagesOptions): HttpRoutes {
  const { recorder, confirmations, keys, serving } = backing;
  const signIn = signInOf();
  const decide = createAuthority({ readOnly: settings.MCP_READ_ONLY });
  const visitors: VisitorOptions = {
    identify,
    signIn,
    principalOf: tokens.principalOf,
    urls,
    clock: systemClock,
  };
  const routes: HttpRoutes = new Hono();
  routes.use('/setup', bodyLimit({ maxSize: MAX_FORM_BYTES }));
  routes.use('/approve/*', bodyLimit({ maxSize: MAX_FORM_BYTES }));
  routes.get('/setup/style.css', (context) => {
    context.header('content-type', 'text/css; charset=utf-8');
    return context.body(STYLE);
  });
  if (signIn) routes.route('/', signIn.routes);
  if (mode === 'per_user' || mode === 'hybrid')
    routes.route(
      '/',
      setupRoutes({
        urls,
        visitors,
        keys,
        recorder,
        decide,
        async test(principal, signal) {
          const connection = await serving.credentials?.connect(principal);
          if (connection === undefined) throw new Failure('no_pce_credentials');
          return connection.status({ signal });
        },
        clock: systemClock,
      }),
    );
  if (confirmations.mode !== 'token')
    routes.route(
      '/',
      approveRoutes({
        urls,
        visitors,
        decide,
        confirmations,
        recorder,
        freshAuthSeconds: settings.MCP_CONFIRM_FRESH_AUTH_SECONDS,
        clock: systemClock,
      }),
    );
  routes.onError((error, context) => {
    const requestId = context.get('requestId');
    const isRecord = error instanceof Failure && error.code === 'audit_unavailable';
    log.error('a page failed', { requestId, error });
    const why = isRecord ? error.message : 'An unexpected error occurred.';
    const body = html`<h1>This did not work</h1>${alert(why, 'Nothing was done.')}<p>Request ${requestId}</p>`;
    return context.html(page(urls, 'Error', body), isRecord ? 503 : 500);
  });
  return routes;

  function signInOf(): SignIn | undefined {
    const {
      MCP_OAUTH_ISSUER: issuer,
      MCP_OAUTH_CLIENT_ID: clientId,
      MCP_OAUTH_CLIENT_SECRET: clientSecret,
      MCP_COOKIE_KEY: cookieKey,
    } = settings;
    if (issuer === undefined || clientId === undefined || cookieKey === undefined) return undefined;
    return createSignIn({
      issuer,
      clientId,
      clientSecret,
      request: requestOf(settings),
      cookieKey: derived(cookieKey, 'illumio-mcp/cookies'),
      urls,
      verify: tokens.verify,
      groupsOfInterest: new Set(
        [
          settings.MCP_ROLE_GROUPS_ADMIN,
          settings.MCP_ROLE_GROUPS_OPERATOR,
          settings.MCP_ROLE_GROUPS_READER,
          settings.MCP_CONFIRM_APPROVERS,
          settings.MCP_LABEL_SCOPES?.map(({ group }) => group),
        ].flatMap((groups) => groups ?? []),
      ),
      clock: systemClock,
      log,
    });
  }
}

/** Providers name the API a token is for in different ways: RFC 8707, Auth0's `audience`, or within the scope as Entra ID does. */
function requestOf(settings: Settings): Readonly<Record<string, string>> {
  const { MCP_OAUTH_SIGNIN_SCOPE: scope, MCP_OAUTH_AUDIENCE: audiences, MCP_PUBLIC_URL: resource } = settings;
  if (scope !== undefined) return { scope };
  const [audience] = audiences ?? [];
  return {
    scope: `openid ${settings.MCP_OAUTH_REQUIRED_SCOPE}`,
    ...(resource === undefined ? {} : { resource }),
    ...(audience === undefined ? {} : { audience }),
  };
}
