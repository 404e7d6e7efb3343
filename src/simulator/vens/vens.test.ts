import { describe, expect, it } from 'vitest';
import { tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { startTiny } from '../testing/tiny-simulator.ts';
import { createSimulatorClock } from '../control/clock.ts';
import { releaseOf } from '../versions.ts';

const [newest, oldest] = ['24.5.0-1011', '23.2.30-1234'];
const base = tinyEstate();
const [first, second, third, ...others] = base.workloads;
const venOf = (workload: typeof first, version: string) =>
  workload?.ven ? [{ ...workload, ven: { ...workload.ven, version } }] : [];
const estate = {
  ...base,
  workloads: [
    ...venOf(first, oldest),
    ...venOf(second, newest),
    ...(third ? [{ ...third, osId: 'aix-ppc64-7.2', enforcementMode: 'idle' as const }] : []),
    ...others,
  ],
};
const clock = createSimulatorClock(estate.nowMs);
const { call, created, done, got, listed, refused, simulator } = await startTiny(estate, {
  clock,
  release: releaseOf('26.3'),
});
const ven = (n: number) => `/orgs/1/vens/${workloadId(n)}`;
const releases = '/orgs/1/software/ven/releases';

describe('VEN software', () => {
  it('is what runs somewhere, the newest by default', async () => {
    expect(await listed(releases)).toMatchObject([
      { release: newest, default: true, default_release_ven_types: ['server', 'endpoint'], org_id: 1 },
      { release: oldest, default: false },
    ]);
    const images = await listed(`${releases}/${oldest}/images`);
    expect(
      images.map(({ filename }) => String(filename)).filter((name) => name.endsWith('.rpm')).length,
    ).toBeGreaterThan(1);
    await done('PUT', `${releases}/defaults`, [{ href: `${releases}/${oldest}`, ven_type: 'endpoint' }]);
    expect(await got(`${releases}/${oldest}`)).toMatchObject({
      default: false,
      default_release_ven_types: ['endpoint'],
    });
    expect(await got(`${releases}/${newest}`)).toMatchObject({ default: true, default_release_ven_types: ['server'] });
    expect((await refused('DELETE', `${releases}/${oldest}`))[0]).toBe(406);
    await done('PUT', `${releases}/default`, { release: newest });
    expect((await refused('PUT', `${releases}/default`, { body: { release: '1.2.3' } }))[0]).toBe(404);
  });
});

describe('upgrades', () => {
  const upgrade = (vens: readonly string[], release = newest, more: object = {}) =>
    call('PUT', '/orgs/1/vens/upgrade', { body: { release, vens: vens.map((href) => ({ href })), ...more } });

  it('are asked for one by one and refused with the reason; a rehearsal changes nothing', async () => {
    const answer = await upgrade([ven(1), ven(3), ven(9)], newest, { dry_run: true });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        errors: [
          { token: 'simulator_ven_not_upgradable', hrefs: [ven(3)] },
          { token: 'not_found_error', hrefs: [ven(9)] },
        ],
      },
    });
    expect((await upgrade([ven(2)], oldest)).json).toMatchObject({ errors: [{ token: 'simulator_ven_downgrade' }] });
    expect(await listed('/orgs/1/vens?upgrade_pending=true')).toEqual([]);
    expect((await upgrade([ven(1)], '99.9.9-1')).status).toBe(406);
  });

  it('arrive some heartbeats later', async () => {
    expect((await upgrade([ven(1)])).json).toEqual({ errors: [] });
    expect(await got(ven(1))).toMatchObject({
      version: oldest,
      upgrade_target_version: newest,
      upgrade_expires_at: expect.any(String),
    });
    expect((await listed('/orgs/1/vens?upgrade_pending=true')).map(({ href }) => href)).toEqual([ven(1)]);
    clock.jump(300_000);
    expect(await got(ven(1))).toMatchObject({ version: newest, upgrade_target_version: null });
    expect(await got(`/orgs/1/workloads/${workloadId(1)}`)).toMatchObject({
      agent: { status: { agent_version: newest } },
    });
    expect(await listed(`/orgs/1/vens?version[lte]=${oldest}`)).toHaveLength(1);
  });
});

describe('orders to VENs', () => {
  it('let somebody in again for a while', async () => {
    const order = { vens: [{ href: ven(1) }], recovery_enabled: true, recovery_duration_seconds: 3600 };
    await done('PUT', '/orgs/1/vens/authentication_recovery', order);
    expect((await listed('/orgs/1/vens?authentication_recovery=true')).map(({ href }) => href)).toEqual([ven(1)]);
    clock.jump(3_600_000);
    expect(await got(ven(1))).toMatchObject({ authentication_recovery: false });
  });

  it('are for all that are named or for none', async () => {
    const vens = [{ href: ven(1) }, { href: ven(9) }];
    const body = { vens, pce_endpoint: 'pce2.example.com:8443', ev_service_endpoint: 'pce2.example.com:8444' };
    expect((await refused('PUT', '/orgs/1/vens/bulk_transplant', { body }))[0]).toBe(404);
    expect(await got(ven(1))).toMatchObject({ target_pce_fqdn: null });
    await done('PUT', '/orgs/1/vens/bulk_transplant', { ...body, vens: [{ href: ven(1) }] });
    expect(await got(ven(1))).toMatchObject({ target_pce_fqdn: 'pce2.example.com:8443' });
    await done('PUT', '/orgs/1/vens/remote_action', { action: 'restart', vens: [{ href: ven(1) }] });
    const body1 = { action: 'restart', vens: [{ href: ven(1) }] };
    expect((await refused('PUT', '/orgs/1/vens/remote_action', { body: body1, key: simulator.keys.readOnly }))[0]).toBe(
      403,
    );
  });
});

