import { afterEach, beforeEach, expect, test } from 'vitest';
import { asking, type Body, type FlowRecord, type Pce, startPce } from './harness.ts';

const DAY_MS = 86_400_000;

let pce: Pce;
beforeEach(async () => {
  pce = await startPce();
});
afterEach(() => pce.close());

const iso = (ms: number) => new Date(ms).toISOString();
/** What the VEN of a workload reported about the policy. */
const reportedBy = (rows: readonly FlowRecord[], href: string) =>
  rows.filter(
    (row) =>
      (row.flow_direction === 'inbound' ? row.dst : row.src).workload?.href === href &&
      row['client_type'] !== 'flowlink' &&
      row['boundary_decision'] !== 'blocked_non_illumio_rule',
  );
const total = (rows: readonly FlowRecord[]) => rows.reduce((sum, row) => sum + row.num_connections, 0);

/** A visibility-only workload with traffic that no rule allows. */
async function candidate(): Promise<string> {
  const rows = await pce.rows(asking());
  const row = rows.find(
    ({ dst, flow_direction, policy_decision }) =>
      flow_direction === 'inbound' &&
      dst.workload?.enforcement_mode === 'visibility_only' &&
      policy_decision === 'potentially_blocked',
  );
  return row?.dst.workload?.href ?? '';
}

async function enforce(href: string): Promise<number> {
  const at = pce.clock.now();
  expect((await pce.call('PUT', href, { body: { enforcement_mode: 'full' } })).status).toBe(204);
  return at;
}

test('a mode change decides later flows and leaves the past as it was', async () => {
  const href = await candidate();
  const before = await pce.rows(asking());
  const changedMs = await enforce(href);
  await pce.control('POST', '/clock', { jump_ms: 5 * DAY_MS });
  const past = await pce.rows(asking());
  const decisions = (rows: readonly FlowRecord[]) => reportedBy(rows, href).map((row) => row.policy_decision);
  expect(decisions(past)).toEqual(decisions(before));
  expect(decisions(past)).toContain('potentially_blocked');

  const later = await pce.rows(asking({ start_date: iso(changedMs + 60_000), end_date: iso(pce.clock.now()) }));
  expect(new Set(decisions(later))).toEqual(
    new Set(decisions(later).includes('allowed') ? ['allowed', 'blocked'] : ['blocked']),
  );
  expect(decisions(later)).toContain('blocked');
});

test('over a change, rows with equal decisions are one and others stay apart', async () => {
  const href = await candidate();
  const changedMs = await enforce(href);
  await pce.control('POST', '/clock', { jump_ms: 5 * DAY_MS });
  const end = iso(pce.clock.now());
  const cut = iso(Math.ceil(changedMs / 60_000) * 60_000);
  const whole = await pce.rows(asking({ end_date: end }));
  const [first, second] = [
    await pce.rows(asking({ end_date: cut })),
    await pce.rows(asking({ start_date: cut, end_date: end })),
  ];
  expect(total(whole)).toBe(total(first) + total(second));

  const key = ({ src, dst, service, flow_direction, policy_decision, boundary_decision, state }: FlowRecord) =>
    JSON.stringify([src.ip, dst.ip, dst.fqdn, service, flow_direction, policy_decision, boundary_decision, state]);
  const keys = whole.map(key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(keys)).toEqual(new Set([...first, ...second].map(key)));
  const words = new Set(reportedBy(whole, href).map((row) => row.policy_decision));
  expect(words).toContain('potentially_blocked');
  expect(words).toContain('blocked');
});

test('a replay is the traffic of the past under the policy of now', async () => {
  const href = await candidate();
  const from = '2026-02-10T00:00:00Z';
  const to = '2026-02-12T00:00:00Z';
  const original = await pce.rows(asking({ start_date: from, end_date: to }));
  const unchanged = await pce.control<{ readonly from: string; readonly to: string }>('POST', '/replay', { from, to });
  const same = await pce.rows(asking({ start_date: unchanged.from, end_date: unchanged.to }));
  const bare = (rows: readonly FlowRecord[]) => rows.map((row) => ({ ...row, timestamp_range: null }));
  expect(bare(same)).toEqual(bare(original));

  await enforce(href);
  const window = await pce.control<{ readonly from: string; readonly to: string }>('POST', '/replay', { from, to });
  expect(Date.parse(window.to) - Date.parse(window.from)).toBe(2 * DAY_MS);
  expect(Date.parse(window.from)).toBeGreaterThanOrEqual(Date.parse(unchanged.to));
  const again = await pce.rows(asking({ start_date: window.from, end_date: window.to }));
  expect(total(again)).toBe(total(original));
  // What would have been blocked before is blocked now; nothing else differs.
  const expected = original.map((row) =>
    reportedBy([row], href).length > 0 && row.policy_decision === 'potentially_blocked'
      ? 'blocked'
      : row.policy_decision,
  );
  expect(again.map((row) => row.policy_decision)).toEqual(expected);
  expect(expected).not.toEqual(original.map((row) => row.policy_decision));
});

test('the future cannot be replayed', async () => {
  await expect(
    pce.control('POST', '/replay', { from: '2026-02-28T00:00:00Z', to: '2026-03-02T00:00:00Z' }),
  ).rejects.toThrow(/406/);
});

