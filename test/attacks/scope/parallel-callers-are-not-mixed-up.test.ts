import { afterAll, beforeAll, expect, it } from 'vitest';
import { scopedServer, valueOf } from '../harness/scoped.ts';

// Security case 33: caches and flow tables are shared between callers who see the same, and between no others.
let server: Awaited<ReturnType<typeof scopedServer>>;
beforeAll(async () => {
  server = await scopedServer();
}, 60_000);
afterAll(() => server.close());

it('each gets their own, whoever asks at the same time', async () => {
  const apps = ['siem', 'payments', 'tokenizer', 'ordering'];
  const rounds = Array.from({ length: 10 }, () => apps).flat();
  const answers = await Promise.all(
    rounds.map(async (app, index) =>
      index % 3 === 0
        ? server.ask(`app=${app}`, 'get-traffic-flows-summary', {
            lookback_days: 2,
            group_by: ['source_app', 'destination_app'],
          })
        : server.ask(`app=${app}`, 'get-workloads', {}),
    ),
  );
  for (const [index, { isError, structured }] of answers.entries()) {
    const app = rounds[index];
    expect(isError).toBe(false);
    expect(structured.items.length).toBeGreaterThan(0);
    for (const row of structured.items)
      if (index % 3 === 0) expect([row['source_app'], row['destination_app']]).toContain(app);
      else expect(valueOf(server.workloads.find(({ href }) => href === row['href']) ?? Object(row), 'app')).toBe(app);
  }
});
