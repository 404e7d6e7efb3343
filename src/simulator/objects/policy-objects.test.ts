import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate } from '../testing/tiny-estate.ts';
import { active, draft, labelHref, startTiny } from '../testing/tiny-simulator.ts';

const { call, created, done, got, listed, refused } = await startTiny(tinyEstate());
const base = '/orgs/1/sec_policy/draft';
const names = async (path: string) => (await listed(`${base}/${path}`)).map(({ name }) => name);
const rule = {
  enabled: true,
  providers: [{ label: { href: labelHref(LABEL.web) } }],
  consumers: [{ actors: 'ams' }],
  ingress_services: [{ proto: 6, port: 443 }],
  resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
};

describe('IP lists', () => {
  it('keep ranges in the order given, exclusion always said', async () => {
    const made = await created(`${base}/ip_lists`, {
      name: 'Ranges',
      ip_ranges: [
        { from_ip: '10.0.0.0/8', description: 'all' },
        { from_ip: '10.1.0.10', to_ip: '10.1.0.20', exclusion: true },
        { from_ip: 'fd00::/64' },
      ],
    });
    expect(made['ip_ranges']).toEqual([
      { description: 'all', from_ip: '10.0.0.0/8', exclusion: false },
      { from_ip: '10.1.0.10', to_ip: '10.1.0.20', exclusion: true },
      { from_ip: 'fd00::/64', exclusion: false },
    ]);
    expect(made).not.toHaveProperty('description');
    expect(made).not.toHaveProperty('external_data_set');
  });

  it.each([
    ['host bits', [{ from_ip: '10.0.0.1/8' }]],
    ['no address', [{ from_ip: '10.0.0.256' }]],
    ['a range downwards', [{ from_ip: '10.0.0.9', to_ip: '10.0.0.1' }]],
    ['an exclusion outside', [{ from_ip: '10.0.0.0/8' }, { from_ip: '11.0.0.1', exclusion: true }]],
    ['an exclusion of everything', [{ from_ip: '10.0.0.0/8' }, { from_ip: '10.0.0.0/8', exclusion: true }]],
  ])('refuse %s', async (_what, ip_ranges) => {
    expect((await refused('POST', `${base}/ip_lists`, { body: { name: 'bad', ip_ranges } }))[0]).toBe(406);
  });

  it('are found by name, address text and FQDN', async () => {
    expect(await names('ip_lists?name=OFFICE')).toEqual(['Offices']);
    expect(await names('ip_lists?ip_address=192.168.3')).toEqual(['Offices']);
    expect(await names('ip_lists?fqdn=example.net')).toEqual(['Offices']);
    expect(await names('ip_lists?description=users')).toEqual(['Offices']);
    const [any] = await listed(
      `/orgs/1/sec_policy/active/ip_lists?name=${encodeURIComponent('Any (0.0.0.0/0 and ::/0)')}`,
    );
    expect(any).toMatchObject({ href: active('ip_lists', 1), created_by: { href: '/users/0' } });
    expect(any).not.toHaveProperty('update_type');
  });

  it('do not let go of the built-in one', async () => {
    expect((await refused('PUT', draft('ip_lists', 1), { body: { description: 'x' } }))[0]).toBe(406);
    expect((await refused('DELETE', draft('ip_lists', 1)))[0]).toBe(406);
  });
});

describe('services', () => {
  it('may share a name', async () => {
    const body = { name: 'Twin', service_ports: [{ proto: 17, port: 514 }] };
    const [one, two] = [await created(`${base}/services`, body), await created(`${base}/services`, body)];
    expect(one.href).not.toBe(two.href);
  });

  it('are found by port, also inside ranges, protocol and ransomware', async () => {
    expect(await names('services?port=8010')).toEqual(['High ports']);
    expect(await names('services?port=8010-8020')).toEqual(['High ports']);
    expect(await names('services?port=443&proto=6')).toEqual(['HTTPS']);
    expect(await names('services?is_ransomware=true')).toEqual(['S-RDP']);
    expect(await names('services?proto=17')).toEqual(['Twin', 'Twin']);
  });

  it('have ports or Windows services, never both', async () => {
    const both = { name: 'Both', service_ports: [{ proto: 6 }], windows_services: [{ service_name: 'x' }] };
    expect((await refused('POST', `${base}/services`, { body: both }))[0]).toBe(406);
    await done('PUT', draft('services', 4), { windows_services: [{ service_name: 'spooler' }] });
    const swapped = await got(draft('services', 4));
    expect(swapped).toMatchObject({ name: 'High ports', windows_services: [{ service_name: 'spooler' }] });
    expect(swapped).not.toHaveProperty('service_ports');
    expect(await got(active('services', 4))).toHaveProperty('service_ports');
  });

  it.each([
    ['a range downwards', [{ proto: 6, port: 90, to_port: 80 }]],
    ['a range to itself', [{ proto: 6, port: 80, to_port: 80 }]],
    ['ports of ICMP', [{ proto: 1, port: 80 }]],
    ['an ICMP code out of range', [{ proto: 1, icmp_type: 8, icmp_code: 16 }]],
  ])('refuse %s', async (_what, service_ports) => {
    expect((await refused('POST', `${base}/services`, { body: { name: 'bad', service_ports } }))[0]).toBe(406);
  });

  it('stay while a rule uses them', async () => {
    expect(await refused('DELETE', draft('services', 1))).toEqual([406, expect.any(String)]);
    const service = await created(`${base}/services`, { name: 'Used', service_ports: [{ proto: 6, port: 9 }] });
    const made = await created(`${draft('rule_sets', 2)}/sec_rules`, {
      ...rule,
      ingress_services: [{ href: service.href }],
    });
    expect(await refused('DELETE', service.href)).toEqual([406, 'service_referenced']);
    await done('DELETE', made.href);
    await done('DELETE', service.href);
    expect((await refused('GET', service.href))[0]).toBe(404);
  });
});

