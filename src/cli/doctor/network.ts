import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { PceSettings } from '../../pce/settings.ts';
import { type Finding, failed, ok, type Step, warning } from './step.ts';

const TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;
const EXPIRY_WARNING_DAYS = 14;

/** Name and certificate, looked at directly. Behind a proxy neither is ours to see. */
export const networkSteps = (settings: PceSettings): readonly Step[] => [
  { name: 'DNS', run: () => (settings.proxy ? viaProxy() : resolveName(settings)) },
  { name: 'TLS', run: () => (settings.proxy ? viaProxy() : greet(settings)) },
];

const viaProxy = async (): Promise<Finding> => ({ status: 'skipped', detail: 'the proxy does this' });

async function resolveName({ host }: PceSettings): Promise<Finding> {
  if (isIP(host)) return ok(`${host} is an address`);
  try {
    const addresses = await lookup(host, { all: true });
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    return failed(`${host} cannot be resolved (${codeOf(error)})`, 'Check PCE_HOST, the DNS servers and any VPN.');
  }
}

async function greet(settings: PceSettings): Promise<Finding> {
  const { host, port, scheme, tls } = settings;
  if (scheme === 'http') return { status: 'skipped', detail: 'plain HTTP on this machine' };
  const [ca, cert, key] = await Promise.all([tls?.caFile, tls?.certFile, tls?.keyFile].map(fileOf));
  const verify = tls?.verify !== false;
  const servername = isIP(host) ? {} : { servername: host };
  const socket = connect({ host, port, ca, cert, key, rejectUnauthorized: verify, timeout: TIMEOUT_MS, ...servername });
  try {
    await secured(socket);
    const { valid_to: expires, issuer } = socket.getPeerCertificate();
    const days = Math.floor((Date.parse(expires) - Date.now()) / DAY_MS);
    const facts = `${socket.getProtocol() ?? 'TLS'}, certificate by ${[issuer.CN].flat().join() || 'an unnamed issuer'}, ${days} days left`;
    if (!verify) return warning(`${facts}, not verified`, 'Set PCE_CA_FILE and remove PCE_TLS_VERIFY=false.');
    return days < EXPIRY_WARNING_DAYS ? warning(facts, 'Renew the certificate of the PCE.') : ok(facts);
  } catch (error) {
    return explained(error, settings);
  } finally {
    socket.destroy();
  }
}

const fileOf = async (path: string | undefined) => (path === undefined ? undefined : readFile(path));

const secured = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('timeout', () => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
  });

const TRUST = 'Give the CA certificate of the PCE in PCE_CA_FILE.';

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there: check PCE_PORT.',
  ETIMEDOUT: 'No answer: check PCE_HOST, PCE_PORT, firewalls and whether a proxy (HTTPS_PROXY) is needed.',
  EHOSTUNREACH: 'No way there: check the network and any VPN.',
  ENETUNREACH: 'No way there: check the network and any VPN.',
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  CERT_HAS_EXPIRED: 'Renew the certificate of the PCE, or check the clock of this machine.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use the name in the certificate as PCE_HOST.',
  EPROTO: 'Something other than TLS answers there: check PCE_PORT.',
};

function explained(error: unknown, { host, port }: PceSettings): Finding {
  const code = codeOf(error);
  return failed(`${host}:${port}: ${code}`, REMEDIES[code] ?? 'Check PCE_HOST, PCE_PORT, PCE_CA_FILE and the network.');
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'error';
