import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { Failure } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { PceSettings, TlsSettings } from '../settings.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Between the request and its headers: a large sync collection is rendered before the first byte. */
const HEADERS_TIMEOUT_MS = 120_000;
/** Between two chunks of a body. */
const IDLE_TIMEOUT_MS = 60_000;
export const MAX_CONNECTIONS = 8;

/** A pool per origin, through the proxy where one applies. Redirects are never followed: undici does not unless asked. */
export function createTransport({ tls, proxy, scheme = 'https', lookup }: PceSettings): Dispatcher {
  const connect = tlsOptions(tls);
  const options = {
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: IDLE_TIMEOUT_MS,
    connect: { ...connect, timeout: CONNECT_TIMEOUT_MS, ...(lookup && { lookup }) },
  };
  if (proxy === undefined || scheme === 'http') return new Agent(options);
  const uri = proxy.url instanceof Secret ? proxy.url.reveal() : proxy.url;
  // Every field is given, because what is absent would be read from the process environment a second time.
  return new EnvHttpProxyAgent({
    ...options,
    httpsProxy: uri,
    httpProxy: uri,
    noProxy: proxy.noProxy ?? '',
    requestTls: connect,
    proxyTls: { ca: connect.ca },
  });
}

function tlsOptions({ caFile, certFile, keyFile, verify = true }: TlsSettings = {}) {
  return {
    ca: pem(caFile, 'the CA file'),
    cert: pem(certFile, 'the client certificate'),
    key: pem(keyFile, 'the client key'),
    rejectUnauthorized: verify,
  };
}

function pem(file: string | undefined, what: string): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('invalid_configuration', { message: `${what} cannot be read: ${file}`, cause });
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** `https://host:port`. Throws `invalid_configuration` for what is no plain host, and for plain http beyond this machine. */
export function originOf({ host, port, scheme = 'https' }: PceSettings): string {
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const text = `${scheme}://${authority}:${port}`;
  if (!URL.canParse(text) || !/^[A-Za-z0-9.:[\]-]+$/.test(authority))
    throw new Failure('invalid_configuration', { message: `Not a host name or address: ${host.slice(0, 80)}` });
  if (scheme === 'http' && !LOOPBACK.test(host))
    throw new Failure('invalid_configuration', { message: 'Plain http is for loopback only; use https.' });
  return new URL(text).origin;
}
