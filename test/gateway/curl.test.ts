import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { draft } from './approving.ts';
import { firm, serviceAccount } from './firm.ts';

const HAS_CURL = (() => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** As the README of the reference server has it; only the digest is put in. */
const CONFIRM = String.raw`curl -X POST https://mcp.illumio.example/confirm \
  -H "Authorization: Bearer $JWT" \
  -H "Content-Type: application/json" \
  -d '{"tool":"provision-policy","params_hash":"<sha256>"}'`;

it.skipIf(!HAS_CURL)('the documented curl gives a token, with which the call goes through once', async () => {
  const place = await firm(
    (simulator) => ({ ...serviceAccount(simulator), MCP_PCE_MODE: 'shared' }),
    'mcp.illumio.example',
  );
  const home = mkdtempSync(join(tmpdir(), 'curl-'));
  writeFileSync(join(home, 'ca.pem'), place.ca);
  // Where that name leads and whom to trust; the command itself stays as documented.
  writeFileSync(
    join(home, '.curlrc'),
    `connect-to = "mcp.illumio.example:443:${place.address}"\ncacert = "${join(home, 'ca.pem')}"\nsilent\n`,
  );
  const curl = async (paramsHash: unknown): Promise<Readonly<Record<string, unknown>>> => {
    const { stdout } = await promisify(execFile)('bash', ['-c', CONFIRM.replace('<sha256>', String(paramsHash))], {
      env: { PATH: process.env['PATH'], CURL_HOME: home, JWT: await place.tokenOf('ada') },
    });
    return JSON.parse(stdout);
  };

  await draft(place, 'provisioned with curl');
  const refused = await place.call('ada', 'provision-policy');
  expect(refused).toMatchObject({
    error: 'confirm_required',
    params_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    message: expect.any(String),
  });
  const confirmed = await curl(refused['params_hash']);
  expect(confirmed).toEqual({ confirm_token: expect.stringMatching(/^[\w-]+\.[\w-]+$/), expires_in: 120 });
  const meta = { confirm_token: confirmed['confirm_token'] };
  expect(await place.call('ada', 'provision-policy', {}, meta)).toMatchObject({ version: expect.any(Number) });
  expect(await place.call('ada', 'provision-policy', {}, meta)).toMatchObject({ error: 'confirm_token_replay' });
  expect(await curl('ab'.repeat(32))).toMatchObject({ error: 'preview_required' });

  rmSync(home, { recursive: true });
  await place.close();
});
