import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { PceSettings } from '../../pce/settings.ts';
import type { FaultCode } from './faults.ts';
import { codeOf, Fault, type Finding, ok, skipped, type Step, warning } from './step.ts';
import { openWay, proxyTo } from './way.ts';

const TIMEOUT_MS = 10_000;
/** For servers that send no session ticket. */
const REFUSAL_MS = 500;
const DAY_MS = 86_400_000;
const EXPIRY_WARNING_DAYS = 14;

/** Name, connection and certificate, looked at one after the other. Through a proxy the name is its business. */
export function networkSteps(settings: PceSettings): readonly Step[] {
  const proxy = proxyTo(settings);
  return [
    { name: 'DNS', run: async () => (proxy ? skipped(`the proxy ${proxy.host} does this`) : resolveName(settings)) },
    { name: 'connection', run: () => connection(settings, proxy) },
    { name: 'TLS', run: () => greet(settings) },
  ];
}

async function resolveName({ host }: PceSettings): Promise<Finding> {
  if (isIP(host)) return ok(`${host} is an address`);
  try {
    const addresses = await lookup(host, { all: true });
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    throw new Fault('name_unknown', `${host} cannot be resolved (${codeOf(error)})`);
  }
}

async function connection(settings: PceSettings, proxy: URL | undefined): Promise<Finding> {
  const socket = await openWay(settings);
  socket.destroy();
  return ok(`${settings.host}:${settings.port} accepts${proxy ? `, through the proxy ${proxy.host}` : ''}`);
}

async function greet(settings: PceSettings): Promise<Finding> {
  const { host, scheme, tls } = settings;
  if (scheme === 'http') return skipped('plain HTTP on this machine');
  const [ca, cert, key] = await Promise.all(
    [tls?.caFile, tls?.certFile, tls?.keyFile].map(async (path) => (path === undefined ? undefined : readFile(path))),
  );
  const verify = tls?.verify !== false;
  const socket = await secured(await openWay(settings), {
    ca,
    cert,
    key,
    rejectUnauthorized: verify,
    ...(isIP(host) ? { host } : { servername: host }),
  }).catch((error: unknown) => {
    throw tlsFault(error, settings);
  });
  const { valid_to: expires, issuer } = socket.getPeerCertificate();
  const version = socket.getProtocol() ?? 'TLS';
  socket.destroy();
  const days = Math.floor((Date.parse(expires) - Date.now()) / DAY_MS);
  const facts = `${version}, certificate by ${[issuer.CN].flat().join() || 'an unnamed issuer'}, ${days} days left`;
  if (!verify) return warning('tls_not_verified', `${facts}, not verified`);
  return days < EXPIRY_WARNING_DAYS ? warning('certificate_expires_soon', facts) : ok(facts);
}

/** Resolves when the other side has accepted the greeting, and the client certificate where it asks for one. */
const secured = (socket: Socket, options: ConnectionOptions): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const upgraded = connect({ ...options, socket, timeout: TIMEOUT_MS }, () => {
      // TLS 1.3 refuses a missing client certificate only after the client thinks it is done (RFC 8446 §4.4.2.4); a ticket says it is not.
      upgraded.once('session', () => resolve(upgraded));
      setTimeout(() => resolve(upgraded), upgraded.getProtocol() === 'TLSv1.3' ? REFUSAL_MS : 0);
    });
    upgraded.once('error', reject);
    upgraded.once('timeout', () => {
      upgraded.destroy();
      reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    });
  });

const TLS_FAULTS: readonly (readonly [RegExp, FaultCode])[] = [
  [/SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_UNTRUSTED|INVALID_CA/, 'certificate_untrusted'],
  [/CERT_HAS_EXPIRED/, 'certificate_expired'],
  [/CERT_NOT_YET_VALID/, 'certificate_not_yet'],
  [/ALTNAME/, 'certificate_name'],
  [/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/, 'client_certificate_required'],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/, 'tls_too_old'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH|EPROTO/, 'tls_not_spoken'],
  [/ECONNRESET|EPIPE|ETIMEDOUT|END/, 'tls_broken_off'],
];

/** The fault that a TLS error stands for. */
export function tlsFault(error: unknown, { host, port }: Pick<PceSettings, 'host' | 'port'>): Fault {
  const reason = codeOf(error);
  const code = TLS_FAULTS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'tls_failed';
  return new Fault(code, `${host}:${port}: ${reason}`);
}
