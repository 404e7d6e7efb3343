import { afterAll, beforeAll, expect, it } from 'vitest';
import { callWith } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'mid' });
});
afterAll(() => pce.close());

const CHARACTERS_PER_TOKEN = 4;

it('the default summary of a month costs at most 4,000 tokens in both lanes, with the totals of the full one', async () => {
  const standard = await callWith(pce.dispatcher, 'get-traffic-flows-summary', {});
  const full = await callWith(pce.dispatcher, 'get-traffic-flows-summary', { detail_level: 'full' });
  const cost = (standard.text.length + JSON.stringify(standard.structured).length) / CHARACTERS_PER_TOKEN;
  expect(cost).toBeLessThanOrEqual(4_000);
  expect(standard.structured.totals).toEqual(full.structured.totals);
  expect(standard.structured.coverage.truncated).toBe(false);
});
