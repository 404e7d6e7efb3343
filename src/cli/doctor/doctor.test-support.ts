import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import forge from 'node-forge';
import { json, startFixture } from '../../pce/testing/fixture.ts';

const DAY_MS = 86_400_000;

/** A certificate that signs itself, valid from so many days from now to so many, with its key. PEM. */
export function selfSigned({ from = -1, to = 100, name = '127.0.0.1' } = {}) {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() + from * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + to * DAY_MS);
  const subject = [{ name: 'commonName', value: 'doctor test' }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  const named = /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [named] },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: pair.privateKey };
}

/** Lets a server listen on loopback; its port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // a TCP server has one
}

/** A port on which nothing listens: one that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createHttp();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** A proxy that answers every CONNECT with this status. */
export const refusingProxy = (status: number): HttpServer =>
  createHttp().on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));

interface Facts {
  readonly version?: string;
  readonly health?: string;
  readonly caps?: readonly string[];
  readonly date?: Date;
}

/** A PCE of which only these facts are special; every collection holds one object. */
export const pceThatSays = ({ version = '25.2.10', health = 'normal', caps = ['write'], date = new Date() }: Facts) =>
  startFixture(({ path }, response) => {
    if (path === '/product_version') return json(response, 200, { version, build: 1 }, { date: date.toUTCString() });
    if (path === '/health') return json(response, 200, [{ status: health }]);
    const label = { href: '/orgs/1/labels/1', key: 'app', value: 'a', caps };
    return json(response, 200, [label], { 'x-total-count': '1', 'x-matched-count': '1' });
  });
