import { afterAll, beforeAll, expect, it } from 'vitest';
import { allPages } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'xl' });
});
afterAll(() => pce.close());

it('get-workloads gives each of 25,000 workloads once over its pages', async () => {
  const pages = await allPages(pce.dispatcher, 'get-workloads', { detail_level: 'labels_only' });
  const hrefs = pages.flatMap(({ structured }) => structured.items.map(({ href }) => String(href)));
  expect(hrefs).toHaveLength(25_000);
  expect(new Set(hrefs).size).toBe(25_000);
  for (const { structured } of pages)
    expect(structured.coverage).toMatchObject({ rows_read: 25_000, truncated: false });
}, 600_000);
