import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { breadthEstate } from '../testing/breadth-estate.ts';
import { draft, labelHref, startTiny, type Thing } from '../testing/tiny-simulator.ts';
import { releaseOf } from '../versions.ts';

const { call, created, done, got, listed, refused, simulator } = await startTiny(breadthEstate(), {
  release: releaseOf('26.3'),
});
const base = '/orgs/1/sec_policy/draft';
const workload = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
const shop = `/orgs/1/sec_policy/active/virtual_services/${workloadId(500)}`;
const provision = async (kind: string, href: string) => {
  const answer = await call('POST', '/orgs/1/sec_policy', { body: { change_subset: { [kind]: [{ href }] } } });
  expect(answer.status, answer.text).toBe(201);
};
/** Hrefs of the active rules by which the policy lets a stranger in. */
const allowed = async (ip: string, port: number): Promise<readonly string[]> => {
  const query = `src_external_ip=192.168.1.1&dst_external_ip=${ip}&port=${port}&protocol=6`;
  return (await listed(`/orgs/1/sec_policy/active/allow?${query}`)).map(({ href }) => href);
};
const rule = (providers: readonly object[]) => ({
  enabled: true,
  providers,
  consumers: [{ ip_list: { href: draft('ip_lists', 2) } }],
  ingress_services: [],
  resolve_labels_as: { providers: ['virtual_services'], consumers: ['workloads'] },
  unscoped_consumers: true,
});

describe('service bindings', () => {
  const path = '/orgs/1/service_bindings';

  it('put a provisioned virtual service on a workload, moved to another port, at once', async () => {
    const made = await created(`${draft('rule_sets', 1)}/sec_rules`, rule([{ virtual_service: { href: shop } }]));
    await provision('rule_sets', draft('rule_sets', 1));
    const active = made.href.replace('draft', 'active');
    expect(await allowed('10.0.0.2', 9443)).toEqual([]);
    const answer = await call('POST', path, {
      body: [
        {
          virtual_service: { href: shop },
          workload: { href: workload(2) },
          port_overrides: [{ port: 8443, proto: 6, new_port: 9443 }],
        },
      ],
    });
    expect([answer.status, answer.json]).toEqual([
      201,
      [{ href: expect.stringMatching(/^\/orgs\/1\/service_bindings\/[0-9a-f-]{36}$/) }],
    ]);
    expect(await allowed('10.0.0.2', 9443)).toEqual([active]);
    expect(await allowed('10.0.0.2', 8443)).toEqual([]);
    const [binding] = await listed(`${path}?virtual_service=${shop}`);
    expect(binding).toMatchObject({
      bound_service: { href: shop },
      virtual_service: { href: shop },
      workload: { href: workload(2) },
    });
    expect(await listed(`${path}?workload=${workload(1)}`)).toEqual([]);
    await done('DELETE', binding?.href ?? '');
    expect(await allowed('10.0.0.2', 9443)).toEqual([]);
    expect((await refused('GET', binding?.href ?? ''))[0]).toBe(404);
  });

  it('never change what traffic of the past was decided by', async () => {
    const before = simulator.world.epochs(simulator.world.estate.nowMs - 60_000, simulator.world.estate.nowMs);
    const bindings = before.flatMap(({ policy }) => policy.virtualServices.flatMap((service) => service.bindings));
    expect(bindings).toEqual([]);
    const [made] = (
      await call('POST', path, { body: [{ virtual_service: { href: shop }, workload: { href: workload(1) } }] })
    ).json as Thing[];
    const now = simulator.world.clock.now();
    const count = (fromMs: number, toMs: number): readonly number[] =>
      simulator.world
        .epochs(fromMs, toMs)
        .map(({ policy }) => policy.virtualServices.flatMap((service) => service.bindings).length);
    expect(count(now - 60_000, now)[0]).toBe(0);
    expect(count(now + 60_000, now + 120_000)).toEqual([1]);
    await done('DELETE', made?.href ?? '');
  });

  it('are all made or none, and only of what is there', async () => {
    const good = { virtual_service: { href: shop }, workload: { href: workload(1) } };
    const unknown = { virtual_service: { href: shop }, workload: { href: workload(99) } };
    expect((await refused('POST', path, { body: [good, unknown] }))[1]).toBe('invalid_uri');
    const fresh = await created(`${base}/virtual_services`, { name: 'Fresh', service_ports: [{ proto: 6, port: 1 }] });
    expect((await refused('POST', path, { body: [{ ...good, virtual_service: { href: fresh.href } }] }))[0]).toBe(406);
    expect(await listed(path)).toEqual([]);
    await done('DELETE', fresh.href);
  });

  it('keep a key that is limited to labels to its own workloads', async () => {
    const body = [{ virtual_service: { href: shop }, workload: { href: workload(3) } }];
    expect((await refused('POST', path, { body, key: simulator.keys.scoped }))[0]).toBe(403);
  });
});

