import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEstate } from '../../src/simulator/estates/index.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { checkOf, problemsOf } from './answers.ts';
import { SCHEMAS_MISSING } from './simulator-traffic/schemas.ts';

const nowMs = Date.parse('2026-03-31T09:00:00Z');
const DAY = 86_400_000;
type Wire = Readonly<Record<string, unknown>>;

let simulator: Simulator;
let call: ReturnType<typeof clientOf>;
beforeAll(async () => {
  simulator = await createSimulator({
    estate: buildEstate({ profile: 'small', seed: 3, nowMs, flows: 1500 }),
    rateLimit: 'off',
    pceVersion: '26.3',
  });
  call = clientOf(simulator);
});
afterAll(() => simulator.close());

const syslog = {
  pce_scope: ['pce.example.com'],
  type: 'remote_syslog',
  description: 'SIEM',
  audit_event_logger: {
    configuration_event_included: true,
    system_event_included: true,
    min_severity: 'informational',
  },
  traffic_event_logger: {
    traffic_flow_allowed_event_included: false,
    traffic_flow_potentially_blocked_event_included: true,
    traffic_flow_blocked_event_included: true,
  },
  node_status_logger: { node_status_included: true },
  remote_syslog: { address: '192.0.2.5', port: 514, protocol: 6, tls_enabled: false, tls_verify_cert: false },
};
const ldap = {
  address: 'ldap.example.com',
  port: 636,
  authentication_method: 'LDAPS',
  user_base_distinguished_name: 'dc=example',
  username_attribute: 'uid',
  bind_password: 'secret',
};
const hitCount = {
  report_template: { href: '/orgs/1/report_templates/rule_hit_count_report' },
  report_parameters: { report_time_range: { last_num_days: 7 }, rule_sets: [] },
};

describe.skipIf(SCHEMAS_MISSING !== null)('what is made can be read, changed and deleted:', () => {
  it.each<readonly [path: string, schema: string, body: object, change: object | null]>([
    ['/orgs/1/settings/syslog/destinations', 'settings_syslog_destinations_get', syslog, { description: 'Other' }],
    [
      '/orgs/1/settings/traffic_collector',
      'settings_traffic_collector_get',
      { transmission: 'broadcast', action: 'drop', target: { proto: 17, dst_port: 137 } },
      { network: 'any' },
    ],
    [
      '/authentication_settings/ldap_configs',
      'authentication_settings_ldap_configs_get',
      ldap,
      { port: 389, name: 'AD' },
    ],
    [
      '/orgs/1/access_restrictions',
      'orgs_access_restrictions_get',
      { name: 'office', ips: ['10.0.0.0/8'] },
      { description: 'x' },
    ],
    [
      '/orgs/1/auth_security_principals',
      'orgs_auth_security_principals_get',
      { type: 'group', name: 'admins' },
      { display_name: 'x' },
    ],
    [
      '/orgs/1/service_accounts',
      'service_accounts_get',
      { name: 'a', permissions: [], api_key: { expires_in_seconds: 60 } },
      { name: 'b' },
    ],
    [
      '/orgs/1/report_schedules',
      'report_schedules_get',
      { ...hitCount, name: 'weekly', report_generation_frequency: 'weekly' },
      { name: 'x' },
    ],
    ['/orgs/1/support_bundle_requests', 'support_bundle_requests_get', { include_logs: true }, null],
  ])('%s', async (path, schema, body, change) => {
    const check = checkOf('26.3.0');
    const made = await call('POST', path, { body });
    expect(made.status, made.text).toBe(201);
    const location = (made.json as Wire)['href'];
    const href = typeof location === 'string' ? location : String((location as Wire)['href']);
    const one = async () => (await call('GET', href)).json as Wire;
    expect(problemsOf(check, { schema, json: await one() })).toEqual([]);
    expect(problemsOf(check, { schema, json: (await call('GET', path)).json })).toEqual([]);
    if (change !== null) {
      expect((await call('PUT', href, { body: change })).status).toBe(204);
      expect(await one()).toMatchObject(change);
      expect((await call('PUT', href, { body: { nonsense: true } })).status).toBe(406);
    }
    expect((await call('DELETE', href)).status).toBe(204);
    expect((await call('GET', href)).status).toBe(404);
    expect(JSON.stringify(made.json)).not.toContain('"bind_password"');
  });

  it.each<readonly [path: string, schema: string, change: object]>([
    ['/authentication_settings', 'authentication_settings_get', { authentication_type: 'SAML' }],
    ['/authentication_settings/password_policy', 'authentication_settings_password_policy_get', { min_length: 12 }],
    [
      '/orgs/1/settings/trusted_proxy_ips',
      'settings_trusted_proxy_ips_get',
      { trusted_proxy_ips: [{ pce_fqdn: null, ip: '10.0.0.1' }] },
    ],
    ['/orgs/1/settings/reports', 'settings_reports_get', { max_queued_reports: 2 }],
  ])('%s', async (path, schema, change) => {
    expect((await call('PUT', path, { body: change })).status).toBe(204);
    const { json } = await call('GET', path);
    expect(problemsOf(checkOf('26.3.0'), { schema, json })).toEqual([]);
    expect(json).toMatchObject(change);
    expect((await call('PUT', path, { body: { nonsense: true } })).status).toBe(path.endsWith('policy') ? 204 : 406);
    expect((await call('PUT', path, { body: change, key: simulator.keys.readOnly })).status).toBe(403);
  });
});

