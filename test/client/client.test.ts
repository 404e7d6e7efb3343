import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/errors.ts';
import { apiPath } from '../../src/core/href.ts';
import { readCollection } from '../../src/pce/collections/collection.ts';
import { connectPce, type PceConnection } from '../../src/pce/index.ts';
import { type Simulated, simulated } from './simulated.ts';
import { noWaiting } from '../../src/pce/testing/fixture.ts';
import type { TrafficQuery, TrafficStream } from '../../src/pce/traffic/query.ts';

let sim: Simulated;
let pce: PceConnection;

beforeAll(async () => {
  sim = await simulated({ delays: { queuedMs: 0, workingMs: 0, rulesMs: 0 } });
});
afterAll(() => sim.close());
beforeEach(async () => {
  await sim.faults();
  await sim.requests();
  pce = connectPce(sim.settings(), noWaiting());
});
afterEach(() => pce.close());

const hrefs = (items: readonly { readonly href?: unknown }[]): string[] =>
  items.map(({ href }) => String(href)).toSorted((a, b) => (a < b ? -1 : 1));
const code = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'no failure',
    (error: Failure) => error.code,
  );

describe('what is listed', () => {
  it('is everything there is, by the count of a plain client', async () => {
    const listed: readonly (readonly [string, Promise<{ items: readonly { href: string }[]; complete: boolean }>])[] = [
      ['/orgs/1/labels', pce.labels()],
      ['/orgs/1/workloads', pce.workloads()],
      ['/orgs/1/vens', pce.vens()],
      ['/orgs/1/sec_policy/active/label_groups', pce.labelGroups('active')],
      ['/orgs/1/sec_policy/draft/ip_lists', pce.ipLists('draft')],
      ['/orgs/1/sec_policy/active/services', pce.services('active')],
      ['/orgs/1/sec_policy/draft/rule_sets', pce.ruleSets('draft')],
    ];
    for (const [path, reading] of listed) {
      const { items, complete } = await reading;
      expect(complete).toBe(true);
      expect(items.length).toBeGreaterThan(0);
      expect(hrefs(items)).toEqual(hrefs(await sim.raw(path)));
    }
  });

  it('comes with every rule, deny and override-deny ones among them', async () => {
    const raw = await sim.raw('/orgs/1/sec_policy/draft/rule_sets');
    const { items } = await pce.ruleSets('draft');
    const count = (field: string): number =>
      raw.reduce((sum, ruleSet) => sum + (ruleSet[field] as unknown[]).length, 0);
    const rules = items.flatMap((ruleSet) => ruleSet.rules);
    expect(rules.filter(({ kind }) => kind === 'allow')).toHaveLength(count('rules'));
    expect(rules.filter(({ kind }) => kind !== 'allow')).toHaveLength(count('deny_rules'));
  });

  it('is the same by the job protocol', async () => {
    const request = {
      path: apiPath`/orgs/1/workloads`,
      convert: (value: unknown) => value as { href: string },
      syncLimit: 10,
    };
    const { items, complete } = await readCollection(pce.http, request);
    expect(complete).toBe(true);
    expect(hrefs(items)).toEqual(hrefs(await sim.raw('/orgs/1/workloads')));
    await expect
      .poll(async () =>
        (await sim.requests()).some(({ method, path }) => method === 'DELETE' && path.includes('/jobs/')),
      )
      .toBe(true);
  });

  it('is filtered as asked', async () => {
    const all = (await pce.workloads()).items;
    const [app] = await pce.resolve.labelFilter('env=prod');
    const prod = (await pce.workloads({ labels: await pce.resolve.labelFilter('env=prod') })).items;
    expect(hrefs(prod)).toEqual(hrefs(all.filter(({ labels }) => labels.some(({ href }) => href === app?.[0]))));
    const others = (await pce.workloads(await pce.resolve.workloadFilter('env!=prod'))).items;
    expect(others.length + prod.length).toBe(all.length);
    const idle = (await pce.workloads({ enforcementMode: 'idle', managed: true })).items;
    expect(hrefs(idle)).toEqual(hrefs(all.filter(({ mode, managed }) => mode === 'idle' && managed)));
  });

  it('is asked for in parts when there are more labels than an address has room for, each workload once', async () => {
    const labels = (await pce.labels()).items;
    const keyed = (key: string) => labels.filter((label) => label.key === key).map(({ href }) => href);
    const alternatives = keyed('app').flatMap((app) =>
      keyed('env').flatMap((env) => keyed('role').map((role) => [app, env, role])),
    );
    const found = await pce.workloads({ labels: [...alternatives, ...keyed('app').map((app) => [app])] });
    const labelled = (await pce.workloads()).items.filter((workload) =>
      workload.labels.some(({ key }) => key === 'app'),
    );
    expect(found.complete).toBe(true);
    expect(hrefs(found.items)).toEqual(hrefs(labelled));
    const asked = (await sim.requests()).filter(({ path }) => path.includes('/orgs/1/workloads'));
    expect(asked.length).toBeGreaterThan(3);
  });
});