describe('virtual services', () => {
  const path = `${base}/virtual_services`;
  const outcome = async (verb: string, items: readonly object[]) =>
    (await call('PUT', `${path}/bulk_${verb}`, { body: items })).json as {
      href: string;
      status: string;
      token?: string;
    }[];

  it('are made and changed in bulk, each item for itself', async () => {
    const made = await outcome('create', [
      {
        name: 'B1',
        service_ports: [{ proto: 6, port: 8001, to_port: 8010 }],
        service_addresses: [{ fqdn: '*.shop.example', port: 1 }],
      },
      { name: 'B1', service_ports: [{ proto: 6, port: 1 }] },
      { name: 'B3' },
      { name: 'B4', service: { href: draft('services', 2) }, labels: [{ href: labelHref(LABEL.web) }] },
    ]);
    expect(made.map(({ status, token }) => token ?? status)).toEqual([
      'created',
      'name_must_be_unique',
      'input_validation_error',
      'created',
    ]);
    const [first, , , last] = made;
    const updated = await outcome('update', [
      { href: first?.href, description: 'new' },
      { href: draft('virtual_services', workloadId(1)) },
      {},
    ]);
    expect(updated.map(({ status, token }) => token ?? status)).toEqual(['updated', 'not_found_error', 'invalid_uri']);
    expect(await got(first?.href ?? '')).toMatchObject({ name: 'B1', description: 'new' });
    expect(await got(last?.href ?? '')).toMatchObject({ labels: [{ key: 'role', value: 'Web' }] });
  });

  it.each([
    ['service_ports.port=8005', ['B1']],
    ['service_ports.port=8005&service_ports.proto=17', []],
    ['service_address.fqdn=shop', ['B1']],
    ['service_address.ip=10', []],
    [`service=${draft('services', 2)}`, ['B4']],
    [`labels=${encodeURIComponent(JSON.stringify([[labelHref(LABEL.web)]]))}`, ['B4']],
  ])('are found by %s', async (query, expected) => {
    expect((await listed(`${path}?${query}`)).map(({ name }) => name)).toEqual(expected);
  });
});