describe('rule sets', () => {
  it('are found by the labels of a scope and by name', async () => {
    const labels = encodeURIComponent(JSON.stringify([[labelHref(LABEL.ordering)]]));
    expect(await names(`rule_sets?labels=${labels}`)).toEqual(['Ordering']);
    expect(await names('rule_sets?name=def')).toEqual(['Default']);
    expect(await refused('POST', `${base}/rule_sets`, { body: { name: 'Default', scopes: [[]] } })).toEqual([
      406,
      'rule_set_name_in_use',
    ]);
  });

  it('are made with their rules at once', async () => {
    const made = await created(`${base}/rule_sets`, {
      name: 'At once',
      scopes: [],
      rules: [rule],
      ip_tables_rules: [
        {
          enabled: true,
          statements: [{ table_name: 'filter', chain_name: 'INPUT', parameters: '-j ACCEPT' }],
          actors: [{ actors: 'ams' }],
          ip_version: '4',
        },
      ],
    });
    expect(made).toMatchObject({
      scopes: [],
      enabled: true,
      rules: [{ update_type: 'create', providers: [{ exclusion: false }] }],
      ip_tables_rules: [{ ip_version: '4', update_type: 'create' }],
    });
  });

  it('PUT with rules replaces the list: named ones are edited, new ones made, the rest deleted', async () => {
    const kept = `${draft('rule_sets', 2)}/sec_rules/2`;
    const extra = await created(`${draft('rule_sets', 2)}/sec_rules`, rule);
    await done('PUT', draft('rule_sets', 2), { rules: [{ href: kept, description: 'kept' }, rule] });
    const { rules } = (await got(draft('rule_sets', 2))) as unknown as { rules: Record<string, unknown>[] };
    expect(rules).toHaveLength(2);
    expect(rules[0]).toMatchObject({ href: kept, description: 'kept', update_type: 'update' });
    expect(rules[1]).toMatchObject({ update_type: 'create' });
    expect((await refused('GET', extra.href))[0]).toBe(404);
    await done('PUT', draft('rule_sets', 2), { rules: [] });
    expect((await got(kept))['update_type']).toBe('delete');
    expect((await got(draft('rule_sets', 2)))['deny_rules']).toHaveLength(1);
  });
});

describe('rules', () => {
  const rules = `${draft('rule_sets', 1)}/sec_rules`;
  const spoilt = (change: object) => refused('POST', rules, { body: { ...rule, ...change } });

  it.each([
    ['a reference to nothing', { consumers: [{ ip_list: { href: draft('ip_lists', 99) } }] }, 'invalid_uri'],
    ['two selectors in one actor', { consumers: [{ actors: 'ams', label: { href: labelHref(1) } }] }, null],
    ['exclusion of an IP list', { consumers: [{ ip_list: { href: draft('ip_lists', 1) }, exclusion: true }] }, null],
    ['no services', { ingress_services: [] }, null],
    ['ICMP in line', { ingress_services: [{ proto: 1 }] }, 'input_validation_error'],
    ['two of the exclusive flags', { stateless: true, sec_connect: true }, null],
    ['a key of a later release', { all_ips_except_for_in_consumers: true }, 'input_validation_error'],
    ['flow logging while the feature is off', { log_flow: true }, 'input_validation_error'],
  ])('refuse %s', async (_what, change, token) => {
    const [status, given] = await spoilt(change);
    expect(status).toBe(406);
    if (token !== null) expect(given).toBe(token);
  });

  it('take active references and keep draft ones', async () => {
    const made = await created(rules, { ...rule, consumers: [{ ip_list: { href: active('ip_lists', 2) } }] });
    expect(made['consumers']).toEqual([{ ip_list: { href: draft('ip_lists', 2) } }]);
    await done('DELETE', made.href);
  });

  it('take flow logging once the feature is on', async () => {
    await done('PUT', '/orgs/1/optional_features', [{ name: 'per_rule_flow_log_setting', enabled: true }]);
    const made = await created(rules, { ...rule, log_flow: true });
    expect(made).toMatchObject({ log_flow: true });
    await done('DELETE', made.href);
  });

  it('show names on request', async () => {
    const query = '?representation=rule_set_services_labels_and_names';
    expect(await got(`${draft('rule_sets', 1)}${query}`)).toMatchObject({
      rules: [
        {
          providers: [{ ip_list: { href: draft('ip_lists', 1), name: 'Any (0.0.0.0/0 and ::/0)' } }],
          ingress_services: [{ href: draft('services', 1), name: 'All Services' }],
        },
      ],
    });
  });
});

