import { afterAll, beforeAll, expect, it } from 'vitest';
import { scopedServer } from '../harness/scoped.ts';

let server: Awaited<ReturnType<typeof scopedServer>>;
beforeAll(async () => {
  server = await scopedServer();
}, 60_000);
afterAll(() => server.close());

it('they are not in the list, and answer forbidden even to an admin', async () => {
  const offered = server.offered('app=siem');
  const others = server.offered(null).filter((name) => !offered.includes(name));
  expect(others).toEqual(expect.arrayContaining(['get-rulesets', 'get-events', 'provision-policy', 'create-label']));
  for (const name of others) expect((await server.ask('app=siem', name, {})).structured.error).toBe('forbidden');
});

it('a scope that names a label that is not there lets nothing through', async () => {
  for (const [tool, args] of [
    ['get-workloads', {}],
    ['get-vens', {}],
    ['get-traffic-flows', { lookback_days: 1 }],
  ] as const) {
    const { isError, structured } = await server.ask('app=no-such-app', tool, args);
    expect(isError).toBe(true);
    expect(structured.error).toBe('label_not_found');
  }
});
