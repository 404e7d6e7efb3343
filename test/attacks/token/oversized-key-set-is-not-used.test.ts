import { expect, it } from 'vitest';
import { attacked } from '../harness/gateway.ts';

// Security case 11.

const BOMBS: readonly (readonly [string, (jwks: string) => string])[] = [
  ['a set of 600 KB', (jwks) => jwks + ' '.repeat(600 * 1024)],
  [
    'a set of 101 keys',
    (jwks) => JSON.stringify({ keys: Array.from({ length: 101 }, () => JSON.parse(jwks).keys[0]) }),
  ],
  ['a set with symmetric keys only', () => JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'key-1' }] })],
  ['no set', () => '"keys"'],
  ['broken JSON', (jwks) => jwks.slice(0, -2)],
];

it.each(BOMBS)('%s', async (_name, bomb) => {
  const gateway = await attacked({ answerKeys: (jwks, response) => response.writeHead(200).end(bomb(jwks)) });
  const response = await gateway.ask(await gateway.token());
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
  expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(503);
  await gateway.close();
});

it('a set that drips, for ever', async () => {
  const gateway = await attacked({
    answerKeys(_jwks, response) {
      response.writeHead(200).write('{"keys":[');
      const drip = setInterval(() => response.write(' '), 200);
      response.once('close', () => clearInterval(drip));
    },
  });
  const response = await gateway.ask(await gateway.token());
  expect(response.status).toBe(503);
  await gateway.close();
});
