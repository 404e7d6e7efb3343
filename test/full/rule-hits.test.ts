import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rawPce, type RawPce } from '../analysis/raw-flows.ts';
import { allPages, callWith } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';
import findUnusedRules from '../../src/tools/risk/find-unused-rules.ts';

/** Rule hits as a PCE counts and reports them, read by the tool and, beside it, by hand. */
let pce: Simulated;
let raw: RawPce;
beforeAll(async () => {
  pce = await simulated({ profile: 'mid' }, { tools: [findUnusedRules] });
  raw = rawPce(pce.simulator);
});
afterAll(() => pce.close());

const ask = async (args: object) => (await callWith(pce.dispatcher, 'find-unused-rules', args)).structured;
const setCounting = async (scopes: readonly (readonly object[])[]) => {
  const settings = '/orgs/1/sec_policy/draft/firewall_settings';
  await raw.send('PUT', settings, { rule_hit_count_enabled_scopes: scopes });
  await raw.send('POST', '/orgs/1/sec_policy', {
    update_description: 'hits',
    change_subset: { firewall_settings: [{ href: settings }] },
  });
};

interface Report {
  readonly href: string;
  readonly status: string;
}

it('needs counting to be on and a report to be there, and never sees to it by itself', async () => {
  const reports = async () => ((await raw.send('GET', '/orgs/1/reports')) as readonly Report[]).length;
  await setCounting([]);
  expect(await ask({ method: 'hits' })).toMatchObject({ error: 'not_found' });
  await setCounting([[]]);
  expect(JSON.stringify(await ask({ method: 'hits' }))).toContain('no finished rule hit count report');
  expect((await ask({})).coverage.gaps).toContainEqual(expect.stringContaining('no finished rule hit count report'));
  expect(await reports()).toBe(0);
});

it('calls no rule unused that the PCE counted a hit of, and says when the last one was', async () => {
  const made = (await raw.send('POST', '/orgs/1/reports', {
    report_template: { href: '/orgs/1/report_templates/rule_hit_count_report' },
    description: 'hits',
    report_parameters: { report_time_range: { last_num_days: 90 }, rule_sets: [] },
  })) as Report;
  await vi.waitFor(async () => expect(await raw.send('GET', made.href)).toMatchObject({ status: 'done' }), {
    timeout: 60_000,
  });
  const { url, apiKey, apiSecret } = pce.simulator;
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
  const download = await fetch(`${url}/api/v2${made.href}/download`, { headers: { authorization } });
  const lines: readonly Readonly<Record<string, string>>[] = parse(await download.text(), { columns: true });
  const days = new Map(lines.map((line) => [line['Rule HREF'], Number(line['Days Since Last Hit'])]));
  expect([...days.values()].filter((since) => since >= 0).length).toBeGreaterThan(10);

  // In one day many rules see no flow that was hit the days before.
  const pages = await allPages(pce.dispatcher, 'find-unused-rules', { method: 'hits', days: 1 });
  const items = pages.flatMap(({ structured }) => structured.items);
  expect(pages[0]?.structured).toMatchObject({ method: 'flows and hits', hits_report: made.href });
  const listed = new Map(items.map(({ href, last_hit_days: last }) => [href, last]));
  for (const [href, since] of days)
    if (since >= 0 && since <= 1) expect(listed.has(href), href).toBe(false);
    else if (listed.has(href)) expect(listed.get(href)).toBe(since < 0 ? undefined : since);
  expect([...listed.values()].filter((last) => Number(last) > 1).length).toBeGreaterThan(0);
  for (const { last_hit_days: last, reason } of items)
    expect(reason).toContain(last === undefined ? "never hit by the PCE's count" : `last hit ${Number(last)} days ago`);
});
