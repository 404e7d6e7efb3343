import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { documentOf, readDocument } from '../../src/simulator/state/document.ts';
import { openDocument, openState } from '../../src/simulator/state/open.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulator-state-'));
afterAll(() => rmSync(folder, { recursive: true }));
const source = {
  kind: 'generated',
  profile: 'small',
  seed: 4,
  nowMs: Date.parse('2026-03-31T09:00:00Z'),
  flows: 800,
} as const;
const HOUR = 3_600_000;

const fromFile = async (name: string): Promise<Simulator> =>
  createSimulator({ state: await openState(join(folder, name), () => documentOf(source)), rateLimit: 'off' });

type Client = ReturnType<typeof clientOf>;

/** What somebody who works with a PCE for a while leaves behind, of every kind of state. Answers the href of a traffic query. */
async function work(call: Client, simulator: Simulator): Promise<string> {
  const ok = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, { body });
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
    return answer.json as { readonly href: string };
  };
  const label = await ok('POST', '/orgs/1/labels', { key: 'env', value: 'Kept' });
  const gone = await ok('POST', '/orgs/1/labels', { key: 'env', value: 'Gone' });
  await ok('DELETE', gone.href);
  const [first, second] = (await call('GET', '/orgs/1/workloads?managed=true')).json as { readonly href: string }[];
  await ok('PUT', first?.href ?? '', { enforcement_mode: 'idle', description: 'kept' });
  simulator.clock.jump(HOUR);
  await ok('PUT', second?.href ?? '', { labels: [{ href: label.href }] });
  const list = await ok('POST', '/orgs/1/sec_policy/draft/ip_lists', {
    name: 'K-1',
    ip_ranges: [{ from_ip: '10.9.0.0/16' }],
  });
  await ok('POST', '/orgs/1/sec_policy', { update_description: 'kept', change_subset: { ip_lists: [list] } });
  const [set] = (await call('GET', '/orgs/1/sec_policy/draft/rule_sets')).json as { readonly href: string }[];
  await ok('PUT', set?.href ?? '', { description: 'pending' });
  await ok('POST', '/orgs/1/sec_policy/draft/services', { name: 'K-2', service_ports: [{ proto: 6, port: 99 }] });
  await ok('PUT', '/orgs/1/settings/events', { audit_event_retention_seconds: 86_400 * 20 });
  await ok('PUT', '/orgs/1/optional_features', [{ name: 'ui_analytics', enabled: true }]);
  await ok('POST', `/users/${simulator.world.keys.seeded.owner.account.id}/api_keys`, { name: 'kept' });
  const now = new Date(simulator.clock.now()).toISOString();
  const query = await ok('POST', '/orgs/1/traffic_flows/async_queries', {
    query_name: 'kept',
    start_date: new Date(source.nowMs - 24 * HOUR).toISOString(),
    end_date: now,
    sources: { include: [[]], exclude: [{ ip_address: '2001:db8::/32' }] },
    destinations: { include: [[]], exclude: [] },
    services: { include: [], exclude: [] },
    policy_decisions: [],
    max_results: 500,
  });
  return query.href;
}

const READS = [
  '/labels',
  '/label_dimensions',
  '/workloads?max_results=10000',
  '/vens?max_results=10000',
  '/settings',
  '/settings/events',
  '/settings/workloads',
  '/optional_features',
  '/api_keys?type=user',
  '/sec_policy',
  '/sec_policy/pending',
  '/pairing_profiles',
  ...['draft', 'active'].flatMap((version) =>
    ['ip_lists', 'services', 'rule_sets', 'label_groups', 'virtual_services', 'firewall_settings'].map(
      (type) => `/sec_policy/${version}/${type}?max_results=10000`,
    ),
  ),
].map((path) => `/orgs/1${path}`);

/** Fields that go on with the clock, whoever serves them. */
const TICKING = /"(?:uptime_seconds|generated_at|hours_since_last_heartbeat)":[^,}]+/g;

