import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 49.
const folder = join(tmpdir(), `subject-${crypto.randomUUID()}`);
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({ env: { MCP_STATE_DIR: folder, MCP_KEYSTORE_PATH: join(folder, 'keys.db') } });
});
afterAll(() => gateway.close());

const params = { name: 'get-labels', arguments: {} };

it.each(['../../../tmp/owned', 'C:\\\\owned', '/etc/passwd', 'a/../../b', 'con', '..'])('%s', async (sub) => {
  await gateway.ask(await gateway.token(), { method: 'tools/call', params });
  const before = readdirSync(folder).toSorted();
  const response = await gateway.ask(await gateway.token({ sub }), { method: 'tools/call', params });
  expect(response.status).toBe(200);
  expect(readdirSync(folder).toSorted()).toEqual(before);
  expect(existsSync('/tmp/owned')).toBe(false);
});
