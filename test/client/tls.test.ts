import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { connectPce } from '../../src/pce/index.ts';
import type { PceSettings } from '../../src/pce/settings.ts';
import { noWaiting } from '../../src/pce/testing/fixture.ts';
import { makeTls } from '../../src/simulator/tls.ts';
import { type Simulated, simulated } from './simulated.ts';

let sim: Simulated;
let folder: string;
let caFile: string;
let proxy: Server;
let tunnels: { readonly target: string; readonly authorization: string | undefined }[];
let proxyPort: number;

beforeAll(async () => {
  sim = await simulated({ tls: true });
  folder = mkdtempSync(join(tmpdir(), 'illumio-mcp-tls-'));
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, sim.simulator.ca ?? '');
  tunnels = [];
  proxy = createServer().on('connect', (request, socket) => {
    tunnels.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    // Wherever it is asked for, so that a PCE can be reached under a name that is not its own.
    const upstream = connect(sim.simulator.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyPort = (proxy.address() as AddressInfo).port; // a TCP server has one
});
afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await sim.close();
  rmSync(folder, { recursive: true });
});

async function outcome(changes: Partial<PceSettings>): Promise<string> {
  const pce = connectPce(sim.settings(changes), noWaiting());
  try {
    return (await pce.status()).version;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  } finally {
    await pce.close();
  }
}

describe('a connection over TLS', () => {
  it('is made when the authority of the PCE is given', async () => {
    expect(await outcome({ tls: { caFile } })).toBe('25.2.10');
    expect(await outcome({ tls: { caFile }, host: 'localhost' })).toBe('25.2.10');
  });

  it('is not made to a PCE nobody vouches for, unless verification is turned off', async () => {
    expect(await outcome({})).toBe('pce_tls');
    expect(await outcome({ tls: { verify: false } })).toBe('25.2.10');
  });

  it('is not made under a name the certificate does not have', async () => {
    const proxied = { url: `http://127.0.0.1:${proxyPort}` };
    expect(await outcome({ tls: { caFile }, host: 'pce.example.test', proxy: proxied })).toBe('pce_tls');
    expect(tunnels.splice(0)).toHaveLength(1);
  });

  it('is refused at the start when a file cannot be read', () => {
    expect(() => connectPce(sim.settings({ tls: { caFile: join(folder, 'none.pem') } }))).toThrow(
      expect.objectContaining({ code: 'invalid_configuration' }),
    );
  });
});

describe('a client certificate', () => {
  it('is shown to a PCE that asks for one', async () => {
    const { key, cert, ca } = makeTls('127.0.0.1');
    const [certFile, keyFile, authority] = [
      join(folder, 'client.pem'),
      join(folder, 'client.key'),
      join(folder, 'other.pem'),
    ];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    writeFileSync(authority, ca);
    const shown: unknown[] = [];
    const server = createSecureServer(
      { key, cert, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        shown.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN); // an HTTPS server has TLS sockets
        response.writeHead(503).end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a TCP server has one
    expect(await outcome({ port, tls: { caFile: authority, certFile, keyFile } })).toBe('pce_unavailable');
    expect(shown[0]).toBe('127.0.0.1');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a proxy', () => {
  it('is used for the PCE, with its own credentials, and the certificate of the PCE is still verified', async () => {
    const url = new Secret(`http://user:pass@127.0.0.1:${proxyPort}`);
    expect(await outcome({ tls: { caFile }, proxy: { url } })).toBe('25.2.10');
    const basic = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    expect(tunnels.splice(0)[0]).toEqual({ target: `127.0.0.1:${sim.simulator.port}`, authorization: basic });
    expect(await outcome({ proxy: { url } })).toBe('pce_tls');
    expect(tunnels.splice(0).length).toBeGreaterThan(0);
  });

  it('is passed by where no_proxy says so', async () => {
    const url = `http://127.0.0.1:${proxyPort}`;
    expect(await outcome({ tls: { caFile }, proxy: { url, noProxy: 'example.com, 127.0.0.1' } })).toBe('25.2.10');
    expect(tunnels).toEqual([]);
  });

  it('that is not there is a failure that says so', async () => {
    expect(await outcome({ tls: { caFile }, proxy: { url: 'http://127.0.0.1:1' } })).toBe('pce_unreachable');
  });
});

describe('plain http', () => {
  it('is for this machine only', () => {
    const settings = { ...sim.settings(), scheme: 'http' as const };
    for (const host of ['pce.example.com', '10.0.0.1', '127.0.0.1.example.com', '169.254.169.254', 'localhost@evil'])
      expect(() => connectPce({ ...settings, host })).toThrow(
        expect.objectContaining({ code: 'invalid_configuration' }),
      );
    for (const host of ['localhost', '127.0.0.1', '::1']) expect(() => connectPce({ ...settings, host })).not.toThrow();
  });
});