describe('statistics', () => {
  it('count as a plain count of the list does', async () => {
    const answer = await call('POST', '/orgs/1/vens/statistics', {
      body: {
        property_counts: [
          { property: 'enforcement_mode' },
          {
            property: 'ven_type',
            values: ['server', 'endpoint'],
            filters: [{ filter_property: 'enforcement_mode', values: ['full'] }],
          },
        ],
      },
    });
    expect(answer.json).toEqual([
      {
        property: 'enforcement_mode',
        counts: [
          { value: 'full', filtered_count: 2, unfiltered_count: 2 },
          { value: 'idle', filtered_count: 1, unfiltered_count: 1 },
        ],
        total_filtered_count: 3,
      },
      {
        property: 'ven_type',
        counts: [
          { value: 'server', filtered_count: 2, unfiltered_count: 3 },
          { value: 'endpoint', filtered_count: 0, unfiltered_count: 0 },
        ],
        total_filtered_count: 2,
      },
    ]);
  });
});

describe('agents', () => {
  it('are VENs by their number', async () => {
    expect(await got('/orgs/1/agents/1')).toMatchObject({
      uid: workloadId(1),
      mode: 'enforced',
      ven: { href: ven(1) },
    });
    await done('PUT', '/orgs/1/agents/1/update', { target_pce_fqdn: 'pce3.example.com' });
    expect(await got(ven(1))).toMatchObject({ target_pce_fqdn: 'pce3.example.com' });
    expect((await refused('GET', '/orgs/1/agents/77'))[0]).toBe(404);
  });

  it('report on their host while they are idle', async () => {
    expect(await got('/orgs/1/agents/1/compatibility_report')).toEqual({});
    const report = await got('/orgs/1/agents/3/compatibility_report');
    expect(report['qualify_status']).toMatch(/^(green|yellow|red)$/);
    expect(report['results']).toMatchObject({ qualify_tests: expect.any(Array) });
  });
});

describe('schedules for silent VENs', () => {
  it('are kept, with labels that exist', async () => {
    const path = '/orgs/1/inactive_ven_cleanup_schedules';
    const body = { name: 'Monthly', labels: [{ href: '/orgs/1/labels/6' }], inactivity_threshold_in_hours: 720 };
    const made = await created(path, body);
    await done('PUT', made.href, { enabled: false });
    expect(await got(made.href)).toMatchObject({ ...body, enabled: false });
    expect(
      (await refused('POST', path, { body: { ...body, name: 'x', labels: [{ href: '/orgs/1/labels/77' }] } }))[1],
    ).toBe('invalid_uri');
    await done('DELETE', made.href);
  });
});

describe('helpers of the search field', () => {
  it('count the values of a property as a plain count of the list does, filters or not', async () => {
    for (const filter of ['', '&os=aix', '&ven_type=server&labels=[]']) {
      const counts = new Map<unknown, number>();
      for (const { version } of await listed(`/orgs/1/vens?${filter}`))
        counts.set(version, (counts.get(version) ?? 0) + 1);
      const [facet] = await listed(`/orgs/1/vens/facets?facet=version${filter}`);
      const values = facet?.['values'] as readonly { readonly value: string; readonly count: number }[];
      expect(new Map(values.map(({ value, count }) => [value, count])), filter).toEqual(counts);
      expect(counts.size).toBeGreaterThan(0);
    }
    expect((await listed('/orgs/1/vens/facets')).map(({ facet }) => facet)).toEqual(
      expect.arrayContaining(['status', 'version', 'os_id', 'enforcement_mode']),
    );
    expect((await refused('GET', '/orgs/1/vens/facets?facet=hostname'))[0]).toBe(406);
  });

  it('complete what somebody began to type', async () => {
    const complete = async (query: string) => (await call('GET', `/orgs/1/vens/autocomplete?${query}`)).json;
    const names = (await listed('/orgs/1/vens')).map(({ hostname }) => String(hostname)).toSorted();
    expect(names.length).toBeGreaterThan(1);
    expect(await complete('')).toEqual({ num_matches: names.length, matches: names });
    const start = (names[0] ?? '').slice(0, 3);
    const found = names.filter((name) => name.startsWith(start));
    expect(await complete(`key=hostname&query=${start.toUpperCase()}`)).toEqual({
      num_matches: found.length,
      matches: found,
    });
    expect(await complete('max_results=1')).toEqual({ num_matches: names.length, matches: names.slice(0, 1) });
    expect(await complete('key=os_id&query=aix')).toEqual({ num_matches: 1, matches: ['aix-ppc64-7.2'] });
    expect(await complete('query=nobody')).toEqual({ num_matches: 0, matches: [] });
    expect((await refused('GET', '/orgs/1/vens/autocomplete?key=toString'))[0]).toBe(406);
  });
});
