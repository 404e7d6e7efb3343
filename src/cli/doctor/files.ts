import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config/load.ts';
import { logFilePath } from '../../config/log-sinks.ts';
import { silentLog } from '../../core/log.ts';
import { openPlanStore } from '../../dispatch/plan-store.ts';
import type { TlsSettings } from '../../pce/settings.ts';
import { codeOf, Fault, ok, skipped, type Step, warning } from './step.ts';

/** The files that are read before a connection, and those that are written. */
export function fileSteps({ settings }: Config, tls: TlsSettings = {}): readonly Step[] {
  return [
    { name: 'certificates', run: () => certificates(tls) },
    { name: 'state folder', run: () => stateFolder(settings.MCP_STATE_DIR) },
    { name: 'log file', run: () => logFile(logFilePath(settings)) },
  ];
}

async function certificates({ caFile, certFile, keyFile }: TlsSettings) {
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return ok('the usual authorities');
  const told: string[] = [];
  if (caFile !== undefined) {
    const pem = await readFile(caFile, 'utf8').catch((error: unknown) => {
      throw new Fault('ca_file_unreadable', `${caFile}: ${codeOf(error)}`);
    });
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (found.length === 0 || !found.every(isCertificate))
      throw new Fault('ca_file_invalid', `${caFile} holds ${found.length === 0 ? 'no certificate' : 'a damaged one'}`);
    told.push(`${found.length} in ${caFile}`);
  }
  if (certFile !== undefined || keyFile !== undefined) {
    const [certificate, key] = await clientPair(certFile, keyFile);
    if (!certificate.checkPrivateKey(key))
      throw new Fault('client_certificate_mismatch', 'the client certificate and its key do not belong together');
    told.push('a client certificate with its key');
  }
  return ok(told.join(', '));
}

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
};

async function clientPair(certFile: string | undefined, keyFile: string | undefined) {
  try {
    return [
      new X509Certificate(await readFile(certFile ?? '')),
      createPrivateKey(await readFile(keyFile ?? '')),
    ] as const;
  } catch (error) {
    throw new Fault(
      'client_certificate_unreadable',
      `certificate ${certFile ?? 'not given'}, key ${keyFile ?? 'not given'}: ${codeOf(error)}`,
    );
  }
}

/** Opens the store of the stdio server as that does. */
async function stateFolder(dir: string | undefined) {
  const store = await openPlanStore(dir, silentLog);
  await store.close();
  return store.durable
    ? ok('plans are kept')
    : warning('state_folder_unwritable', 'the state folder cannot be written');
}

/** Opens the log file as the server does. */
async function logFile(path: string | undefined) {
  if (path === undefined) return skipped('no log file is configured');
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a', 0o600);
    await file.close();
    return ok(path);
  } catch (error) {
    return warning('log_file_unwritable', `${path}: ${codeOf(error)}`);
  }
}
