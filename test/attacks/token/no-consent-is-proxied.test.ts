import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 3: nobody is sent to the identity provider in our name, and no code or token of it comes back through us.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({
    env: {
      MCP_PCE_MODE: 'per_user',
      MCP_KEK: Buffer.alloc(32, 3).toString('base64'),
      MCP_OAUTH_CLIENT_ID: 'pages',
      MCP_COOKIE_KEY: Buffer.alloc(32, 5).toString('base64'),
    },
  });
});
afterAll(() => gateway.close());

it('there is no authorization server to register at, to authorise at or to get tokens from', async () => {
  const authorization = `Bearer ${await gateway.token()}`;
  const query = 'client_id=evil&redirect_uri=https://evil.example/&response_type=code&scope=illumio-mcp.use';
  for (const path of [
    '/authorize',
    '/oauth/authorize',
    '/token',
    '/oauth/token',
    '/register',
    '/.well-known/oauth-authorization-server',
  ])
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${gateway.origin}${path}?${query}`, {
        method,
        redirect: 'manual',
        headers: { authorization },
      });
      expect([path, method, response.status]).toEqual([path, method, 404]);
    }
});

it('clients are told to go to the identity provider themselves', async () => {
  const document: unknown = await (await fetch(`${gateway.origin}/.well-known/oauth-protected-resource`)).json();
  expect(document).toMatchObject({ authorization_servers: [gateway.issuer] });
});

it('a sign-in to the pages ends only where it was begun, and with its own code', async () => {
  for (const query of ['code=stolen', 'code=stolen&state=guessed', 'error=access_denied', '']) {
    const response = await fetch(`${gateway.origin}/signin/callback?${query}`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  }
  expect(gateway.upstream).toEqual([]);
});
