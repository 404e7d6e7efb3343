import { afterAll, beforeAll, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';
import { expectRefused } from '../harness/refused.ts';

// Security case 13: one token, one spelling.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

const part = (text: string) => Buffer.from(text).toString('base64url');

it('another last character that decodes to the same bytes', async () => {
  const token = await gateway.token();
  const last = token.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = alphabet[alphabet.indexOf(last) + 1] ?? '';
  await expectRefused(gateway, token.slice(0, -1) + other, 'malformed token');
});

it('padding, standard base64, four or two parts', async () => {
  const token = await gateway.token();
  const [header = '', claims = '', signature = ''] = token.split('.');
  for (const other of [`${token}=`, `${header}.${claims}+.${signature}`, `${token}.x`, `${header}.${claims}`])
    await expectRefused(gateway, other, 'malformed token');
});

it('a key that is there twice, at any depth', async () => {
  const [header = '', claims = '', signature = ''] = (await gateway.token()).split('.');
  const json = Buffer.from(claims, 'base64url').toString();
  for (const twice of ['"sub":"admin",', '"s\\u0075b":"admin",', '"x":{"a":1,"a":2},'])
    await expectRefused(gateway, `${header}.${part(json.replace('{', `{${twice}`))}.${signature}`, 'malformed token');
  const headers = part('{"alg":"RS256","alg":"none","kid":"key-1"}');
  await expectRefused(gateway, `${headers}.${claims}.${signature}`, 'malformed token');
});

it('a token of 9 KB', async () => {
  await expectRefused(gateway, await gateway.token({ padding: 'x'.repeat(9_000) }), 'malformed token');
});
