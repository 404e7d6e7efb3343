import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 46: what is secret in environment and tokens is in no log, answer, header, metric or file.
const folder = join(tmpdir(), `canary-${crypto.randomUUID()}`);
const key = (filler: string) => Buffer.alloc(32, filler).toString('base64');
const CANARIES = {
  API_KEY: 'api_canary0000000001',
  API_SECRET: 'canary-secret-0000000002',
  MCP_CONFIRM_HMAC_KEY: key('canary-hmac-key-3'),
  MCP_KEK: key('canary-kek-4'),
  MCP_COOKIE_KEY: key('canary-cookie-5'),
  MCP_OAUTH_CLIENT_SECRET: 'canary-client-secret-0006',
};

let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({
    env: {
      ...CANARIES,
      MCP_STATE_DIR: folder,
      MCP_KEYSTORE_PATH: join(folder, 'keys.db'),
      MCP_LOG_LEVEL: 'debug',
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('whatever succeeds or fails', async () => {
  const token = await gateway.token();
  const argument = 'canary-argument-0007';
  const told: string[] = [];
  const note = async (response: Response) => {
    told.push(await response.text(), JSON.stringify([...response.headers]));
  };
  for (const [name, args] of [
    ['get-labels', { value: argument }],
    ['check-pce-connection', {}],
    ['create-label', { key: 'app', value: argument }],
    ['provision-policy', { change_description: argument }],
    ['get-labels', { wrong: argument }],
  ] as const)
    await note(await gateway.ask(token, { method: 'tools/call', params: { name, arguments: args } }));
  const [header = '', claims = '', signature = ''] = token.split('.');
  const bad = `${header}.${claims}.${signature.slice(1)}A`;
  await note(await gateway.ask(bad));
  await note(await gateway.ask(await gateway.token({ aud: 'canary-audience-0008', email: 'canary-0009@example.com' })));
  for (const path of ['/readyz', '/healthz', '/.well-known/oauth-protected-resource'])
    await note(await fetch(gateway.origin + path));
  await gateway.close();

  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  expect(files.length).toBeGreaterThan(0);
  const secrets = [...Object.values(CANARIES), claims, signature, 'canary-audience-0008', 'canary-0009'];
  const basic = Buffer.from(`${CANARIES.API_KEY}:${CANARIES.API_SECRET}`).toString('base64');
  for (const secret of [...secrets, basic, encodeURIComponent(CANARIES.MCP_KEK)])
    for (const sink of [gateway.log(), ...told, ...files]) expect(sink).not.toContain(secret);
  // Arguments are answered, perhaps, but neither logged nor stored.
  for (const sink of [gateway.log(), ...files]) expect(sink).not.toContain(argument);
});
