import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 9: the one address asked for keys is the operator's, and a redirect is not followed.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({
    answerKeys: (_jwks, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  });
});
afterAll(() => gateway.close());

it('a redirected key set verifies nothing', async () => {
  const response = await gateway.ask(await gateway.token());
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('30');
  expect(await response.text()).not.toContain('169.254');
  expect(gateway.keyFetches()).toBe(1);
});
