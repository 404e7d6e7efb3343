import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { labelHref, startTiny } from '../testing/tiny-simulator.ts';

const { call, created, done, got, listed, refused } = await startTiny(tinyEstate());
const workload = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
const valuesOf = async (n: number) =>
  ((await got(workload(n)))['labels'] as { value: string }[]).map(({ value }) => value);

describe('labels from CSV', () => {
  const put = (csv: string, query = '') =>
    call('PUT', `/orgs/1/workloads/bulk_import${query}`, { body: csv, headers: { 'Content-Type': 'text/csv' } });
  const HEAD = 'href,hostname,label:role,label:env\n';

  it('replace, keep and take away, row by row', async () => {
    const csv = `${HEAD}${workload(3)},,DB,\n,host-4.example.com,,Prod\n,host-9.example.com,DB,\n${workload(1)},,,Nowhere\n`;
    const rehearsed = await put(csv, '?dry_run=true&create_labels=true');
    expect(rehearsed.json).toMatchObject({ num_workloads_updated: 3, num_labels_created: 1, errors: [{ line: 4 }] });
    expect(await valuesOf(3)).toEqual(['Web', 'CRM', 'Dev']);
    expect(await listed('/orgs/1/labels?value=Nowhere')).toEqual([]);

    const done1 = await put(csv);
    expect(done1.json).toMatchObject({
      num_workloads_updated: 2,
      num_labels_created: 0,
      errors: [
        { line: 4, token: 'not_found_error' },
        { line: 5, token: 'simulator_label_unknown' },
      ],
    });
    expect(await valuesOf(3)).toEqual(['CRM', 'Dev', 'DB']);
    expect(await valuesOf(4)).toEqual(['CRM', 'Prod']);
    await put(`${HEAD}${workload(4)},,,none\n`, '?delete_token=none');
    expect(await valuesOf(4)).toEqual(['CRM']);
    await put(`${HEAD}${workload(4)},,Cache,\n`, '?create_labels=true');
    expect(await valuesOf(4)).toEqual(['CRM', 'Cache']);
  });

  it.each([
    ['no header', 'a,b\n1,2\n'],
    ['an unknown label type', 'href,hostname,label:planet\n'],
    ['a broken quote', `${HEAD}"x,,,\n`],
    ['a short row', `${HEAD}x\n`],
  ])('refuse %s', async (_what, csv) => {
    expect((await put(csv)).status).toBe(406);
  });

  it('refuse JSON', async () => {
    expect((await refused('PUT', '/orgs/1/workloads/bulk_import', { body: [] }))[0]).toBe(406);
  });
});

describe('interfaces', () => {
  it('of unmanaged workloads come and go', async () => {
    const body = { name: 'umw9', link_state: 'up', address: '10.7.7.7', cidr_block: 24, friendly_name: 'Uplink' };
    const made = await created(`${workload(4)}/interfaces`, body);
    expect(made).toMatchObject({ ...body, href: `${workload(4)}/interfaces/umw9` });
    expect(await got(`${workload(4)}/interfaces/umw9`)).toMatchObject(body);
    expect((await refused('POST', `${workload(4)}/interfaces`, { body }))[0]).toBe(406);
    await done('DELETE', `${workload(4)}/interfaces/umw9`);
    expect((await refused('DELETE', `${workload(4)}/interfaces/umw9`))[0]).toBe(404);
  });

  it('of managed ones are what the VEN says', async () => {
    expect((await refused('POST', `${workload(1)}/interfaces`, { body: { name: 'x', link_state: 'up' } }))[0]).toBe(
      405,
    );
  });

  it('are in networks', async () => {
    const [network] = await listed('/orgs/1/networks');
    expect(network).toEqual({ href: `/orgs/1/networks/${workloadId(900)}`, name: 'Corporate' });
    expect(await got(network?.href ?? '')).toEqual(network);
    expect((await refused('GET', '/orgs/1/networks/none'))[0]).toBe(404);
  });

  it('are told to report sooner', async () => {
    const workloads = [{ href: workload(1) }];
    expect((await call('POST', '/orgs/1/workloads/set_flow_reporting_frequency', { body: { workloads } })).status).toBe(
      204,
    );
  });
});

describe('firewall settings', () => {
  it('show in the workloads they name, once provisioned', async () => {
    const path = '/orgs/1/sec_policy/draft/firewall_settings';
    const scope = [[{ label: { href: labelHref(LABEL.ordering) } }]];
    expect(await got(workload(1))).toMatchObject({
      blocked_connection_action: 'drop',
      containers_inherit_host_policy: false,
      firewall_coexistence: { illumio_primary: true },
    });
    await done('PUT', path, {
      blocked_connection_reject_scopes: scope,
      containers_inherit_host_policy_scopes: [[]],
      firewall_coexistence: [
        { scope: [{ href: labelHref(LABEL.db) }], workload_mode: 'enforced', illumio_primary: false },
      ],
    });
    expect(await got(workload(1))).toMatchObject({ blocked_connection_action: 'drop' });
    await call('POST', '/orgs/1/sec_policy', { body: {} });
    expect(await got(workload(1))).toMatchObject({
      blocked_connection_action: 'reject',
      containers_inherit_host_policy: true,
      firewall_coexistence: { illumio_primary: true },
    });
    expect(await got(workload(2))).toMatchObject({ firewall_coexistence: { illumio_primary: false } });
    expect(await got(workload(3))).toMatchObject({
      blocked_connection_action: 'drop',
      containers_inherit_host_policy: true,
    });
    expect(await got(`${labelHref(LABEL.db)}?usage=true`)).toMatchObject({
      usage: { firewall_coexistence_scope: true, blocked_connection_reject_scope: false },
    });
  });
});
