import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked, raw } from '../harness/gateway.ts';

// Security case 45.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('in request ids, paths or subjects', async () => {
  const forged = '{"level":"error"}';
  const answer = await raw(gateway.url, ['host', '127.0.0.1', 'x-request-id', `a ${forged}`], '', 'GET');
  expect(answer.status).toBe(401);
  await raw(`${gateway.origin}/%0a${encodeURIComponent(forged)}`, ['host', '127.0.0.1'], '', 'GET');
  await gateway.ask(await gateway.token({ sub: `jane\n${forged}\u2028\u202e` }));
  const lines = gateway.log().trimEnd().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('message');
  expect(lines.filter((line) => line.startsWith(forged))).toEqual([]);
  expect(gateway.log()).not.toMatch(/[\u2028\u202e]/);
});
