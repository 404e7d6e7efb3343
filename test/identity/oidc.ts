import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Configuration, Provider } from 'oidc-provider';

/** An OpenID provider on loopback; anybody may sign in, and who they are decides their groups. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** Signs in as a person would, in a browser without scripts; resolves with the address the provider sends them back to. */
  signIn(authorizationUrl: URL, login: string, redirectUri: string): Promise<URL>;
  close(): Promise<void>;
}

export interface OpenIdOptions {
  /** For which resources tokens are issued, and the scope they have. */
  readonly scope: string;
  readonly groupsOf: (login: string) => readonly string[];
  readonly clients: NonNullable<Configuration['clients']>;
}

export async function startOpenId({ scope, groupsOf, clients }: OpenIdOptions): Promise<OpenIdProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  const issuer = `http://127.0.0.1:${address.port}`;
  const provider = new Provider(issuer, {
    clients,
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    scopes: ['openid', 'offline_access', scope],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope,
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
        useGrantedResource: () => true,
      },
    },
    claims: { openid: ['sub', 'groups'] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, groups: groupsOf(sub) }) }),
    extraTokenClaims: (_context, token) => ('accountId' in token ? { groups: groupsOf(token.accountId) } : undefined),
  });
  server.on('request', (request, response) => void provider.callback()(request, response));
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    signIn: (url, login, redirectUri) => browse(url, login, redirectUri),
    async close() {
      const closed = once(server, 'close');
      server.closeAllConnections();
      server.close();
      await closed;
    },
  };
}

const MAX_STEPS = 12;

async function browse(start: URL, login: string, redirectUri: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MAX_STEPS; step++) {
    const response = await fetch(at, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form ? { body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const page = await response.text();
    const location = response.headers.get('location');
    form = undefined;
    if (location !== null) {
      at = new URL(location, at);
      if (at.href.startsWith(redirectUri)) return at;
    } else if (page.includes('name="login"')) form = new URLSearchParams({ prompt: 'login', login, password: 'any' });
    else if (page.includes('value="consent"')) form = new URLSearchParams({ prompt: 'consent' });
    else throw new Error(`${response.status} ${at.pathname}: ${page.slice(0, 200)}`);
  }
  throw new Error('the sign-in does not end');
}
