import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked, message } from '../harness/gateway.ts';

// Security case 40.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['gzip', 'deflate', 'br', 'gzip, gzip'])('%s', async (encoding) => {
  const headers = {
    authorization: `Bearer ${await gateway.token()}`,
    'content-type': 'application/json',
    'content-encoding': encoding,
  };
  const body = gzipSync(JSON.stringify(message('tools/list')));
  expect((await fetch(gateway.url, { method: 'POST', headers, body })).status).toBe(415);
});
