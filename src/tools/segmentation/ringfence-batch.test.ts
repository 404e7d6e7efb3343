import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import identifyInfrastructureServices from '../risk/identify-infrastructure-services.ts';
import createRingfence from './create-ringfence.ts';
import ringfenceBatch from './ringfence-batch.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated(
    { profile: 'small' },
    { tools: [ringfenceBatch, createRingfence, identifyInfrastructureServices] },
  );
});
afterAll(() => pce.close());

const batch = async (args: object) => {
  const { structured, isError, text } = await callWith(pce.dispatcher, 'ringfence-batch', args);
  expect(isError, text).toBe(false);
  return structured;
};

describe('ringfence-batch', () => {
  it('counts a failing application as failed and goes on', async () => {
    const { items, totals, coverage } = await batch({
      apps: [
        { app_name: 'nobody', env_name: 'prod' },
        { app_name: 'tokenizer', env_name: 'prod' },
      ],
      dry_run: true,
    });
    expect(items.map(({ app, status, error }) => [app, status, error])).toEqual([
      ['nobody', 'error', 'label_not_found'],
      ['tokenizer', 'success', undefined],
    ]);
    expect(totals).toEqual({ total_apps: 2, successful: 1, unchanged: 0, errors: 1 });
    expect(coverage.gaps).toEqual(['nobody (prod): failed']);
  });

  it('passes the options of each application on', async () => {
    const { items } = await batch({
      apps: [
        { app_name: 'tokenizer', env_name: 'prod', selective: true, deny_consumer: 'ams', ruleset_name: 'Mine' },
        { app_name: 'ordering', env_name: 'dev', tier: 'tiered' },
        { app_name: 'tokenizer', env_name: 'prod', outbound: true, remote_rulesets: true },
      ],
      dry_run: true,
    });
    expect(items[0]?.['rules']).toContain('deny ams -> ams on All Services');
    expect(String(items[0]?.['message'])).toContain('ruleset Mine');
    expect(items[1]?.['rules']).not.toContain('allow ams -> ams on All Services');
    // In the rulesets of the destinations the destination is `ams`.
    expect(items[2]?.['rules']).toContain('allow app=tokenizer env=prod -> ams on All Services');
  });

  it('takes infrastructure first, by the scores of the ranking', async () => {
    const ranking = await callWith(pce.dispatcher, 'identify-infrastructure-services', { top_n: 100 });
    const apps = ranking.structured.items
      .filter(({ env }) => env === 'prod')
      .slice(0, 3)
      .map(({ app, env }) => ({ app_name: app, env_name: env }));
    const { items, summary } = (await batch({
      apps: apps.toReversed(),
      auto_order: true,
      dry_run: true,
    })) as unknown as {
      items: readonly Record<string, unknown>[];
      summary: object;
    };
    expect(items.map(({ app }) => app)).toEqual(apps.map(({ app_name: name }) => name));
    expect(items.map((item) => item['infrastructure_score'])).toEqual(
      ranking.structured.items
        .filter(({ env }) => env === 'prod')
        .slice(0, 3)
        .map((item) => item['infrastructure_score']),
    );
    expect(summary).toEqual({ total_apps: 3, successful: 3, errors: 0, dry_run: true, auto_ordered: true });
  });

  it('drafts, and finds everything complete the second time', async () => {
    const args = { apps: [{ app_name: 'tokenizer', env_name: 'prod', selective: true }] };
    expect((await batch(args)).items[0]).toMatchObject({ status: 'success', plan_id: expect.any(String) });
    expect((await batch(args)).items[0]).toMatchObject({ status: 'unchanged' });
  });
});