describe('the cache', () => {
  it('asks once, and anew after a write of ours', async () => {
    const before = await pce.labels();
    await pce.labels();
    await pce.resolve.label('env', 'prod');
    expect((await sim.requests()).length).toBe(2); // the count and the page
    await pce.http.send({ method: 'POST', path: apiPath`/orgs/1/labels`, body: { key: 'env', value: 'cache-test' } });
    const after = await pce.labels();
    expect(after.items.length).toBe(before.items.length + 1);
    const { href } = await pce.resolve.label('env', 'cache-test');
    await pce.http.send({ method: 'DELETE', path: apiPath`${href}` });
    expect(await code(pce.resolve.label('env', 'cache-test'))).toBe('label_not_found');
  });
});

describe('when the PCE misbehaves', () => {
  const WORKLOADS = { path: '/orgs/1/workloads' };
  const all = async () => hrefs(await sim.raw('/orgs/1/workloads'));

  it.each([
    ['a storm of 429', { kind: 'rate_limit' }, 3],
    ['a storm of 429 with Retry-After', { kind: 'rate_limit', retry_after: 2 }, 2],
    ['a gateway error', { kind: 'status', status: 502 }, 2],
    ['a connection that breaks in the middle of the answer', { kind: 'reset', after_bytes: 5_000 }, 2],
    ['JSON that breaks off', { kind: 'truncate', after_bytes: 9_000 }, 2],
  ] as const)('%s passes, and the answer is right', async (_, effect, count) => {
    const expected = await all();
    // Requests that match are counted from here: the count, then the page.
    await sim.faults({ match: { ...WORKLOADS, nth: 2, count }, effect });
    const { items, complete } = await pce.workloads();
    expect(complete).toBe(true);
    expect(hrefs(items)).toEqual(expected);
  });

  it.each([
    ['a storm of 429', { kind: 'rate_limit' }, 'pce_rate_limited'],
    ['a gateway error', { kind: 'status', status: 503 }, 'pce_unavailable'],
    ['a connection that breaks', { kind: 'reset' }, 'pce_unreachable'],
    // A reset may take with it what was sent before, even the headers.
    ['a connection that breaks in the middle', { kind: 'reset', after_bytes: 5_000 }, /^pce_(bad_answer|unreachable)$/],
    ['JSON that breaks off', { kind: 'truncate', after_bytes: 100 }, 'pce_bad_answer'],
    ['another content type', { kind: 'content_type', value: 'text/html' }, 'pce_bad_answer'],
  ] as const)('%s that lasts is a failure, never a part of the answer', async (_, effect, expected) => {
    await sim.faults({ match: { ...WORKLOADS, count: 0 }, effect });
    expect(await code(pce.workloads())).toMatch(expected);
    await sim.faults();
    expect((await pce.workloads()).items).toHaveLength((await all()).length);
  });

  it('a slow drip is waited for', async () => {
    await sim.faults({
      match: { path: '/orgs/1/labels', count: 0 },
      effect: { kind: 'drip', bytes: 4_000, every_ms: 1 },
    });
    expect(hrefs((await pce.labels()).items)).toEqual(hrefs(await sim.raw('/orgs/1/labels')));
  });
});

const WINDOW = { start: '2026-05-05T00:00:00Z', end: '2026-05-12T00:00:00Z' };
const EVERYTHING: TrafficQuery = {
  name: 'client test',
  ...WINDOW,
  sources: { include: [], exclude: [] },
  destinations: { include: [], exclude: [] },
  services: { include: [], exclude: [] },
  sourcesOrDestinations: false,
  decisions: [],
  excludeWorkloadsFromIpListQuery: false,
  maxResults: 100_000,
};

interface Flow {
  readonly src: { readonly ip: string; readonly workload?: { readonly labels: readonly { readonly href: string }[] } };
  readonly dst: { readonly ip: string; readonly workload?: { readonly labels: readonly { readonly href: string }[] } };
  readonly service: { readonly port?: number };
}

