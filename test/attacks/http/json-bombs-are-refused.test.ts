import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 39.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

const LENGTH = 100_000;
it.each([
  ['deep', '['.repeat(LENGTH) + ']'.repeat(LENGTH), 400],
  ['deep objects', `${'{"a":'.repeat(LENGTH)}1${'}'.repeat(LENGTH)}`, 400],
  ['wide', `[${'0,'.repeat(LENGTH)}0]`, 400],
  ['large', `"${'x'.repeat(1_100_000)}"`, 413],
  ['no JSON', '{"jsonrpc"', 400],
])('%s', async (_name, body, status) => {
  const headers = { authorization: `Bearer ${await gateway.token()}`, 'content-type': 'application/json' };
  const response = await fetch(gateway.url, { method: 'POST', headers, body });
  expect(response.status).toBe(status);
  expect((await response.text()).length).toBeLessThan(300);
});

it.each([
  '"arguments":{"__proto__":{"polluted":true}}',
  '"__proto__":{"arguments":{}}',
  '"arguments":{"x":[{"\\u005f_proto__":1}]}',
])('a prototype in %s', async (member) => {
  const headers = { authorization: `Bearer ${await gateway.token()}`, 'content-type': 'application/json' };
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get-labels",${member}}}`;
  const response = await fetch(gateway.url, { method: 'POST', headers, body });
  expect(response.status).toBe(400);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
