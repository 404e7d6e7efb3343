import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { labelHref, startTiny } from '../testing/tiny-simulator.ts';

const { created, done, got, listed, refused, simulator } = await startTiny(tinyEstate());
const labels = '/orgs/1/labels';
const values = async (query: string) => (await listed(`${labels}?${query}`)).map((label) => label['value']);

describe('labels', () => {
  it('are found by part of their value and by key', async () => {
    expect(await values('value=ORD')).toEqual(['Ordering']);
    expect(await values('key=env')).toEqual(['Prod', 'Dev']);
    expect(await values('key=en')).toEqual(['Prod', 'Dev']);
    expect(await values('key=en&exact_match_for_label_type=true')).toEqual([]);
    expect(await values('key=env&value=ro')).toEqual(['Prod']);
  });

  it('are found by external data, exactly', async () => {
    await created(labels, { key: 'env', value: 'X1', external_data_set: 'cmdb', external_data_reference: '25' });
    expect(await values('external_data_set=cmdb&external_data_reference=25')).toEqual(['X1']);
    expect(await values('external_data_set=cmd')).toEqual([]);
    const same = { key: 'env', value: 'X2', external_data_set: 'cmdb', external_data_reference: '25' };
    expect((await refused('POST', labels, { body: same }))[0]).toBe(406);
  });

  it('say where they are used', async () => {
    const [web] = await listed(`${labels}?value=Web&usage=true`);
    expect(web?.['usage']).toMatchObject({ workload: true, ruleset: true, label_group: false });
    expect((await got(`${labelHref(LABEL.prod)}?usage=true`))['usage']).toMatchObject({ label_group: true });
  });

  it('are renamed everywhere at once and keep their key', async () => {
    await done('PUT', labelHref(LABEL.fra), { value: 'Paris' });
    const workload = await got(`/orgs/1/workloads/${workloadId(1)}`);
    expect(workload['labels']).toContainEqual({ href: labelHref(LABEL.fra), key: 'loc', value: 'Paris' });
    const body = { key: 'app' };
    expect(await refused('PUT', labelHref(LABEL.fra), { body })).toEqual([406, 'input_validation_error']);
  });

  it('are refused with reserved values and unknown keys', async () => {
    expect((await refused('POST', labels, { body: { key: 'app', value: 'All Applications' } }))[0]).toBe(406);
    expect((await refused('POST', labels, { body: { key: 'planet', value: 'Mars' } }))[0]).toBe(406);
    expect(await refused('PUT', labelHref(LABEL.dev), { body: { value: 'PROD' } })).toEqual([
      406,
      'label_key_and_value_must_be_unique',
    ]);
  });

  it('stay while anything uses them, and answer as deleted afterwards', async () => {
    expect(await refused('DELETE', labelHref(LABEL.prod))).toEqual([406, 'label_referenced_by_label_group']);
    expect(await refused('DELETE', labelHref(LABEL.dev))).toEqual([406, 'label_still_has_associated_agent_info']);
    const label = await created(labels, { key: 'env', value: 'Temporary' });
    await done('DELETE', label.href);
    expect(await got(label.href)).toMatchObject({ deleted: true });
    expect(await refused('DELETE', label.href)).toEqual([406, 'label_already_deleted']);
    expect((await refused('PUT', label.href, { body: { value: 'x' } }))[0]).toBe(400);
    expect(await values('value=Temporary')).toEqual([]);
    expect(await values('value=Temporary&include_deleted=yes')).toEqual(['Temporary']);
    await created(labels, { key: 'env', value: 'Temporary' });
  });

  it('leave an event for every write and none for reads', async () => {
    const before = simulator.world.ownEvents.length;
    const { href } = await created(labels, { key: 'env', value: 'Seen' });
    await listed(labels);
    await refused('POST', labels, { body: { key: 'env', value: 'Seen' } });
    await done('PUT', href, { value: 'Heard' });
    await done('DELETE', href);
    const events = simulator.world.ownEvents.slice(before);
    expect(events.map((event) => event['event_type'])).toEqual(['label.create', 'label.update', 'label.delete']);
    expect(events[1]).toMatchObject({
      created_by: { user: { href: '/users/1', username: 'owner@example.com' } },
      action: { api_endpoint: `/api/v2${href}`, api_method: 'PUT', http_status_code: 204 },
      resource_changes: [
        {
          change_type: 'update',
          resource: { label: { href, key: 'env', value: 'Heard' } },
          changes: { value: { before: 'Seen', after: 'Heard' } },
        },
      ],
    });
    expect(JSON.stringify(events)).not.toContain(simulator.apiSecret);
  });
});

