import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyChains } from '../../src/access/audit/chain.ts';
import { loadKeks } from '../../src/access/credentials/kek.ts';
import { createKeystore } from '../../src/access/credentials/keystore.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { AUDIT, createSqlAudit } from '../../src/store/audit.ts';
import { CONFIRMATIONS, createSqlConfirmations } from '../../src/store/confirmations.ts';
import { createSqlCredentials, CREDENTIALS } from '../../src/store/credentials.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

const WRITER = new URL('crash-writer.ts', import.meta.url).pathname;

/** Kills the writer at an arbitrary moment in the middle of its work; resolves with everything it had acknowledged. */
function killedWriter(folder: string, kek: string, acknowledgements: number): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [WRITER, folder, kek], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data) => {
      out += String(data);
      if (out.split('\n').length > acknowledgements) child.kill('SIGKILL');
    });
    // A line that was cut off was not read by anybody.
    child.once('close', () => resolve(out.split('\n').slice(0, -1)));
  });
}

it('a killed process leaves nothing half-written and loses nothing it acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kill-'));
  const kek = randomBytes(32).toString('base64');
  const said: string[] = [];
  for (const acknowledgements of [20, 137, 301]) said.push(...(await killedWriter(folder, kek, acknowledgements)));
  const of = (what: string) =>
    said.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
  expect(Math.min(of('audit').length, of('spent').length, of('key').length)).toBeGreaterThan(5);

  const audit = createSqlAudit(await openSqlite(join(folder, 'audit.db'), [AUDIT]));
  expect((await verifyChains(audit)).broken).toEqual([]);
  const kept = new Set((await audit.query({ limit: 1_000_000 })).map(({ callId }) => callId));
  expect(of('audit').filter((id) => !kept.has(id))).toEqual([]);
  await audit.close();

  const confirmations = createSqlConfirmations(await openSqlite(join(folder, 'jti.db'), [CONFIRMATIONS]));
  for (const id of of('spent')) expect(await confirmations.spend(id, Date.now() + 1000)).toBe(false);
  await confirmations.close();

  const store = createSqlCredentials(await openSqlite(join(folder, 'keys.db'), [CREDENTIALS]));
  const keks = await loadKeks({ key: new Secret(kek), command: undefined, previous: undefined });
  const opened = await createKeystore({ store, keks, clock: systemClock }).open({ issuer: 'i', subject: 'ana' });
  // Key, secret and note are of the same registration, and that is the last acknowledged one or the one begun after it.
  const n = Number(opened?.label);
  expect([opened?.apiKey.reveal(), opened?.apiSecret.reveal()]).toEqual([`api_${n}`, String(n).repeat(40)]);
  expect(n - Number(of('key').at(-1))).toBeOneOf([0, 1]);
  await store.close();
  rmSync(folder, { recursive: true });
});
