import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security cases 31 and 32: an href is refused, never put right, and never leaves the organisation.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked({ env: { MCP_RATE_LIMIT_MCP: '0' } });
});
afterAll(() => gateway.close());

const ID = 'f684cfa3-87d1-4682-812a-d22dc85a08ed';
it.each([
  `/orgs/1/workloads/../../2/workloads/${ID}`,
  `/orgs/1/workloads/%2e%2e/${ID}`,
  `/orgs/1/workloads/${ID}%2f..%2flabels`,
  `/orgs/1/workloads/..%252f${ID}`,
  `/orgs/1/workloads\\..\\${ID}`,
  `/orgs/1/workloads/${ID}?force=true`,
  `/orgs/1/workloads/${ID}#x`,
  `//evil.example/orgs/1/workloads/${ID}`,
  `https://evil.example/orgs/1/workloads/${ID}`,
  `/orgs/1/workloads/${ID}\r\nX-Injected: 1`,
  `/orgs/1/workloads/./${ID}`,
  `/orgs/1/workloads/${ID}/`,
  `/orgs/2/workloads/${ID}`,
  `/orgs/01/workloads/${ID}`,
])('%j', async (href) => {
  const token = await gateway.token();
  for (const [name, args] of [
    ['update-workload', { href, description: 'x' }],
    ['delete-workload', { href }],
    ['delete-label', { href }],
  ] as const) {
    const response = await gateway.ask(token, { method: 'tools/call', params: { name, arguments: args } });
    expect(await response.json()).toMatchObject({ result: { isError: true } });
  }
  expect(gateway.upstream).toEqual([]);
});