describe('virtual servers', () => {
  const path = `${base}/virtual_servers`;
  const body = (discovered: string) => ({
    name: 'Ordering VIP',
    labels: [{ href: labelHref(LABEL.crm) }],
    service: { href: draft('services', 2) },
    providers: [{ label: { href: labelHref(LABEL.web) } }],
    mode: 'enforced',
    discovered_virtual_server: { href: discovered },
  });

  it('take charge of a discovered address, and rules that name them open it', async () => {
    const [found] = await listed('/orgs/1/discovered_virtual_servers?vip=198.18.*');
    const vip = found?.['vip_port'] as { vip: string; port: string };
    expect(found).toMatchObject({ virtual_server: null });
    const made = await created(path, body(found?.href ?? ''));
    expect(made).toMatchObject({
      update_type: 'create',
      labels: [{ value: 'CRM' }],
      discovered_virtual_server: { href: found?.href, vip_port: vip },
    });
    expect((await refused('POST', path, { body: { ...body(found?.href ?? ''), name: 'Twin' } }))[0]).toBe(406);
    expect(await listed('/orgs/1/discovered_virtual_servers?has_virtual_server=true')).toMatchObject([
      { virtual_server: { href: made.href, mode: 'enforced', labels: [{ key: 'app' }] } },
    ]);
    expect((await listed(`${path}?vip_port=${vip.port}`)).map(({ href }) => href)).toEqual([made.href]);
    expect(await listed(`${path}?mode=unmanaged`)).toEqual([]);
    expect(await got('/orgs/1/sec_policy/pending')).toMatchObject({ virtual_servers: [{ href: made.href }] });

    await provision('virtual_servers', made.href);
    const opened = await created(`${draft('rule_sets', 1)}/sec_rules`, rule([{ virtual_server: { href: made.href } }]));
    expect((await refused('DELETE', made.href))[0]).toBe(406);
    await provision('rule_sets', draft('rule_sets', 1));
    expect(await allowed(vip.vip, Number(vip.port))).toEqual([]);
    const query = `src_workload=${workload(1)}&dst_external_ip=${vip.vip}&port=${vip.port}&protocol=6`;
    const before = (await listed(`/orgs/1/sec_policy/active/allow?${query}`)).map(({ href }) => href);
    await done('PUT', opened.href, { consumers: [{ actors: 'ams' }] });
    await provision('rule_sets', draft('rule_sets', 1));
    const after = (await listed(`/orgs/1/sec_policy/active/allow?${query}`)).map(({ href }) => href);
    expect(after).toEqual([...before, opened.href.replace('draft', 'active')]);
    await done('DELETE', opened.href);
    await provision('rule_sets', draft('rule_sets', 1));
    await done('DELETE', made.href);
  });

  it('hide what a load balancer is told to log in with', async () => {
    const [node] = await listed('/orgs/1/network_enforcement_nodes');
    const config = {
      host: 'lb-9.example',
      port: 443,
      credential_type: 'password',
      username: 'u',
      credential: 's3cret-word',
      check_certificate: true,
    };
    const made = await created('/orgs/1/slbs', {
      name: 'lb-9',
      device_type: 'bigip',
      devices: [{ config }],
      network_enforcement_node: { href: node?.href },
    });
    const devices = made['devices'] as { href: string }[];
    await done('PUT', made.href, {
      devices: [{ href: devices[0]?.href, config: { credential: 'n3w-word', port: 8443 } }],
    });
    const shown = await got(made.href);
    expect(JSON.stringify([made, shown, simulator.world.ownEvents])).not.toMatch(/s3cret-word|n3w-word/);
    expect(shown).toMatchObject({
      devices: [{ href: devices[0]?.href, config: { host: 'lb-9.example', port: 8443 } }],
    });
    await done('DELETE', made.href);
  });
});

describe('user groups', () => {
  const path = '/orgs/1/security_principals';
  const dba = { sid: 'S-1-5-21-1-2-3-1104', name: 'Database administrators' };

  it('are named by their SID, in bulk as well', async () => {
    const made = await created(path, dba);
    expect(made).toMatchObject({
      href: `${path}/${dba.sid}`,
      ...dba,
      description: '',
      deleted: false,
      used_by_ruleset: false,
    });
    expect((await refused('POST', path, { body: dba }))[0]).toBe(406);
    const answer = await call('PUT', `${path}/bulk_create`, { body: [dba, { sid: 'S-1-5-21-9', name: 'Nurses' }] });
    expect((answer.json as { status: string }[]).map(({ status }) => status)).toEqual(['error', 'created']);
    expect((await listed(`${path}?name=nur`)).map(({ sid }) => sid)).toEqual(['S-1-5-21-9']);
    expect(await got(`${path}/${dba.sid}?show_id=true&show_members=true`)).toMatchObject({
      id: expect.any(Number),
      members: [],
    });
  });

  it('bind a rule, and stay while it does', async () => {
    const body = {
      enabled: true,
      providers: [{ label: { href: labelHref(LABEL.db) } }],
      consumers: [{ label: { href: labelHref(LABEL.web) } }],
      ingress_services: [{ proto: 6, port: 3389 }],
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
      consuming_security_principals: [{ href: `${path}/${dba.sid}` }],
    };
    const unknown = { ...body, consuming_security_principals: [{ href: `${path}/S-1-5-21-404` }] };
    expect((await refused('POST', `${draft('rule_sets', 2)}/sec_rules`, { body: unknown }))[1]).toBe('invalid_uri');
    const made = await created(`${draft('rule_sets', 2)}/sec_rules`, body);
    expect(await got(`${path}/${dba.sid}`)).toMatchObject({ used_by_ruleset: true });
    expect((await refused('DELETE', `${path}/${dba.sid}`))[0]).toBe(406);
    await done('DELETE', made.href);
    await done('DELETE', `${path}/${dba.sid}`);
    expect((await refused('GET', `${path}/${dba.sid}`))[0]).toBe(404);
  });
});

describe('an organisation without clusters', () => {
  it('has empty lists of what belongs to them', async () => {
    const bare = await startTiny(tinyEstate());
    for (const path of ['container_clusters', 'kubernetes_workloads', 'container_workloads'])
      expect(await bare.listed(`/orgs/1/${path}`)).toEqual([]);
  });
});