const hrefOf = (answer: { readonly json: unknown } | undefined): string =>
  String((answer?.json as Wire | undefined)?.['href']);

describe('reports', () => {
  const REPORTS = '/orgs/1/reports';
  const later = (ms: number) => simulator.clock.jump(ms);

  it('count for each rule the connections that a recount of all flows finds', async () => {
    await call('DELETE', '/orgs/1/sec_policy/pending');
    const made = (await call('POST', REPORTS, { body: hitCount })).json as Wire;
    expect(made).toMatchObject({ status: 'queued', report_template: { name: 'Rule Hit Count Report' } });
    const href = String(made['href']);
    expect((await call('GET', `${href}/download`)).status).toBe(404);
    later(1000);
    const done = (await call('GET', href)).json;
    expect(done).toMatchObject({ status: 'done', progress_percentage: 100 });
    const auth = `Basic ${Buffer.from(`${simulator.apiKey}:${simulator.apiSecret}`).toString('base64')}`;
    const csv = await (
      await fetch(`${simulator.url}/api/v2${href}/download`, { headers: { Authorization: auth } })
    ).text();
    const rows = parse<Record<string, string>>(csv, { columns: true });
    const counted = new Map(rows.map((row) => [row['Rule HREF'] ?? '', Number(row['Rule Hit Count'])]));

    const recounted = await recount(Date.parse(String(made['created_at'])));
    expect(recounted.size).toBeGreaterThan(10);
    for (const [rule, connections] of recounted) expect([rule, counted.get(rule)]).toEqual([rule, connections]);
    for (const row of rows) {
      const never = !recounted.has(row['Rule HREF'] ?? '');
      expect(Number(row['Days Since Last Hit'])).toSatisfy((days: number) =>
        never ? days === -1 : days >= 0 && days <= 7,
      );
    }
  });

  /** Connections of the last seven days by the rule that rule coverage names, from the API. */
  async function recount(toMs: number): Promise<ReadonlyMap<string, number>> {
    const body = {
      query_name: 'all',
      start_date: new Date(toMs - 7 * DAY).toISOString(),
      end_date: new Date(toMs).toISOString(),
      sources: { include: [[]], exclude: [] },
      destinations: { include: [[]], exclude: [] },
      services: { include: [], exclude: [] },
      policy_decisions: [],
      max_results: 200_000,
    };
    const { href } = (await call('POST', '/orgs/1/traffic_flows/async_queries', { body })).json as { href: string };
    const until = async (wanted: Wire) => {
      for (;;) {
        const query = (await call('GET', href)).json as Wire;
        if (Object.entries(wanted).every(([field, value]) => query[field] === value)) return;
        later(50);
      }
    };
    await until({ status: 'completed' });
    await call('PUT', `${href}/update_rules`, { body: {} });
    await until({ rules: 'completed' });
    const found = new Map<string, number>();
    for (const flow of (await call('GET', `${href}/download`)).json as readonly Wire[]) {
      const target = (flow['dst'] as { readonly workload?: { readonly managed: boolean } }).workload;
      if (flow['flow_direction'] === 'outbound' && target?.managed === true) continue;
      for (const field of ['rules', 'enforcement_boundaries', 'override_deny_rules'])
        for (const own of (flow[field] ?? []) as readonly { readonly href: string }[]) {
          const rule = own.href.replace('/draft/', '/active/');
          found.set(rule, (found.get(rule) ?? 0) + Number(flow['num_connections']));
        }
    }
    return found;
  }

  const csvOf = async (type: string, parameters: object) => {
    const template = { href: `/orgs/1/report_templates/${type}` };
    const answer = await call('POST', REPORTS, {
      body: { report_template: template, report_parameters: parameters },
    });
    expect(answer.status, answer.text).toBe(201);
    later(1000);
    const href = hrefOf(answer);
    if (SCHEMAS_MISSING === null)
      expect(problemsOf(checkOf('26.3.0'), { schema: 'reports_get', json: (await call('GET', href)).json })).toEqual(
        [],
      );
    const auth = `Basic ${Buffer.from(`${simulator.apiKey}:${simulator.apiSecret}`).toString('base64')}`;
    const download = await fetch(`${simulator.url}/api/v2${href}/download`, { headers: { Authorization: auth } });
    expect([download.status, download.headers.get('content-type')]).toEqual([200, 'text/csv']);
    return parse<Record<string, string>>(await download.text(), { columns: true });
  };
  const lastWeek = { report_time_range: { last_num_days: 7 } };

  it('of the explorer hold the flows that a query with the same filters finds', async () => {
    const filters = {
      query_name: 'blocked',
      sources: { include: [], exclude: [] },
      destinations: { include: [], exclude: [] },
      services: { include: [{ proto: 6 }], exclude: [] },
      policy_decisions: ['blocked'],
      max_results: 5000,
    };
    const rows = await csvOf('explorer_report', { ...lastWeek, filters });
    const { query_name: _name, ...asked } = filters;
    const toMs = simulator.clock.now() - 1000;
    const body = {
      ...asked,
      start_date: new Date(toMs - 7 * DAY).toISOString(),
      end_date: new Date(toMs).toISOString(),
      max_results: 5000,
    };
    const found = (await call('POST', '/orgs/1/traffic_flows/traffic_analysis_queries', { body }))
      .json as readonly Wire[];
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map((row) => row['Reported Policy Decision']))).toEqual(new Set(['Blocked']));
    expect(rows.map((row) => Number(row['Num Flows']))).toEqual(found.map((flow) => flow['num_connections']));
    const wrong = { ...lastWeek, filters: { ...filters, policy_decisions: ['perhaps'] } };
    const template = { href: '/orgs/1/report_templates/explorer_report' };
    for (const report_parameters of [
      wrong,
      lastWeek,
      { filters },
      { report_time_range: { start_date: 'T', end_date: 'T' } },
    ])
      expect((await call('POST', REPORTS, { body: { report_template: template, report_parameters } })).status).toBe(
        406,
      );
  });

  it('of risk have a line for each workload and finding that the API tells of', async () => {
    const all = (await call('GET', '/orgs/1/workloads?max_results=5000')).json as readonly {
      readonly href: string;
      readonly risk_summary: { readonly ransomware: Wire | null };
    }[];
    const risks = all.filter((own) => own.risk_summary.ransomware !== null);
    const told = await csvOf('ransomware_risk_report', lastWeek);
    expect(told.length).toBeGreaterThan(10);
    expect(
      told.map((row) => [row['Workload HREF'], row['Exposure Severity'], Number(row['Protection Percent'])]),
    ).toEqual(
      risks.map(({ href, risk_summary: { ransomware } }) => [
        href,
        ransomware?.['workload_exposure_severity'],
        ransomware?.['ransomware_protection_percent'],
      ]),
    );
    const findings = await Promise.all(
      all.map(async ({ href }) => (await call('GET', `${href}/detected_vulnerabilities`)).json as Wire),
    );
    const scores = findings
      .flatMap((own) => own['workload_detected_vulnerabilities'] as readonly Wire[])
      .map((own) => [own['ip_address'], own['port'], own['port_vulnerability_exposure_score']]);
    expect(scores.length).toBeGreaterThan(0);
    expect(
      (await csvOf('ves_report', {})).map((row) => [
        row['IP Address'],
        row['Port'] === '' ? null : Number(row['Port']),
        row['V-E Score'] === '' ? null : Number(row['V-E Score']),
      ]),
    ).toEqual(scores);
  });

  it('are limited in number while they wait, and can be cancelled', async () => {
    await call('PUT', '/orgs/1/settings/reports', { body: { max_queued_reports: 2 } });
    const made = await Promise.all([1, 2, 3].map(() => call('POST', REPORTS, { body: hitCount })));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 406]);
    const href = hrefOf(made[0]);
    expect((await call('PUT', href, { body: { status: 'cancel_requested' } })).status).toBe(204);
    later(1000);
    expect((await call('GET', href)).json).toMatchObject({ status: 'cancelled' });
    const other = hrefOf(made[1]);
    expect((await call('PUT', other, { body: { status: 'cancel_requested' } })).status).toBe(406);
  });

  it('appear when their schedule is due, and go after their retention', async () => {
    await call('PUT', '/orgs/1/settings/reports', { body: { report_retention_days: 2 } });
    later(3 * DAY);
    expect((await call('GET', REPORTS)).json).toEqual([]);
    await call('POST', '/orgs/1/report_schedules', {
      body: { ...hitCount, name: 'd', report_generation_frequency: 'daily' },
    });
    const count = async () => ((await call('GET', REPORTS)).json as unknown[]).length;
    expect(await count()).toBe(1);
    later(DAY);
    expect(await count()).toBe(2);
    later(10 * DAY);
    expect(await count()).toBeLessThanOrEqual(3);
  });

  it('that are not made here are refused, as are those whose template is off', async () => {
    const other = { ...hitCount, report_template: { href: '/orgs/1/report_templates/executive_summary_report' } };
    expect((await call('POST', REPORTS, { body: other })).status).toBe(406);
    await call('PUT', hitCount.report_template.href, { body: { enabled: false } });
    expect((await call('POST', REPORTS, { body: hitCount })).status).toBe(406);
    await call('PUT', hitCount.report_template.href, { body: { enabled: true } });
    expect(
      (await call('POST', REPORTS, { body: { ...hitCount, report_template: { href: '/orgs/1/report_templates/x' } } }))
        .status,
    ).toBe(406);
  });
});