async function flowsOf(stream: TrafficStream): Promise<readonly Flow[]> {
  const { encoding, chunks } = await stream.open();
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const bytes = Buffer.concat(parts);
  return JSON.parse((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')) as readonly Flow[];
}

describe('traffic', () => {
  it('is downloaded whole, and leaves nothing behind', async () => {
    const stream = await pce.traffic(EVERYTHING);
    const flows = await flowsOf(stream);
    expect(flows.length).toBeGreaterThan(100);
    expect(flows).toHaveLength(stream.flowsCount ?? -1);
    await stream.discard();
    expect(await sim.raw('/orgs/1/traffic_flows/async_queries')).toEqual([]);
  });

  it('asked for by label is what a filter over everything gives', async () => {
    const everything = await flowsOf(await pce.traffic(EVERYTHING));
    const { href } = await pce.resolve.label('env', 'prod');
    const carries = ({ workload }: Flow['src']): boolean =>
      workload?.labels.some((label) => label.href === href) ?? false;
    const sources = await pce.resolve.sources(['env=prod'], []);
    const destinations = await pce.resolve.destinations([], ['env=prod']);
    const some = await flowsOf(await pce.traffic({ ...EVERYTHING, sources, destinations }));
    expect(some.length).toBeGreaterThan(0);
    expect(some).toEqual(everything.filter(({ src, dst }) => carries(src) && !carries(dst)));
  });

  it('that is completed before its result exists is downloaded again', async () => {
    await sim.faults({
      match: { path: '/orgs/1/traffic_flows/async_queries/*/download', count: 2 },
      effect: { kind: 'empty_result' },
    });
    const stream = await pce.traffic(EVERYTHING);
    expect(await flowsOf(stream)).toHaveLength(stream.flowsCount ?? -1);
  });

  it('whose query expires is a failure that says so', async () => {
    await sim.faults({
      match: { method: 'GET', path: '/orgs/1/traffic_flows/async_queries/*' },
      effect: { kind: 'expire_query' },
    });
    expect(await code(pce.traffic(EVERYTHING))).toBe('pce_not_found');
  });

  it('whose download breaks off is a failure, and can be opened again', async () => {
    const stream = await pce.traffic(EVERYTHING);
    await sim.faults({
      match: { path: '/orgs/1/traffic_flows/async_queries/*/download', count: 0 },
      effect: { kind: 'reset', after_bytes: 2_000 },
    });
    // A reset may take with it what was sent before, even the headers.
    expect(await code(flowsOf(stream))).toMatch(/^pce_(bad_answer|unreachable)$/);
    await sim.faults();
    expect(await flowsOf(stream)).toHaveLength(stream.flowsCount ?? -1);
  });
});

describe('what a caller may', () => {
  it('is bounded by its label scope, for workloads and VENs, with and without a filter', async () => {
    const scoped = pce.scoped('env=prod');
    const prod = await pce.workloads({ labels: await pce.resolve.labelFilter('env=prod') });
    expect(hrefs((await scoped.workloads()).items)).toEqual(hrefs(prod.items));
    expect((await scoped.workloads({ labels: await pce.resolve.labelFilter('env=dev') })).items).toEqual([]);
    const vens = new Set(prod.items.map(({ ven }) => ven));
    for (const ven of (await scoped.vens()).items) expect(vens.has(ven.href)).toBe(true);
    expect(await code(pce.scoped('env=nowhere').workloads())).toBe('label_not_found');
  });

  it('is nothing but reading where the client is read-only', async () => {
    const reader = connectPce(sim.settings({ readOnly: true }), noWaiting());
    expect((await reader.workloads()).items.length).toBeGreaterThan(0);
    await flowsOf(await reader.traffic(EVERYTHING));
    await sim.requests();
    expect(
      await code(reader.http.send({ method: 'POST', path: apiPath`/orgs/1/labels`, body: { key: 'env', value: 'x' } })),
    ).toBe('read_only');
    expect(await sim.requests()).toEqual([]);
    await reader.close();
  });
});

describe('the status', () => {
  it('names version, health and clock', async () => {
    expect(await pce.status()).toMatchObject({ host: '127.0.0.1', orgId: '1', version: '25.2.10', health: 'normal' });
  });

  it('is a failure for a wrong key or a wrong org', async () => {
    const { apiKey } = sim.settings();
    const stranger = connectPce(sim.settings({ apiSecret: apiKey }), noWaiting());
    expect(await code(stranger.status())).toBe('pce_unauthorized');
    const elsewhere = connectPce(sim.settings({ orgId: '2' }), noWaiting());
    expect(['pce_forbidden', 'pce_not_found']).toContain(await code(elsewhere.status()));
    await Promise.all([stranger.close(), elsewhere.close()]);
  });
});
