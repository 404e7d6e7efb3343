import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createPceHttp } from '../http/client.ts';
import type { PceHttp } from '../http/http.ts';
import { type FixturePce, startFixture } from '../testing/fixture.ts';
import { readRuleHits } from './rule-hits.ts';

// The shapes are those of traffic.md §11.
const HEADER =
  'Rule HREF,Rule Name,Rule Set HREF,Rule Set Name,Rule Hit Count,Days Since Last Hit,Last Updated Timestamp,Last Updated By,Start Date,End Date';
const SET = '/orgs/1/sec_policy/active/rule_sets/9851624184900724';
const line = (id: number, hits: number | string, days: number) =>
  `${SET}/sec_rules/${id},"a, b",${SET},"Core ""1""",${hits},${days},2025-06-01T00:00:00Z,ann@example.com,2025-05-10,2025-06-09`;
const report = (id: string, over: object = {}) => ({
  href: `/orgs/1/reports/${id}`,
  report_template: { href: '/orgs/1/report_templates/rule_hit_count_report', name: 'Rule Hit Count Report' },
  status: 'done',
  generated_at: '2025-06-09T00:00:00Z',
  report_parameters: { rule_sets: [], report_time_range: { last_num_days: 30 } },
  ...over,
});

const EVERYWHERE = { rule_hit_count_enabled_scopes: [[]] };
const NEWEST = report('newest', { generated_at: '2025-06-10T00:00:00Z' });
let settings: unknown;
let reports: unknown;
let csv: string;
let fixture: FixturePce;
let http: PceHttp;
beforeAll(async () => {
  fixture = await startFixture(({ path }, response) => {
    const json = path.endsWith('/firewall_settings') ? settings : path.endsWith('/reports') ? reports : undefined;
    if (json !== undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(json));
    else if (path === `${NEWEST.href}/download`) response.setHeader('content-type', 'text/csv').end(csv);
    else response.writeHead(404).end();
  });
  http = createPceHttp(fixture.settings());
});
beforeEach(() => {
  settings = EVERYWHERE;
  reports = [NEWEST];
  csv = [HEADER, line(1, 3, 2), ''].join('\n');
});
afterAll(async () => {
  await http.close();
  await fixture.close();
});

it('reads the newest finished report of all rulesets', async () => {
  settings = EVERYWHERE;
  csv = [HEADER, line(1, 4711, 0), line(2, 0, 132), line(3, 0, -1), ''].join('\r\n');
  reports = [
    report('older'),
    NEWEST,
    report('queued', { status: 'queued', generated_at: '2025-06-12T00:00:00Z' }),
    report('some', { report_parameters: { rule_sets: [{ href: SET }] }, generated_at: '2025-06-12T00:00:00Z' }),
    report('other', { report_template: { href: '/orgs/1/report_templates/traffic_flow_report' } }),
  ];
  const counts = await readRuleHits(http, {});
  expect(counts).toMatchObject({ kind: 'counted', everywhere: true, report: NEWEST.href });
  expect(counts.kind === 'counted' && Object.fromEntries(counts.byRule)).toEqual({
    [`${SET}/sec_rules/1`]: { hits: 4711, daysSinceLastHit: 0 },
    [`${SET}/sec_rules/2`]: { hits: 0, daysSinceLastHit: 132 },
    [`${SET}/sec_rules/3`]: { hits: 0, daysSinceLastHit: null },
  });
  expect(fixture.seen.map(({ method }) => method)).not.toContain('POST');
});

it('says that only some hosts count', async () => {
  settings = { rule_hit_count_enabled_scopes: [[{ label: { href: '/orgs/1/labels/1' } }]] };
  expect(await readRuleHits(http, {})).toMatchObject({ kind: 'counted', everywhere: false });
});

it.each([
  ['counting is off', () => (settings = { rule_hit_count_enabled_scopes: [] }), /is off/],
  ['the release is too old', () => (settings = {}), /does not count/],
  ['no report is finished', () => (reports = [report('q', { status: 'queued' })]), /no finished/],
  ['the PCE has no reports', () => (reports = undefined), /no such reports/],
])('has none where %s, and says so', async (_, arrange, why) => {
  arrange();
  expect(await readRuleHits(http, {})).toEqual({ kind: 'none', why: expect.stringMatching(why) });
});

it.each([
  ['no header', 'a,b\n1,2\n'],
  ['an empty file', ''],
  ['a count that is none', [HEADER, line(1, '4 or so', 2), ''].join('\n')],
  ['a rule of another org', [HEADER, line(1, 1, 1).replaceAll('/orgs/1/', '/orgs/2/'), ''].join('\n')],
  ['a line too short', [HEADER, '/orgs/1/x', ''].join('\n')],
])('never takes %s for counts', async (_, text) => {
  csv = text;
  await expect(readRuleHits(http, {})).rejects.toMatchObject({
    code: 'pce_bad_answer',
    message: expect.stringMatching(/^The rule hit count report could not be read: /),
  });
});
