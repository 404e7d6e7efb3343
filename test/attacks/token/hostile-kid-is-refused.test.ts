import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 7.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each([
  ['a path', '../../../../etc/passwd', 'cannot resolve signing key'],
  ['SQL', "x'OR'1'='1", 'cannot resolve signing key'],
  ['a URL', 'https://evil.example/key', 'cannot resolve signing key'],
  ['a member of every object', '__proto__', 'cannot resolve signing key'],
  ['control characters', 'key-1\u0000\r\n', 'malformed token'],
  ['10 KB', 'k'.repeat(10_000), 'malformed token'],
  ['300 characters', 'k'.repeat(300), 'malformed token'],
  ['a number', 7, 'malformed token'],
  ['an object', {}, 'malformed token'],
  ['nothing', '', 'malformed token'],
])('%s', async (_name, kid, reason) => {
  await expectRefused(gateway, await gateway.token({}, { kid }), reason);
});