test('a workload whose flows are off is silent from then on, one that reports drops tells of those', async () => {
  const href = await candidate();
  const set = (visibility_level: string) => pce.call('PUT', href, { body: { visibility_level } });
  expect((await set('flow_off')).status).toBe(204);
  const past = reportedBy(await pce.rows(asking()), href);
  expect(past.length).toBeGreaterThan(0);
  await pce.control('POST', '/clock', { jump_ms: DAY_MS });
  const day = () => pce.rows(asking({ start_date: '2026-03-01T12:10:00Z', end_date: '2026-03-02T12:00:00Z' }));
  expect(reportedBy(await day(), href)).toEqual([]);
  const both = reportedBy(await pce.rows(asking({ end_date: '2026-03-02T12:00:00Z' })), href);
  expect(total(both)).toBe(total(past));
  await set('flow_drops');
  expect(reportedBy(await day(), href)).toEqual([]);
});

test('an address gets the workload made for it, from when it was made', async () => {
  const unknown = (await pce.rows(asking())).find(({ src }) => src.ip.startsWith('203.0.113.'))?.src.ip ?? '';
  const made = await pce.json<{ readonly href: string }>('POST', '/orgs/1/workloads', {
    body: { name: 'scanner', hostname: 'scanner', interfaces: [{ name: 'eth0', address: unknown }] },
  });
  await pce.control('POST', '/clock', { jump_ms: 3 * DAY_MS });
  const of = async (body: Body) => (await pce.rows(asking(body))).filter(({ src }) => src.ip === unknown);
  expect((await of({})).every(({ src }) => src.workload === undefined)).toBe(true);
  const later = await of({ start_date: '2026-03-01T12:10:00Z', end_date: '2026-03-04T12:00:00Z' });
  expect(later.length).toBeGreaterThan(0);
  expect(later.every(({ src }) => src.workload?.href === made.href)).toBe(true);
});

test('a draft rule changes the draft decision at once and the reported one after it is provisioned', async () => {
  const day = { start_date: '2026-02-28T12:00:00Z', end_date: '2026-03-01T12:00:00Z' };
  const drafted = async (window: Body = day) => {
    const { href } = await pce.finished(asking(window));
    await pce.call('PUT', `${href}/update_rules`);
    return await pce.json<readonly FlowRecord[]>('GET', `${href}/download`);
  };
  const words = (rows: readonly FlowRecord[], name: string) =>
    new Set(rows.filter(({ src, dst }) => src.workload?.managed && dst.workload?.managed).map((row) => row[name]));
  expect(words(await drafted(), 'draft_policy_decision')).toContain('potentially_blocked_no_rule');

  const { href } = await pce.json<{ readonly href: string }>('POST', '/orgs/1/sec_policy/draft/rule_sets', {
    body: { name: 'Everything', scopes: [[]] },
  });
  const rule = await pce.json<{ readonly href: string }>('POST', `${href}/sec_rules`, {
    body: {
      enabled: true,
      providers: [{ actors: 'ams' }],
      consumers: [{ actors: 'ams' }],
      ingress_services: [{ href: '/orgs/1/sec_policy/draft/services/1' }],
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
    },
  });
  const rows = await drafted();
  const after = words(rows, 'draft_policy_decision');
  for (const word of after) expect(String(word)).not.toMatch(/_no_rule$/);
  const allowed = rows.filter(
    (row) => row['draft_policy_decision'] === 'allowed' && row.src.workload?.managed && row.dst.workload?.managed,
  );
  expect(allowed.length).toBeGreaterThan(0);
  for (const row of allowed) expect(row['rules']).toContainEqual({ href: rule.href });
  expect(words(rows, 'policy_decision')).toContain('potentially_blocked');

  const provision = { update_description: 'Everything', change_subset: { rule_sets: [{ href }] } };
  expect((await pce.call('POST', '/orgs/1/sec_policy', { body: provision })).status).toBe(201);
  await pce.control('POST', '/clock', { jump_ms: 2 * DAY_MS });
  expect(words(await pce.rows(asking(day)), 'policy_decision')).toContain('potentially_blocked');
  const later = await drafted({ start_date: '2026-03-01T12:10:00Z', end_date: '2026-03-03T12:00:00Z' });
  const stopped = later.filter(
    (row) =>
      row.src.workload?.managed &&
      row.dst.workload?.managed &&
      row.policy_decision.endsWith('blocked') &&
      row['boundary_decision'] !== 'blocked_non_illumio_rule',
  );
  // Only an override deny beats the new rule.
  for (const row of stopped) expect(row['draft_policy_decision']).toMatch(/blocked_by_override_deny$/);
  expect(stopped.length).toBeLessThan(later.length / 4);
});

test('a result keeps the lists and groups it was asked with', async () => {
  const list = await pce.json<{ readonly href: string }>('POST', '/orgs/1/sec_policy/draft/ip_lists', {
    body: { name: 'Shrinking', ip_ranges: [{ from_ip: '140.82.0.0/16' }] },
  });
  const body = asking({ destinations: { include: [[{ ip_list: { href: list.href } }]], exclude: [] } });
  const { href, flows_count } = await pce.finished(body);
  await pce.call('PUT', list.href, { body: { ip_ranges: [{ from_ip: '192.0.2.1' }] } });
  expect(await pce.json('GET', `${href}/download`)).toHaveLength(Number(flows_count));
  expect(Number(flows_count)).toBeGreaterThan(0);
  expect(await pce.rows(body)).toEqual([]);
});