async function everything(call: Client): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const path of READS) {
    const answer = await call('GET', path);
    expect(answer.status, path).toBe(200);
    texts[path] = answer.text.replaceAll(TICKING, '');
  }
  const events = (await call('GET', '/orgs/1/events?max_results=10000')).json as { readonly created_by: object }[];
  texts['events'] = JSON.stringify(events.filter(({ created_by }) => 'user' in created_by));
  return texts;
}

async function rowsOf(call: Client, query: string): Promise<string> {
  for (;;) {
    const { status, json } = await call('GET', query);
    expect(status).toBe(200);
    if ((json as { readonly status: string }).status === 'completed') break;
  }
  return (await call('GET', `${query}/download`)).text;
}

it('a world goes on from its file as if it had never stopped', async () => {
  const first = await fromFile('world.pce');
  const call = clientOf(first);
  const query = await work(call, first);
  const [before, rows, nowBefore] = [await everything(call), await rowsOf(call, query), first.clock.now()];
  expect(rows.length).toBeGreaterThan(1000);
  const epochs = first.world.epochs(0, nowBefore + HOUR).map(({ fromMs, toMs }) => [fromMs, toMs]);
  expect(epochs.length).toBeGreaterThan(2);
  await first.close();

  const second = await fromFile('world.pce');
  expect(second.apiKey).toBe(first.apiKey);
  expect(await everything(clientOf(second))).toEqual(before);
  expect(await rowsOf(clientOf(second), query)).toBe(rows);
  expect(second.clock.now()).toBeGreaterThanOrEqual(nowBefore);
  expect(second.world.epochs(0, nowBefore + HOUR).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(epochs);
  // New objects get ids nobody had, those of deleted ones included.
  const label = await clientOf(second)('POST', '/orgs/1/labels', { body: { key: 'env', value: 'After' } });
  const ids = second.world.labels.all().map(({ record }) => record.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(label.status).toBe(201);
  await second.close();
});

it('an export is the same world on another machine, and an import can be kept in a file of its own', async () => {
  const first = await fromFile('exported.pce');
  const call = clientOf(first);
  await work(call, first);
  const before = await everything(call);
  const answer = await fetch(`${first.url}/_sim/export`);
  const text = await answer.text();
  await first.close();
  expect(answer.headers.get('content-type')).toBe('application/json');

  const elsewhere = await createSimulator({ state: openDocument(readDocument(text)), rateLimit: 'off' });
  expect(await everything(clientOf(elsewhere))).toEqual(before);
  await elsewhere.close();

  const kept = () => openState(join(folder, 'imported.pce'), () => readDocument(text));
  const third = await createSimulator({ state: await kept(), rateLimit: 'off' });
  const [label] = (await clientOf(third)('GET', '/orgs/1/labels?value=Kept')).json as { readonly href: string }[];
  await clientOf(third)('PUT', label?.href ?? '', { body: { value: 'Renamed' } });
  const changed = await everything(clientOf(third));
  await third.close();
  expect(changed).not.toEqual(before);
  const again = await createSimulator({ state: await kept(), rateLimit: 'off' });
  expect(await everything(clientOf(again))).toEqual(changed);
  await again.close();
});

it('jobs of before answer from what is there now', async () => {
  const first = await fromFile('jobs.pce');
  const call = clientOf(first);
  const started = await call('GET', '/orgs/1/labels?key=env', { headers: { Prefer: 'respond-async' } });
  const job = String(started.headers['location']);
  await call('GET', job);
  await first.close();
  const second = await fromFile('jobs.pce');
  const again = clientOf(second);
  const { json } = await again('GET', job);
  const { result } = json as { readonly result: { readonly href: string } };
  expect((await again('GET', result.href)).json).toEqual((await again('GET', '/orgs/1/labels?key=env')).json);
  await second.close();
});
