import { afterAll, describe, expect, it } from 'vitest';
import { allPages, type Called, callTool, dispatcherOf } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { type Contents, label, memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import getTrafficFlowsSummary from './get-traffic-flows-summary.ts';

const flows = flowTables();
afterAll(() => flows.close());

const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const web = { ip: '10.0.0.1', name: 'web1', labels: { app: 'ordering', env: 'prod', role: 'web' } };
const db = { ip: '10.0.0.2', name: 'db1', labels: { app: 'ordering', env: 'prod', role: 'db' } };
const pay = { ip: '10.0.0.3', name: 'pay1', labels: { app: 'payments', env: 'prod' } };
const lost = { ip: '10.0.0.4', name: 'lost1' };
const envOnly = { ip: '10.0.0.5', name: 'half1', labels: { env: 'dev' } };
const saas = { ip: '203.0.113.7', fqdn: 'api.example.com', lists: ['SaaS'] };
const partner = { ip: '198.51.100.9', lists: ['Any (0.0.0.0/0 and ::/0)', 'Partner', 'Acquirers'] };
const nowhere = { ip: '198.51.100.10', lists: ['Any (0.0.0.0/0 and ::/0)'] };
const broadcast = { ip: '10.0.0.255' };

const rows = [
  flowRow({ from: web, to: pay, port: 443, connections: 50, process: '/bin/web', user: 'www' }),
  flowRow({ from: web, to: pay, port: 8443, connections: 7, process: '/bin/web', user: 'root' }),
  flowRow({ from: web, to: pay, port: 22, connections: 3, policy: 'blocked', process: '/bin/ssh' }),
  flowRow({ from: web, to: db, port: 5432, connections: 90, process: '/bin/pg', direction: 'inbound' }),
  flowRow({ from: lost, to: pay, port: 443, connections: 4, policy: 'potentially_blocked' }),
  flowRow({ from: envOnly, to: pay, port: 443, connections: 2, policy: 'unknown' }),
  flowRow({ from: web, to: saas, port: 443, connections: 30, process: '/bin/web' }),
  flowRow({ from: web, to: partner, port: 443, connections: 20 }),
  flowRow({ from: web, to: nowhere, port: 53, proto: 17, connections: 10 }),
  flowRow({ from: web, to: broadcast, port: 137, proto: 17, connections: 999, transmission: 'broadcast' }),
  flowRow({ from: partner, to: pay, port: 443, connections: 5 }),
  flowRow({ from: nowhere, to: pay, proto: 1, connections: 1 }),
];

const ask = (args: object, contents: Contents = { flows: rows }): Promise<Called> =>
  callTool(getTrafficFlowsSummary, args, { pce: memoryPce(contents), flows, clock });

const section = ({ structured }: Called, name: string) => structured.items.filter((item) => item.section === name);

describe('get-traffic-flows-summary', () => {
  it('counts everything once, by every decision', async () => {
    const { structured } = await ask({});
    const total = rows.reduce((sum, row) => sum + row.num_connections, 0);
    expect(structured.totals).toMatchObject({
      rows: rows.length,
      connections: total,
      raw_observations: 4711,
      distinct_processes: 3,
      by_decision: {
        blocked: { rows: 1, connections: 3 },
        potentially_blocked: { rows: 1, connections: 4 },
        unknown: { rows: 1, connections: 2 },
        allowed: { rows: 9, connections: total - 9 },
      },
    });
    expect(structured.coverage).toMatchObject({ rows_read: rows.length, row_cap: 200_000, truncated: false });
  });

  it('names applications, unlabelled workloads and what lies outside, without an application talking to itself', async () => {
    const called = await ask({});
    expect(called.structured.answer).toContain(
      'Busiest: ordering (prod) to payments (prod) (57 connections, allowed).',
    );
    const pairs = section(called, 'app_to_app').map(({ from, to, policy, connections, services }) =>
      [from, to, policy, connections, services].join(' | '),
    );
    expect(pairs).toEqual([
      'ordering (prod) | broadcast | allowed | 999 | 137/udp',
      'ordering (prod) | payments (prod) | allowed | 57 | 443/tcp,8443/tcp',
      'ordering (prod) | external:api.example.com | allowed | 30 | 443/tcp',
      'ordering (prod) | external:Partner, Acquirers | allowed | 20 | 443/tcp',
      'ordering (prod) | external:unlisted | allowed | 10 | 53/udp',
      'external:Partner, Acquirers | payments (prod) | allowed | 5 | 443/tcp',
      'unlabelled | payments (prod) | potentially_blocked | 4 | 443/tcp',
      'ordering (prod) | payments (prod) | blocked | 3 | 22/tcp',
      'unlabelled (dev) | payments (prod) | unknown | 2 | 443/tcp',
      'external:unlisted | payments (prod) | allowed | 1 | icmp',
    ]);
    expect(called.structured.totals.section_totals).toMatchObject({ app_to_app: 10 });
  });

  it('lists what is blocked or would be, with ends and port', async () => {
    expect(section(await ask({}), 'blocked')).toEqual([
      {
        section: 'blocked',
        from: 'lost1',
        to: 'pay1',
        port: 443,
        proto: 'tcp',
        policy: 'potentially_blocked',
        connections: 4,
      },
      {
        section: 'blocked',
        process: '/bin/ssh',
        from: 'web1',
        to: 'pay1',
        port: 22,
        proto: 'tcp',
        policy: 'blocked',
        connections: 3,
      },
    ]);
  });

  it('names external destinations by FQDN, else IP lists, else address, and leaves broadcasts out', async () => {
    const external = section(await ask({}), 'external_destinations');
    expect(external.map(({ to, connections }) => [to, connections])).toEqual([
      ['api.example.com', 30],
      ['Partner, Acquirers', 20],
      ['198.51.100.10', 10],
    ]);
  });

  it('tells for each process where it ran, who ran it and where it went', async () => {
    const called = await ask({ detail_level: 'full' });
    const [pg, webServer] = section(called, 'by_process');
    expect(pg).toMatchObject({
      process: '/bin/pg',
      // Reported by the destination: the process listened there.
      destinations: [
        { to: 'db1', port: 5432, proto: 'tcp', policy: 'allowed', connections: 90, process_runs_on: 'db1' },
      ],
    });
    expect(webServer).toMatchObject({ process: '/bin/web', connections: 87, destination_count: 2 });
    expect(webServer?.users).toEqual(expect.arrayContaining(['www', 'root']));
    expect(webServer?.destinations).toContainEqual(
      expect.objectContaining({ to: 'api.example.com', process_runs_on: 'web1' }),
    );
    expect(called.structured.coverage.gaps).toContain(
      `the processes of ${rows.filter((row) => !('process_name' in row.service)).length} rows, which name none`,
    );
  });

  it('is cut exactly when as many rows arrived as were allowed', async () => {
    const whole = await ask({ max_results: rows.length + 1 });
    const cut = await ask({ max_results: rows.length });
    expect(whole.structured.coverage.truncated).toBe(false);
    expect(cut.structured.coverage.truncated).toBe(true);
    expect(cut.text).toContain('rows beyond max_results');
  });

  it('says when fewer rows came than the PCE announced', async () => {
    const { structured } = await ask({}, { flows: rows, flowsCount: rows.length + 5 });
    expect(structured.coverage.truncated).toBe(true);
    expect(structured.coverage.gaps.join()).toContain(`5 of ${rows.length + 5} rows that the PCE announced`);
  });

  it('never takes half a download for a whole one', async () => {
    const { isError, structured } = await ask({}, { flows: JSON.stringify(rows).slice(0, -40) });
    expect(isError).toBe(true);
    expect(structured.error).toBe('pce_bad_answer');
  });

  it('groups by any dimension under the names given, keeping rows that have none', async () => {
    const { structured, text } = await ask({ group_by: ['source_app', 'dest_app', 'port'] });
    expect(structured.items).toContainEqual(
      expect.objectContaining({
        section: 'group_by',
        source_app: 'ordering',
        dest_app: 'payments',
        port: 443,
        connections: 50,
        rows: 1,
        bytes_in: 500,
        bytes_out: 1000,
        first_seen: '2025-06-01T00:00:00Z',
      }),
    );
    expect(structured.items).toContainEqual(
      expect.objectContaining({ source_app: '-', dest_app: 'payments', connections: 1 }),
    );
    const sum = structured.items.reduce((total, item) => total + Number(item.connections), 0);
    expect(sum).toBe(structured.totals.connections);
    expect(text).toContain('source_app=ordering');
  });

  it('refuses a dimension that does not exist and names those that do', async () => {
    const { structured, isError } = await ask({ group_by: ['source_team'] });
    expect(isError).toBe(true);
    expect(structured.error).toBe('unknown_group_by');
    expect(structured.dimensions).toEqual(expect.arrayContaining(['source_app', 'destination_role', 'process']));
  });

  it('names applications by other labels, and refuses keys no flow carries', async () => {
    const called = await ask({ identity_labels: ['role'] });
    expect(section(called, 'app_to_app')[0]).toMatchObject({ from: 'web' });
    const { structured } = await ask({ identity_labels: ['tier'] });
    expect(structured).toMatchObject({ error: 'label_not_found', candidates: ['app', 'env', 'role'] });
  });

  it('puts every filter into the query and frees it afterwards', async () => {
    const prod = label(1, 'env', 'prod');
    const app = label(2, 'app', 'ordering');
    const pce = memoryPce({ flows: rows, labels: [prod, app] });
    const args = {
      start_date: '2025-06-01',
      end_date: '2025-06-07',
      include_sources: [['env=prod'], ['app=ordering']],
      exclude_destinations: ['env=prod'],
      include_services: [{ port: 443, proto: 'tcp' }, { process_name: 'nginx' }],
      exclude_services: [{ port: 30000, to_port: 32767, proto: 17 }],
      policy_decisions: ['blocked'],
      exclude_workloads_from_ip_list_query: false,
      max_results: 500,
      query_name: 'mine',
    };
    const { structured } = await callTool(getTrafficFlowsSummary, args, { pce, flows, clock });
    expect(pce.asked).toEqual([
      {
        method: 'traffic',
        args: [
          {
            name: 'mine',
            start: '2025-06-01T00:00:00Z',
            end: '2025-06-07T23:59:59Z',
            sources: { include: [[{ label: prod.href }], [{ label: app.href }]], exclude: [] },
            destinations: { include: [[]], exclude: [{ label: prod.href }] },
            services: {
              include: [{ port: 443, proto: 6 }, { processName: 'nginx' }],
              exclude: [{ port: 30000, toPort: 32767, proto: 17 }],
            },
            sourcesOrDestinations: false,
            decisions: ['blocked'],
            excludeWorkloadsFromIpListQuery: false,
            maxResults: 500,
          },
        ],
      },
      { method: 'discard', args: [] },
    ]);
    expect(structured.coverage.gaps).toContain('flows that were allowed, potentially_blocked, unknown');
  });

  it('answers no traffic as such and wrong windows as errors', async () => {
    const empty = await ask({ lookback_days: 1 }, { flows: [] });
    expect(empty.structured.answer).toBe('No traffic matches from 2025-06-14T10:00:00Z to 2025-06-15T10:00:00Z.');
    const wrong = await ask({ start_date: '2025-06-10', end_date: '2025-06-01' });
    expect(wrong.structured.error).toBe('invalid_window');
  });

  it('pages through the full detail without loss, while totals stay those of everything', async () => {
    const many = Array.from({ length: 600 }, (_, id) =>
      flowRow({
        from: { ...web, labels: { app: `app${id}`, env: 'prod' } },
        to: pay,
        port: 443,
        connections: 1 + id,
      }),
    );
    const dispatcher = dispatcherOf([getTrafficFlowsSummary], { pce: memoryPce({ flows: many }), flows, clock });
    const pages = await allPages(dispatcher, getTrafficFlowsSummary.name, { detail_level: 'full' });
    const names = new Set(pages.flatMap((page) => section(page, 'app_to_app').map(({ from }) => from)));
    expect(names.size).toBe(600);
    expect(new Set(pages.map(({ structured }) => JSON.stringify(structured.totals))).size).toBe(1);
    const standard = await ask({}, { flows: many });
    expect(standard.structured.totals).toEqual(pages[0]?.structured.totals);
    expect(standard.structured.truncated_sections).toContain('app_to_app');
  });
});
