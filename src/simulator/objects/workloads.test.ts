import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { labelHref, startTiny, type Thing } from '../testing/tiny-simulator.ts';

const { call, created, done, got, listed, refused, simulator } = await startTiny(tinyEstate());
const path = '/orgs/1/workloads';
const workload = (n: number) => `${path}/${workloadId(n)}`;
const ids = async (query: Record<string, string>, of = path) =>
  (await listed(`${of}?${new URLSearchParams(query).toString()}`)).map(({ href }) => Number(href.slice(-3)));
const label = (id: number) => ({ href: labelHref(id) });

describe('filters', () => {
  it('labels: outer list or, inner list and, and the pseudo href for "none of this key"', async () => {
    const labels = (rows: unknown) => ids({ labels: JSON.stringify(rows) });
    expect(await labels([[labelHref(LABEL.web)]])).toEqual([1, 3]);
    expect(await labels([[labelHref(LABEL.web), labelHref(LABEL.prod)]])).toEqual([1]);
    expect(await labels([[labelHref(LABEL.db)], [labelHref(LABEL.dev)]])).toEqual([2, 3]);
    expect(await labels([['/orgs/1/labels?key=env&exists=false']])).toEqual([4]);
    expect(await labels([[labelHref(LABEL.crm), '/orgs/1/labels?key=role&exists=false']])).toEqual([4]);
    expect((await refused('GET', `${path}?labels=nonsense`))[0]).toBe(406);
  });

  it('texts match in part and without case', async () => {
    expect(await ids({ hostname: 'HOST-2' })).toEqual([2]);
    expect(await ids({ name: 'pplian' })).toEqual([4]);
    expect(await ids({ ip_address: '10.0.0.3' })).toEqual([3]);
    expect(await ids({ os_id: 'win' })).toEqual([2]);
  });

  it('states', async () => {
    expect(await ids({ managed: 'true' })).toEqual([1, 2, 3]);
    expect(await ids({ managed: 'false' })).toEqual([4]);
    expect(await ids({ online: 'false' })).toEqual([3]);
    expect(await ids({ enforcement_mode: 'full' })).toEqual([1, 2]);
    expect(await ids({ enforcement_modes: '["visibility_only","idle"]' })).toEqual([3, 4]);
    expect(await ids({ mode: 'illuminated' })).toEqual([3, 4]);
    expect(await ids({ ven: `/orgs/1/vens/${workloadId(1)}` })).toEqual([1]);
    expect(await ids({ 'last_heartbeat_on[gte]': '2026-03-01T00:00:00Z' })).toEqual([1, 2, 3]);
    expect(await ids({ 'last_heartbeat_on[lte]': '2026-02-01T00:00:00Z' })).toEqual([]);
    expect(await ids({ 'agent.active_pce_fqdn': 'other.example.com' })).toEqual([]);
  });
});

describe('unmanaged workloads', () => {
  it('are made with a name or a host name, and unset fields are null', async () => {
    expect((await refused('POST', path, { body: { description: 'nameless' } }))[1]).toBe('input_validation_error');
    const made = await created(path, {
      name: 'printer',
      interfaces: [{ name: 'umw0', address: '10.5.5.5', link_state: 'up' }],
      labels: [{ ...label(LABEL.crm), key: 'app', value: 'CRM' }],
      public_ip: null,
    });
    expect(made).toMatchObject({
      managed: false,
      online: true,
      enforcement_mode: 'visibility_only',
      hostname: null,
      labels: [{ ...label(LABEL.crm), key: 'app', value: 'CRM' }],
      interfaces: [{ name: 'umw0', address: '10.5.5.5', link_state: 'up', cidr_block: null, network: null }],
      agent: { config: { mode: 'illuminated' } },
      created_by: { href: '/users/1' },
    });
    expect(made).not.toHaveProperty('ven');
    expect(made.href).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await done('PUT', made.href, { hostname: 'printer.example.com' });
    expect(await got(made.href)).toMatchObject({ name: 'printer', hostname: 'printer.example.com' });
    await done('DELETE', made.href);
    expect((await refused('GET', made.href))[0]).toBe(404);
    const deleted = (await listed(`${path}?include_deleted=true`)).find(({ href }) => href === made.href);
    expect(deleted).toMatchObject({ deleted: true });
  });

  it('are refused with addresses that carry a mask, two labels of a key, or labels that do not exist', async () => {
    const named = (rest: object) => ({ body: { name: 'x', ...rest } });
    const masked = named({ interfaces: [{ name: 'a', address: '10.0.0.1/24' }] });
    expect(await refused('POST', path, masked)).toEqual([406, 'input_validation_error']);
    const twice = named({ labels: [label(LABEL.prod), label(LABEL.dev)] });
    expect((await refused('POST', path, twice))[0]).toBe(406);
    expect(await refused('POST', path, named({ labels: [label(999)] }))).toEqual([406, 'invalid_uri']);
  });
});

