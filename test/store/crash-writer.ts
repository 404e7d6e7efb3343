/** Writes to the three stores of the folder given until it is killed, and says on stdout what has been acknowledged. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAuditRecorder } from '../../src/access/audit/recorder.ts';
import { loadKeks } from '../../src/access/credentials/kek.ts';
import { createKeystore } from '../../src/access/credentials/keystore.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { AUDIT, createSqlAudit } from '../../src/store/audit.ts';
import { CONFIRMATIONS, createSqlConfirmations } from '../../src/store/confirmations.ts';
import { createSqlCredentials, CREDENTIALS } from '../../src/store/credentials.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

const [, , folder = '', kek = ''] = process.argv;
const file = (name: string) => join(folder, name);
const recorder = createAuditRecorder(createSqlAudit(await openSqlite(file('audit.db'), [AUDIT])));
const confirmations = createSqlConfirmations(await openSqlite(file('jti.db'), [CONFIRMATIONS]));
const keystore = createKeystore({
  store: createSqlCredentials(await openSqlite(file('keys.db'), [CREDENTIALS])),
  keks: await loadKeks({ key: new Secret(kek), command: undefined, previous: undefined }),
  clock: systemClock,
});

const say = (what: string, id: string) => process.stdout.write(`${what} ${id}\n`);

async function audit(): Promise<never> {
  for (;;) {
    const id = randomBytes(8).toString('hex');
    await recorder.write({
      ts: new Date().toISOString(),
      callId: id,
      phase: 'ended',
      sub: 'ana',
      iss: 'i',
      tool: 't',
      decision: 'allowed',
      reason: null,
      role: null,
      requestId: id,
      effect: null,
      targets: null,
      outcome: 'ok',
      latencyMs: 1,
      confirmationId: null,
      planId: null,
      argsDigest: null,
      pceKey: null,
    });
    say('audit', id);
  }
}

async function confirm(): Promise<never> {
  for (;;) {
    const id = randomBytes(8).toString('hex');
    if (await confirmations.spend(id, Date.now() + 3_600_000)) say('spent', id);
    await new Promise(setImmediate);
  }
}

async function register(): Promise<never> {
  for (let n = 1; ; n++) {
    const secret = String(n).repeat(40);
    await keystore.save(
      { issuer: 'i', subject: 'ana' },
      {
        host: 'pce.example',
        port: 8443,
        orgId: '1',
        tlsVerify: true,
        label: String(n),
        apiKey: new Secret(`api_${n}`),
        apiSecret: new Secret(secret),
      },
    );
    say('key', String(n));
    await new Promise(setImmediate);
  }
}

await Promise.all([audit(), confirm(), register()]);