it('uploaded flows are counted, and turn up without a decision', async () => {
  const now = new Date(simulator.clock.now());
  const auth = `Basic ${Buffer.from(`${simulator.apiKey}:${simulator.apiSecret}`).toString('base64')}`;
  const upload = async (body: string) => {
    // Go clients say nothing about the type (traffic.md §2.12).
    const answer = await fetch(`${simulator.url}/api/v2/orgs/1/agents/bulk_traffic_flows`, {
      method: 'POST',
      headers: { Authorization: auth },
      body: new TextEncoder().encode(body),
    });
    return { status: answer.status, json: await answer.json() };
  };
  expect(
    await upload('203.0.113.7,203.0.113.8,4711,6\n10.1.1.300,10.2.2.2,443,6\n203.0.113.7,203.0.113.9,4711,6'),
  ).toEqual({
    status: 200,
    json: { num_flows_received: 3, num_flows_failed: 1, failed_flows: ['10.1.1.300,10.2.2.2,443,6'] },
  });
  expect((await upload('203.0.113.7,203.0.113.8,4711,6\n'.repeat(1001))).status).toBe(406);
  simulator.clock.jump(60_000);
  const { json } = await call('POST', '/orgs/1/traffic_flows/traffic_analysis_queries', {
    body: {
      start_date: new Date(now.getTime() - 60_000).toISOString(),
      end_date: new Date(now.getTime() + 60_000).toISOString(),
      sources: { include: [[{ ip_address: '203.0.113.7' }]], exclude: [] },
      destinations: { include: [[]], exclude: [] },
      services: { include: [{ port: 4711, proto: 6 }], exclude: [] },
      policy_decisions: [],
      max_results: 100,
    },
  });
  expect(
    (json as Wire[]).map((flow) => [(flow['dst'] as Wire)['ip'], flow['policy_decision'], flow['num_connections']]),
  ).toEqual([
    ['203.0.113.8', 'unknown', 1],
    ['203.0.113.9', 'unknown', 1],
  ]);
});
