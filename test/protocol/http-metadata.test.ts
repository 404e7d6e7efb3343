import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import { createHttpApp } from '../../src/transports/http/app.ts';
import { createBearerGate } from '../../src/transports/http/bearer.ts';
import { fixtureDispatcher } from './fixtures/tools.ts';

/** The server of an operator who spells its public URL like this. */
function serverAt(publicUrl: string) {
  const resource = { resource: publicUrl, issuer: 'https://idp.example', scope: 'illumio-mcp.use' };
  const app = createHttpApp({
    dispatcher: fixtureDispatcher(),
    identify: createBearerGate({
      verify: () => Promise.reject(new Error('not asked in this test')),
      principalOf: () => ({ issuer: '', subject: '', role: null }),
      resource,
      log: silentLog,
    }),
    doors: { hosts: [], origins: [], loopbackOnly: false },
    resource,
    log: silentLog,
  });
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
    app.fetch(new Request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1', ...headers } }));
  return { get, close: () => app.close() };
}

const ROOT = '/.well-known/oauth-protected-resource';

describe.each([
  // As in the documents of the reference server.
  ['https://mcp.example.com', ROOT, [ROOT, `${ROOT}/mcp`]],
  ['https://mcp.example.com/mcp', `${ROOT}/mcp`, [ROOT, `${ROOT}/mcp`]],
  ['https://tools.example.com/illumio/mcp', `${ROOT}/illumio/mcp`, [ROOT, `${ROOT}/mcp`, `${ROOT}/illumio/mcp`]],
])('the protected resource %s', (publicUrl, pointer, paths) => {
  it('has one document, wherever it is asked for', async () => {
    const { get, close } = serverAt(publicUrl);
    for (const path of paths) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        resource: publicUrl,
        authorization_servers: ['https://idp.example'],
        bearer_methods_supported: ['header'],
        scopes_supported: ['illumio-mcp.use'],
      });
    }
    expect((await get(`${ROOT}/other`)).status).toBe(401);
    await close();
  });

  it('is what a caller without a token is pointed to', async () => {
    const { get, close } = serverAt(publicUrl);
    const response = await get('/mcp');
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'missing_token', error_description: '' });
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer scope="illumio-mcp.use", resource_metadata="${new URL(pointer, publicUrl).href}"`,
    );
    await close();
  });
});

it.each(['Basic abc', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'Token x'])(
  'an Authorization of %j is no token',
  async (authorization) => {
    const { get, close } = serverAt('https://mcp.example.com');
    const response = await get('/mcp', { authorization });
    expect([response.status, await response.json()]).toEqual([401, { error: 'missing_token', error_description: '' }]);
    await close();
  },
);