describe('label dimensions', () => {
  const path = '/orgs/1/label_dimensions';

  it('start with the built-in four', async () => {
    expect((await listed(path)).map(({ key }) => key)).toEqual(['role', 'app', 'env', 'loc']);
    expect(await listed(`${path}?key=loc`)).toMatchObject([{ usage: { labels: true, label_groups: false } }]);
  });

  it('can be made, used, and deleted only while unused', async () => {
    const dimension = await created(path, { key: 'os', display_name: 'OS', display_info: { initial: 'OS' } });
    expect((await refused('POST', path, { body: { key: 'os', display_name: 'OS' } }))[0]).toBe(406);
    await done('PUT', dimension.href, { display_name: 'Operating system' });
    expect(await got(dimension.href)).toMatchObject({ key: 'os', display_name: 'Operating system' });
    const label = await created(labels, { key: 'os', value: 'Linux' });
    expect((await refused('DELETE', dimension.href))[0]).toBe(406);
    await done('DELETE', label.href);
    await done('DELETE', dimension.href);
    expect((await refused('GET', dimension.href))[0]).toBe(404);
    expect((await refused('POST', labels, { body: { key: 'os', value: 'AIX' } }))[0]).toBe(406);
  });
});

describe('label groups', () => {
  const path = '/orgs/1/sec_policy/draft/label_groups';
  const live = `${path}/${workloadId(700)}`;

  it('spell out their members', async () => {
    expect(await got(live)).toMatchObject({
      key: 'env',
      labels: [{ href: labelHref(LABEL.prod), key: 'env', value: 'Prod' }],
    });
  });

  it('nest, know their parents, and flatten', async () => {
    const outer = await created(path, {
      name: 'Outer',
      key: 'env',
      labels: [{ href: labelHref(LABEL.dev) }],
      sub_groups: [{ href: live }],
    });
    expect(outer['sub_groups']).toEqual([{ href: live, name: 'Everything live' }]);
    expect((await listed(`${live}/member_of`)).map(({ href }) => href)).toEqual([outer.href]);
    const all = await listed(`${outer.href}/all_labels`);
    expect(all.map(({ href }) => href)).toEqual([labelHref(LABEL.dev), labelHref(LABEL.prod)]);
    expect((await refused('PUT', live, { body: { sub_groups: [{ href: outer.href }] } }))[0]).toBe(406);
    expect((await refused('DELETE', live))[0]).toBe(406);
    expect((await got(`${live}?usage=true`))['usage']).toMatchObject({ label_group: true, ruleset: false });
  });

  it('hold one key, existing labels, and a name of their own', async () => {
    const mixed = { name: 'Mixed', key: 'env', labels: [{ href: labelHref(LABEL.web) }] };
    expect((await refused('POST', path, { body: mixed }))[0]).toBe(406);
    const unknown = { name: 'Unknown', key: 'env', labels: [{ href: labelHref(999) }] };
    expect(await refused('POST', path, { body: unknown })).toEqual([406, 'invalid_uri']);
    expect(await refused('POST', path, { body: { name: 'Everything live', key: 'env' } })).toEqual([
      406,
      'name_must_be_unique',
    ]);
    expect((await refused('PUT', live, { body: { key: 'app' } }))[0]).toBe(406);
  });
});