describe('managed workloads', () => {
  it('take labels, modes and descriptions, but not what their VEN reports', async () => {
    await done('PUT', workload(3), {
      labels: [label(LABEL.db), label(LABEL.crm)],
      enforcement_mode: 'selective',
      visibility_level: 'flow_drops',
    });
    expect(await got(workload(3))).toMatchObject({
      labels: [label(LABEL.db), label(LABEL.crm)],
      enforcement_mode: 'selective',
      visibility_level: 'flow_drops',
      hostname: 'host-3.example.com',
      agent: { config: { mode: 'selective' } },
    });
    expect(await refused('PUT', workload(3), { body: { hostname: 'other' } })).toEqual([406, 'input_validation_error']);
    await done('PUT', workload(3), { agent: { config: { mode: 'enforced', log_traffic: true } } });
    expect(await got(workload(3))).toMatchObject({ enforcement_mode: 'full', visibility_level: 'flow_summary' });
    await done('PUT', workload(3), { labels: [label(LABEL.web), label(LABEL.crm), label(LABEL.dev)] });
  });

  it('are unpaired, not deleted', async () => {
    expect(await refused('DELETE', workload(1))).toEqual([405, 'method_not_allowed_error']);
  });

  it('answer the events with labels created and deleted', async () => {
    await done('PUT', workload(2), { labels: [label(LABEL.db), label(LABEL.ordering), label(LABEL.dev)] });
    expect(simulator.world.ownEvents.at(-1)).toMatchObject({
      event_type: 'workload.update',
      resource_changes: [
        {
          resource: { workload: { href: workload(2) } },
          changes: { labels: { created: [{ value: 'Dev' }], deleted: [{ value: 'Prod' }, { value: 'Frankfurt' }] } },
        },
      ],
    });
  });
});

describe('bulk', () => {
  it('set_labels replaces by key and clears the keys named; remove_labels removes', async () => {
    const workloads = [{ href: workload(1) }];
    const put = (verb: string, body: object) => call('PUT', `${path}/${verb}`, { body });
    const labels = [label(LABEL.crm)];
    expect((await put('set_labels', { workloads, labels, delete_existing_keys: ['loc'] })).status).toBe(200);
    const values = async () => ((await got(workload(1)))['labels'] as Thing[]).map((own) => own['value']);
    expect(new Set(await values())).toEqual(new Set(['CRM', 'Prod', 'Web']));
    expect((await put('remove_labels', { workloads, label_keys: ['env', 'role'] })).status).toBe(200);
    expect(await values()).toEqual(['CRM']);
    const unknown = [...workloads, { href: workload(9) }];
    expect((await put('set_labels', { workloads: unknown, labels: [] })).status).toBe(406);
  });

  it('bulk_update reports each item in order', async () => {
    const { json } = await call('PUT', `${path}/bulk_update`, {
      body: [{ href: workload(4), description: 'one' }, { href: workload(4), nonsense: 1 }, { href: workload(8) }],
    });
    expect(json).toEqual([
      { href: workload(4), status: 'updated' },
      { href: workload(4), status: 'validation_failure', token: 'input_validation_error', message: expect.any(String) },
      { href: workload(8), status: 'error', token: 'not_found_error', message: 'Not found' },
    ]);
  });

  it('bulk_delete takes an external reference, and no more than 1000 items', async () => {
    await created(path, { name: 'ext', external_data_set: 'cmdb', external_data_reference: '25' });
    const href = `${path}?external_data_set=cmdb&external_data_reference=25`;
    expect((await call('PUT', `${path}/bulk_delete`, { body: [{ href }] })).json).toEqual([]);
    const many = Array.from({ length: 1001 }, () => ({ href }));
    expect((await call('PUT', `${path}/bulk_delete`, { body: many })).status).toBe(406);
  });
});

describe('VENs', () => {
  const ven = (n: number) => `/orgs/1/vens/${workloadId(n)}`;

  it('are listed with filters', async () => {
    expect(await ids({}, '/orgs/1/vens')).toEqual([1, 2, 3]);
    expect(await ids({ 'version[gte]': '23.2.30-1234', status: 'active' }, '/orgs/1/vens')).toEqual([1, 2, 3]);
    expect(await ids({ 'version[lte]': '9.9' }, '/orgs/1/vens')).toEqual([]);
    expect(await ids({ hostname: 'host-3', health: 'healthy' }, '/orgs/1/vens')).toEqual([3]);
  });

  it('are suspended, and then cannot be unpaired', async () => {
    await done('PUT', ven(2), { status: 'suspended', name: 'second' });
    expect(await got(ven(2))).toMatchObject({ status: 'suspended', name: 'second', unpair_allowed: false });
    expect(await got(workload(2))).toMatchObject({ ven: { status: 'suspended', name: 'second' } });
    const body = { vens: [{ href: ven(2) }] };
    expect((await refused('PUT', '/orgs/1/vens/unpair', { body }))[0]).toBe(406);
  });

  it('are unpaired: gone from both lists, the workload shown only as deleted', async () => {
    await done('PUT', '/orgs/1/vens/unpair', { vens: [{ href: ven(3) }], firewall_restore: 'saved' });
    expect(await ids({}, '/orgs/1/vens')).toEqual([1, 2]);
    expect(await ids({ status: 'uninstalled' }, '/orgs/1/vens')).toEqual([3]);
    expect(await ids({ managed: 'true' })).toEqual([1, 2]);
    expect(await ids({ managed: 'true', include_deleted: 'true' })).toEqual([1, 2, 3]);
  });
});
