import { expect, it } from 'vitest';
import { decideFlow } from '../decide.ts';
import { buildEstate } from '../estates/index.ts';
import { createSimulator } from '../simulator.ts';
import { exposureOf } from './exposure.ts';
import { kindsOf } from './kinds.ts';

it('counts by kinds of workloads what asking for each workload counts', async () => {
  const nowMs = Date.parse('2026-03-31T09:00:00Z');
  const simulator = await createSimulator({ estate: buildEstate({ profile: 'small', seed: 11, nowMs, flows: 10 }) });
  const source = simulator.world.policy('active');
  await simulator.close();
  const full = { ...source, workloads: source.workloads.map((own) => ({ ...own, mode: 'full' as const })) };
  expect(new Set(kindsOf(source).values()).size).toBeLessThan(source.workloads.length);
  let open = 0;
  for (const { href, addresses, managed } of source.workloads) {
    const [ip = ''] = addresses;
    for (const port of [443, 3389]) {
      const classes = source.workloads
        .filter((other) => other.href !== href && other.addresses.length > 0)
        .map(({ href: workload, addresses: [from = ''] }) => {
          const flow = { src: { ip: from, workload }, dst: { ip, workload: href }, proto: 6, port };
          return decideFlow(full, flow).ends.destination?.class ?? null;
        });
      const allowed = classes.filter((own) => own === 'allow' || own === 'essential').length;
      const denied = classes.filter((own) => own === 'deny' || own === 'override_deny').length;
      const counted = exposureOf(source, href, 6, port);
      const expected = { full: allowed, selective: classes.length - denied, visibility: classes.length };
      if (managed) expect(counted, `${href} ${port}`).toMatchObject(expected);
      else expect(counted).toBeNull();
      if (managed && allowed > 0) open++;
    }
  }
  expect(open).toBeGreaterThan(0);
});
