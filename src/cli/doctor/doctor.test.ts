import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startFixture } from '../../pce/testing/fixture.ts';
import type { Fault as Injected, FaultEffect } from '../../simulator/faults/fault.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { diagnose } from './diagnose.ts';
import { closedPort, listening, pceThatSays, refusingProxy, selfSigned } from './doctor.test-support.ts';
import { FAULTS, type FaultCode } from './faults.ts';
import type { Checked } from './step.ts';

type Environment = Readonly<Record<string, string>>;

let folder: string;
let pce: Simulator;
let secure: Simulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'illumio-mcp-doctor-'));
  [pce, secure] = await Promise.all([
    createSimulator({ profile: 'small' }),
    createSimulator({ profile: 'small', tls: true }),
  ]);
});
afterAll(async () => {
  await Promise.all([pce.close(), secure.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const to = ({ url, orgId, apiKey, apiSecret }: Simulator): Environment => ({
  PCE_HOST: url,
  PCE_ORG_ID: String(orgId),
  API_KEY: apiKey,
  API_SECRET: apiSecret,
});

const trusted = (): Environment => ({ ...to(secure), PCE_CA_FILE: file('ca.pem', secure.ca ?? '') });

const at = (port: number, scheme: 'http' | 'https' = 'https'): Environment => ({
  ...to(pce),
  PCE_HOST: `${scheme}://127.0.0.1:${port}`,
});

async function listen(server: Server): Promise<number> {
  const port = await listening(server);
  onTestFinished(() => {
    server.close();
  });
  return port;
}

/** A simulated PCE with faults that last. */
async function faulty(effect: FaultEffect, match: Injected['match'] = {}): Promise<Environment> {
  const simulator = await createSimulator({ profile: 'small', faults: [{ match: { count: 0, ...match }, effect }] });
  onTestFinished(() => simulator.close());
  return to(simulator);
}

async function saying(facts: Parameters<typeof pceThatSays>[0]): Promise<Environment> {
  const fixture = await pceThatSays(facts);
  onTestFinished(() => fixture.close());
  return { ...at(fixture.port, 'http'), PCE_ORG_ID: '1' };
}

async function answering(status: number, headers: Record<string, string>, body: string): Promise<Environment> {
  const fixture = await startFixture((_, response) => response.writeHead(status, headers).end(body));
  onTestFinished(() => fixture.close());
  return at(fixture.port, 'http');
}

async function withCertificate(made: ReturnType<typeof selfSigned>, options: object = {}): Promise<Environment> {
  const port = await listen(createSecureServer({ ...made, ...options }, (_, response) => response.end('{}')));
  return { ...at(port), PCE_CA_FILE: file('own.pem', made.cert) };
}

async function findings(environment: Environment, options: Parameters<typeof diagnose>[1] = {}, dotenv = '') {
  const found: Checked[] = [];
  const env = { MCP_STATE_DIR: join(folder, 'state'), ...environment };
  for await (const finding of diagnose({ environment: env, dotenv }, options)) found.push(finding);
  return found;
}

/** How each fault is caused, and at which step it must show. */
const CAUSES: Readonly<
  Partial<Record<FaultCode, readonly [step: string, cause: () => Promise<Environment> | Environment]>>
> = {
  config_invalid: ['configuration', () => ({ ...to(pce), PCE_PORT: 'eight' })],
  config_incomplete: ['configuration', () => ({ PCE_HOST: 'pce.example.com' })],
  config_warning: ['configuration', () => ({ ...to(pce), MCP_LOGLEVEL: 'debug' })],
  quota_above_limit: ['quota', () => ({ ...to(pce), PCE_REQUESTS_PER_MINUTE: '900' })],
  tls_not_verified: ['TLS', () => ({ ...to(secure), PCE_TLS_VERIFY: 'false' })],

  ca_file_unreadable: ['certificates', () => ({ ...to(secure), PCE_CA_FILE: join(folder, 'not-there.pem') })],
  ca_file_invalid: ['certificates', () => ({ ...to(secure), PCE_CA_FILE: file('der.pem', 'not PEM') })],
  client_certificate_unreadable: [
    'certificates',
    () => ({ ...trusted(), PCE_CLIENT_CERT_FILE: file('alone.pem', selfSigned().cert) }),
  ],
  client_certificate_mismatch: [
    'certificates',
    () => ({
      ...trusted(),
      PCE_CLIENT_CERT_FILE: file('one.pem', selfSigned().cert),
      PCE_CLIENT_KEY_FILE: file('other.key', selfSigned().key),
    }),
  ],
  state_folder_unwritable: ['state folder', () => ({ ...to(pce), MCP_STATE_DIR: file('a-file', '') })],
  log_file_unwritable: ['log file', () => ({ ...to(pce), MCP_LOG_FILE: join(file('no-folder', ''), 'log') })],

  proxy_unreachable: [
    'connection',
    async () => ({ ...trusted(), HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}` }),
  ],
  proxy_unauthorized: [
    'connection',
    async () => ({ ...trusted(), HTTPS_PROXY: `http://127.0.0.1:${await listen(refusingProxy(407))}` }),
  ],
  proxy_refused: [
    'connection',
    async () => ({ ...trusted(), HTTPS_PROXY: `http://127.0.0.1:${await listen(refusingProxy(403))}` }),
  ],
  name_unknown: ['DNS', () => ({ ...to(pce), PCE_HOST: 'no-such-host.invalid' })],
  port_closed: ['connection', async () => at(await closedPort())],

  tls_not_spoken: ['TLS', () => at(pce.port)],
  tls_too_old: [
    'TLS',
    async () =>
      at(
        await listen(
          createTlsServer({
            ...selfSigned(),
            minVersion: 'TLSv1',
            maxVersion: 'TLSv1.1',
            ciphers: 'DEFAULT@SECLEVEL=0',
          }),
        ),
      ),
  ],
  tls_broken_off: [
    'TLS',
    async () => at(await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())))),
  ],
  certificate_untrusted: ['TLS', () => to(secure)],
  certificate_name: ['TLS', () => withCertificate(selfSigned({ name: 'pce.example.com' }))],
  certificate_expired: ['TLS', () => withCertificate(selfSigned({ from: -30, to: -1 }))],
  certificate_not_yet: ['TLS', () => withCertificate(selfSigned({ from: 2, to: 30 }))],
  certificate_expires_soon: ['TLS', () => withCertificate(selfSigned({ to: 3 }))],
  client_certificate_required: [
    'TLS',
    () => withCertificate(selfSigned(), { requestCert: true, rejectUnauthorized: true }),
  ],

  not_a_pce: ['credentials', () => answering(200, { 'content-type': 'text/html' }, '<h1>It works!</h1>')],
  redirected: ['credentials', () => answering(302, { location: 'https://elsewhere.example/' }, '')],
  key_rejected: ['credentials', () => ({ ...to(pce), API_SECRET: 'f'.repeat(64) })],
  org_refused: ['organisation', () => ({ ...to(pce), PCE_ORG_ID: '77' })],
  permission_missing: ['permissions', () => faulty({ kind: 'status', status: 403 }, { path: '/orgs/*/events' })],
  key_only_reads: ['permissions', () => saying({ caps: [] })],
  quota_exhausted: ['credentials', () => faulty({ kind: 'rate_limit', retry_after: 60 })],
  pce_failing: ['credentials', () => faulty({ kind: 'status', status: 500 })],
  pce_unhealthy: ['health', () => saying({ health: 'critical' })],
  pce_slow: ['credentials', () => faulty({ kind: 'latency', ms: 2_100 }, { path: '/product_version' })],
  pce_silent: ['credentials', () => faulty({ kind: 'latency', ms: 6_000 })],
  answer_broken_off: ['credentials', () => faulty({ kind: 'reset', after_bytes: 10 })],
  version_unsupported: ['version', () => saying({ version: '19.3.6' })],
  clock_off: ['clock', () => saying({ date: new Date(Date.now() - 600_000) })],
};

/** What no test can cause on every machine, and what stands for the unforeseen. */
const NOT_CAUSED: readonly string[] = ['no_route', 'tls_failed', 'unexpected'];

describe('the doctor', () => {
  it.each(Object.entries(CAUSES))('names %s', async (code, [step, cause]) => {
    const found = await findings(await cause(), { deadlineMs: 4_000 });
    const wrong = found.filter(({ status }) => status === 'failed' || status === 'warning');
    expect(wrong).toContainEqual(expect.objectContaining({ step, code, remedy: FAULTS[code as FaultCode] }));
    // A failure ends the way there: the rest would only fail for the same reason.
    const failure = found.findIndex(({ status }) => status === 'failed');
    if (found[failure]?.code === code)
      expect(found.slice(failure + 1).every(({ status }) => status === 'skipped')).toBe(true);
    else expect(wrong.find((finding) => finding.code === code)?.status).toBe('warning');
  });

  it('names secrets that others on the machine can read', async ({ skip }) => {
    skip(process.platform === 'win32', 'the mode of a file does not tell on Windows');
    const { API_SECRET, ...rest } = to(pce);
    const envFile = file('.env', `API_SECRET=${API_SECRET}`);
    const of = async () => {
      const found = await findings(rest, { envFile }, `API_SECRET=${API_SECRET}`);
      return found.find(({ step }) => step === 'secrets');
    };
    chmodSync(envFile, 0o644);
    expect(await of()).toMatchObject({ status: 'warning', code: 'secrets_readable', remedy: FAULTS.secrets_readable });
    chmodSync(envFile, 0o600);
    expect(await of()).toMatchObject({ status: 'ok' });
  });

  it('has every fault of its catalogue caused by a test', () => {
    const caused = [...Object.keys(CAUSES), 'secrets_readable', ...NOT_CAUSED];
    expect(caused.sort()).toEqual(Object.keys(FAULTS).sort());
  });

  it('finds nothing wrong with a PCE that works, over TLS too', async () => {
    for (const environment of [to(pce), trusted()]) {
      const found = await findings(environment);
      expect(found.filter(({ status }) => status === 'failed' || status === 'warning')).toEqual([]);
      expect(found.map(({ step }) => step)).toEqual([
        'configuration',
        'secrets',
        'quota',
        'certificates',
        'state folder',
        'log file',
        'DNS',
        'connection',
        'TLS',
        'credentials',
        'organisation',
        'permissions',
        'version',
        'health',
        'clock',
      ]);
    }
  });

  it('does not ask a proxy where NO_PROXY says so', async () => {
    const environment = { ...trusted(), HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}`, NO_PROXY: '127.0.0.1' };
    const found = await findings(environment);
    expect(found.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('tells no secret, whatever fails', async () => {
    const canary = 'canary-secret-4711';
    const proxy = `http://user:${canary}@127.0.0.1:${await closedPort()}`;
    for (const more of [{}, { HTTPS_PROXY: proxy }, { PCE_PORT: 'x' }])
      expect(JSON.stringify(await findings({ ...trusted(), API_SECRET: canary, ...more }))).not.toContain(canary);
  });
});
