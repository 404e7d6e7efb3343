import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 45 and reference-server.md §3.7.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it.each(['abc-123', 'A.b_c:d', 'x'.repeat(128)])('%s is kept', async (id) => {
  const response = await gateway.ask(await gateway.token(), { headers: { 'x-request-id': id } });
  expect(response.headers.get('x-request-id')).toBe(id);
});

it.each(['a b', 'x'.repeat(129), '<script>', 'a,b'])('%s is not', async (id) => {
  const response = await gateway.ask(undefined, { headers: { 'x-request-id': id } });
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});
