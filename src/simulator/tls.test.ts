import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { makeTls } from './tls.ts';

test('a client that trusts the CA reaches the server by name and by address', async () => {
  const { ca, cert, key } = makeTls('pce.example.test');
  const server = createServer({ cert, key }, (_, response) => void response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const status = (options: { readonly ca?: string; readonly servername?: string }) =>
    new Promise<number | string | undefined>((resolve) => {
      get({ host: '127.0.0.1', port, path: '/', agent: false, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
  expect(await status({ ca })).toBe(200);
  expect(await status({ ca, servername: 'pce.example.test' })).toBe(200);
  expect(await status({ ca, servername: 'other.example.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await status({})).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
  await new Promise((resolve) => server.close(resolve));
});
