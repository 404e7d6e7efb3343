import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKeks } from '../access/credentials/kek.ts';
import { createKeystore } from '../access/credentials/keystore.ts';
import { systemClock } from '../core/clock.ts';
import { Secret } from '../core/secret.ts';
import { createSqlCredentials, CREDENTIALS } from '../store/credentials.ts';
import { openSqlite } from '../store/sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'keys-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const MAIN = new URL('main.ts', import.meta.url).pathname;
const OLD = randomBytes(32).toString('base64');
const NEW = randomBytes(32).toString('base64');

/** The command line in a folder without `.env`. */
const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, MCP_KEYSTORE_PATH: join(folder, 'keys.db'), ...env },
      },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

describe('illumio-mcp keys', () => {
  beforeAll(async () => {
    const store = createSqlCredentials(await openSqlite(join(folder, 'keys.db'), [CREDENTIALS]));
    const keks = await loadKeks({ key: new Secret(OLD), command: undefined, previous: undefined });
    const keystore = createKeystore({ store, keks, clock: systemClock });
    for (const subject of ['ana', 'ben'])
      await keystore.save(
        { issuer: 'https://idp.example', subject },
        {
          host: 'pce.example',
          port: 8443,
          orgId: '1',
          tlsVerify: true,
          label: null,
          apiKey: new Secret('api_canary'),
          apiSecret: new Secret('canary-secret'),
        },
      );
    await store.close();
  });

  it('lists whose keys there are, and no key', async () => {
    const { out } = await cli(['keys', 'list']);
    expect(out).toMatch(/ana .*pce\.example:8443[^]*ben[^]*2 registered/);
    expect(out).not.toContain('canary');
    expect(JSON.parse((await cli(['keys', 'list', '--json'])).out)).toMatchObject([
      { subject: 'ana' },
      { subject: 'ben' },
    ]);
  });

  it('moves them to a new key-encryption key', async () => {
    const both = { MCP_KEK: NEW, MCP_KEK_PREVIOUS: OLD };
    expect((await cli(['keys', 'rotate'], both)).out).toMatch(/^2 moved to key [0-9a-f]{16}, 0 were there already/);
    expect((await cli(['keys', 'rotate'], { MCP_KEK: NEW })).out).toMatch(/^0 moved to key .*, 2 were there already/);
    const wrong = await cli(['keys', 'rotate'], { MCP_KEK: OLD });
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining('not readable with either key: ana')]);
  });

  it('revokes one, once', async () => {
    const revoke = ['keys', 'revoke', '--issuer', 'https://idp.example', '--subject', 'ana'];
    expect((await cli(revoke)).out).toContain('revoked');
    expect(await cli(revoke)).toMatchObject({ code: 1, out: 'there was none\n' });
  });

  it('generates keys that the settings take', async () => {
    const { out } = await cli(['keys', 'generate']);
    expect(Buffer.from(out, 'base64')).toHaveLength(32);
  });

  it('says what it can do, and makes no empty database', async () => {
    expect(await cli(['keys'])).toMatchObject({ code: 2, err: expect.stringContaining('keys rotate') });
    const elsewhere = { MCP_KEYSTORE_PATH: join(folder, 'none.db') };
    expect(await cli(['keys', 'list'], elsewhere)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no'),
    });
  });
});

describe('illumio-mcp audit', () => {
  const env = { MCP_AUDIT_LOG_PATH: join(folder, 'record.db') };

  beforeAll(async () => {
    // A stdio server with a path for the record: one call that fails, because no PCE is configured.
    const child = execFile(process.execPath, [MAIN], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
    });
    const send = (message: object) => child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'test', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'get-labels', arguments: {} } });
    let seen = '';
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (data) => {
        seen += String(data);
        if (seen.includes('"id":2')) resolve();
      });
    });
    child.stdin?.end();
    await new Promise((resolve) => child.once('exit', resolve));
  });

  it('has the calls of a stdio server', async () => {
    const { out } = await cli(['audit', 'query', '--tool', 'get-labels'], env);
    expect(JSON.parse(out)).toMatchObject({
      sub: 'operator',
      iss: 'local',
      role: 'admin',
      decision: 'error',
      outcome: 'not_configured',
    });
    expect((await cli(['audit', 'query', '--since', '2099-01-01'], env)).out).toBe('');
    expect((await cli(['audit', 'export'], env)).out.trim().split('\n')).toHaveLength(1);
  });

  it('verifies the chain, against heads noted earlier too', async () => {
    expect((await cli(['audit', 'verify'], env)).out).toMatch(
      /^1 entries in 1 chains, whole; the end of a chain could/,
    );
    const heads = join(folder, 'heads.json');
    writeFileSync(heads, (await cli(['audit', 'verify', '--json'], env)).out);
    expect((await cli(['audit', 'verify', '--heads', heads], env)).out).toContain('nothing noted earlier is missing');
    const { DatabaseSync } = await import('node:sqlite');
    const vandal = new DatabaseSync(env.MCP_AUDIT_LOG_PATH);
    vandal.exec('DELETE FROM audit_entries');
    vandal.close();
    expect(await cli(['audit', 'verify', '--heads', heads], env)).toMatchObject({
      code: 1,
      out: expect.stringContaining('noted earlier, is gone'),
    });
  });

  it('refuses what it cannot read', async () => {
    expect(await cli(['audit', 'query', '--since', 'soon'], env)).toMatchObject({ code: 2 });
    expect(await cli(['audit'], env)).toMatchObject({ code: 2, err: expect.stringContaining('audit export') });
  });
});