describe('deny rules', () => {
  const path = `${draft('rule_sets', 2)}/deny_rules`;
  const body = {
    enabled: true,
    providers: [{ label: { href: labelHref(LABEL.web) }, exclusion: true }],
    consumers: [{ ip_list: { href: draft('ip_lists', 1) } }],
    ingress_services: [{ proto: 6, port: 22 }],
    unscoped_consumers: true,
    override: false,
  };

  it('live beside the allow rules, with an override flag', async () => {
    const made = await created(path, body);
    expect(made).toMatchObject({ override: false, network_type: 'brn', egress_services: [], update_type: 'create' });
    await done('PUT', made.href, { override: true });
    expect((await listed(path)).map(({ override }) => override)).toEqual([true, true]);
    const ruleSet = await got(draft('rule_sets', 2));
    expect(ruleSet['deny_rules']).toHaveLength(2);
    expect(ruleSet['update_type']).toBe('update');
  });

  it.each(['name', 'resolve_labels_as', 'sec_connect', 'action', 'priority'])('refuse %s', async (key) => {
    expect(await refused('POST', path, { body: { ...body, [key]: 'x' } })).toEqual([406, 'input_validation_error']);
  });

  it('are nowhere else', async () => {
    expect((await refused('GET', `${base}/deny_rules`))[0]).toBe(404);
    expect((await refused('GET', `${draft('rule_sets', 2)}/override_deny_rules`))[0]).toBe(404);
  });
});

describe('the rest of the policy', () => {
  it('enforcement boundaries live and die like rule sets', async () => {
    const made = await created(`${base}/enforcement_boundaries`, {
      name: 'Boundary',
      providers: [{ label: { href: labelHref(LABEL.web) } }],
      consumers: [{ actors: 'ams' }],
      ingress_services: [{ proto: 6, port: 23 }],
    });
    expect(made).toMatchObject({ enabled: true, update_type: 'create', workload_counts: {} });
    expect(await names('enforcement_boundaries?service_ports.port=23')).toEqual(['Boundary']);
    expect(await names('enforcement_boundaries?service_ports.port=24')).toEqual([]);
    await done('DELETE', made.href);
    expect((await refused('GET', made.href))[0]).toBe(404);
  });

  it('virtual services have a service or ports', async () => {
    const made = await created(`${base}/virtual_services`, {
      name: 'VS',
      service_ports: [{ proto: 6, port: 8443 }],
    });
    await done('PUT', made.href, { service: { href: draft('services', 2) } });
    const swapped = await got(made.href);
    expect(swapped).toMatchObject({ service: { href: draft('services', 2) }, apply_to: 'host_only' });
    expect(swapped).not.toHaveProperty('service_ports');
    expect((await refused('DELETE', draft('services', 2)))[1]).toBe('service_referenced');
    await done('DELETE', made.href);
  });

  it('firewall settings are one object, pending only when changed', async () => {
    const path = `${base}/firewall_settings`;
    expect(await got(path)).toMatchObject({ href: path, update_type: null, rule_hit_count_enabled_scopes: [] });
    expect(await got('/orgs/1/sec_policy/pending')).not.toHaveProperty('firewall_settings');
    await done('PUT', path, { rule_hit_count_enabled_scopes: [[]] });
    expect(await got('/orgs/1/sec_policy/pending')).toMatchObject({ firewall_settings: [{ href: path }] });
    const change_subset = { firewall_settings: [{ href: path }] };
    expect((await call('POST', '/orgs/1/sec_policy', { body: { change_subset } })).status).toBe(201);
    expect(await got('/orgs/1/sec_policy/active/firewall_settings')).toMatchObject({
      rule_hit_count_enabled_scopes: [[]],
    });
  });
});
