import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { LABEL, tinyEstate, workloadId } from '../../src/simulator/testing/tiny-estate.ts';

/** The conformance scenario of objects.md appendix B, step by step against one simulator: each step stands on those before it. */

let simulator: Simulator;
let call: ReturnType<typeof clientOf>;
beforeAll(async () => {
  simulator = await startSimulator({ estate: tinyEstate(), rateLimit: 'off' });
  call = clientOf(simulator);
});
afterAll(() => simulator.close());

const org = '/orgs/1';
const draft = `${org}/sec_policy/draft`;
const toActive = (href: string): string => href.replace('/draft/', '/active/');
const label = (id: number): string => `${org}/labels/${id}`;

interface Thing {
  readonly href: string;
  readonly [key: string]: unknown;
}

/** A POST that must succeed, as the created object. */
async function created(path: string, body: unknown): Promise<Thing> {
  const answer = await call('POST', path, { body });
  expect(answer.status, answer.text).toBe(201);
  return answer.json as Thing;
}
const got = async (path: string): Promise<Thing> => {
  const answer = await call('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Thing;
};
const token = (json: unknown): unknown => (json as { token: string }[])[0]?.token;
const subset = (ruleSets: string[], ipLists: string[] = []) => ({
  rule_sets: ruleSets.map((href) => ({ href })),
  ip_lists: ipLists.map((href) => ({ href })),
});

describe('appendix B', () => {
  let envLabel: Thing;
  let ipList: Thing;
  let ruleSet: Thing;
  let rule: Thing;

  it('1: max_results=0 gives no rows and the total', async () => {
    const answer = await call('GET', `${org}/labels?max_results=0`);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('[]');
    expect(answer.headers['x-total-count']).toBe('7');
  });

  it('2: a label exists once, whatever its case', async () => {
    envLabel = await created(`${org}/labels`, { key: 'env', value: 'Prod2' });
    const again = await call('POST', `${org}/labels`, { body: { key: 'env', value: 'pROD2' } });
    expect(again.status).toBe(406);
    expect(again.json).toEqual([
      { token: 'label_key_and_value_must_be_unique', message: 'Label key and value must be unique' },
    ]);
  });

  it('3: a new IP list is a draft only, and pending', async () => {
    ipList = await created(`${draft}/ip_lists`, { name: 'IPL', ip_ranges: [{ from_ip: '10.0.0.0/8' }] });
    expect(ipList).toMatchObject({
      update_type: 'create',
      ip_ranges: [{ from_ip: '10.0.0.0/8', exclusion: false }],
      fqdns: [],
    });
    expect((await call('GET', toActive(ipList.href))).status).toBe(404);
    expect(await got(`${org}/sec_policy/pending`)).toMatchObject({
      ip_lists: [{ href: ipList.href, update_type: 'create' }],
    });
  });

  it('4: a new rule set echoes exclusion and empty rule lists', async () => {
    ruleSet = await created(`${draft}/rule_sets`, { name: 'RS', scopes: [[{ label: { href: envLabel.href } }]] });
    expect(ruleSet).toMatchObject({
      scopes: [[{ label: { href: envLabel.href }, exclusion: false }]],
      rules: [],
      deny_rules: [],
      ip_tables_rules: [],
      caps: ['write', 'provision'],
      update_type: 'create',
    });
  });

  it('5: a rule needs resolve_labels_as and comes back with its defaults', async () => {
    const body = {
      enabled: true,
      providers: [{ label: { href: label(LABEL.web) } }],
      consumers: [{ ip_list: { href: ipList.href } }],
      ingress_services: [{ proto: 6, port: 443 }],
    };
    const refused = await call('POST', `${ruleSet.href}/sec_rules`, { body });
    expect(refused.status).toBe(406);
    expect(token(refused.json)).toBe('input_validation_error');
    rule = await created(`${ruleSet.href}/sec_rules`, {
      ...body,
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
    });
    expect(rule).toMatchObject({
      update_type: 'create',
      providers: [{ label: { href: label(LABEL.web) }, exclusion: false }],
      consumers: [{ ip_list: { href: ipList.href } }],
      egress_services: [],
      use_workload_subnets: [],
      network_type: 'brn',
    });
  });

  it('6: dependencies name the IP list the rule set needs', async () => {
    const answer = await call('POST', `${draft}/dependencies`, {
      body: { operation: 'commit', change_subset: subset([ruleSet.href]) },
    });
    expect(answer.json).toEqual([
      {
        dependency: { ip_lists: { href: ipList.href } },
        required_by: { rule_sets: [{ href: ruleSet.href }] },
      },
    ]);
  });

  it('7: only a dependency closure is provisioned', async () => {
    const alone = await call('POST', `${org}/sec_policy`, { body: { change_subset: subset([ruleSet.href]) } });
    expect(alone.status).toBe(406);
    const version = await created(`${org}/sec_policy`, {
      update_description: 'both',
      change_subset: subset([ruleSet.href], [ipList.href]),
    });
    expect(version).toMatchObject({ version: 3, commit_message: 'both', href: `${org}/sec_policy/3` });
    expect(await got(`${org}/sec_policy/pending`)).toEqual({});
    const active = await got(toActive(ruleSet.href));
    expect(active).not.toHaveProperty('update_type');
    expect(JSON.stringify(active)).not.toContain('/draft/');
    expect(JSON.stringify(active)).toContain(toActive(ipList.href));
    expect((await got(ruleSet.href))['update_type']).toBeNull();
  });

  it('8: editing a rule marks the rule and its rule set, and only the rule set is pending', async () => {
    expect((await call('PUT', rule.href, { body: { enabled: false } })).status).toBe(204);
    expect(await got(rule.href)).toMatchObject({ enabled: false, update_type: 'update' });
    expect((await got(ruleSet.href))['update_type']).toBe('update');
    expect((await got(toActive(rule.href)))['enabled']).toBe(true);
    const pending = await got(`${org}/sec_policy/pending`);
    expect(Object.keys(pending)).toEqual(['rule_sets']);
    expect(pending).toMatchObject({ rule_sets: [{ href: ruleSet.href, update_type: 'update' }] });
  });

  it('9: an IP list stays while the draft or the active policy uses it', async () => {
    const used = await call('DELETE', ipList.href);
    expect([used.status, token(used.json)]).toEqual([406, 'ip_list_referenced']);
    expect((await call('DELETE', rule.href)).status).toBe(204);
    expect((await got(rule.href))['update_type']).toBe('delete');
    const stillUsed = await call('DELETE', ipList.href);
    expect([stillUsed.status, token(stillUsed.json)]).toEqual([406, 'ip_list_referenced']);
  });

  it('10: a provisioned object is deleted in two steps and keeps its name until the second', async () => {
    await created(`${org}/sec_policy`, { change_subset: subset([ruleSet.href]) });
    expect((await call('GET', rule.href)).status).toBe(404);
    expect((await call('DELETE', ipList.href)).status).toBe(204);
    expect((await got(ipList.href))['update_type']).toBe('delete');
    expect((await call('GET', toActive(ipList.href))).status).toBe(200);
    const again = await call('POST', `${draft}/ip_lists`, { body: { name: 'IPL' } });
    expect([again.status, token(again.json)]).toEqual([406, 'ip_list_name_not_unique']);
    await created(`${org}/sec_policy`, {});
    expect((await call('GET', ipList.href)).status).toBe(404);
    expect((await call('GET', toActive(ipList.href))).status).toBe(404);
  });

  it('11: a label in a scope cannot be deleted', async () => {
    const answer = await call('DELETE', envLabel.href);
    expect([answer.status, token(answer.json)]).toEqual([406, 'label_still_has_associated_rule_set']);
  });

  it('12: bulk calls answer item by item', async () => {
    const made = await call('PUT', `${org}/workloads/bulk_create`, {
      body: [{ name: 'one', interfaces: [{ name: 'umw0', address: '10.9.9.9' }] }, { description: 'no name' }],
    });
    expect(made.status).toBe(200);
    const results = made.json as { href: string; status: string }[];
    expect(results.map(({ status }) => status)).toEqual(['created', 'validation_failure']);
    expect(made.text).not.toContain('"errors":null');
    const managed = `${org}/workloads/${workloadId(1)}`;
    const unknown = `${org}/workloads/${workloadId(999)}`;
    const refused = await call('PUT', `${org}/workloads/bulk_delete`, {
      body: [{ href: managed }, { href: unknown }],
    });
    expect(refused.status).toBe(200);
    expect(refused.json).toEqual([
      { href: managed, errors: [{ token: 'method_not_allowed_error', message: 'Not allowed' }] },
      { href: unknown, errors: [{ token: 'not_found_error', message: 'Not found' }] },
    ]);
    const gone = await call('PUT', `${org}/workloads/bulk_delete`, { body: [{ href: results[0]?.href }] });
    expect(gone.json).toEqual([]);
  });

  it('13: an asynchronous read gives the same array', async () => {
    const path = `${org}/workloads`;
    const accepted = await call('GET', path, { headers: { Prefer: 'respond-async' } });
    expect(accepted.status).toBe(202);
    expect(accepted.text).toBe('');
    const location = String(accepted.headers['location']);
    expect(location).toMatch(/^\/orgs\/1\/jobs\/[0-9a-f-]{36}$/);
    expect(accepted.headers['retry-after']).toMatch(/^\d+$/);
    let job = await got(location);
    for (let polls = 0; polls < 2 && job['status'] !== 'done'; polls++) job = await got(location);
    expect(job['status']).toBe('done');
    const datafile = await call('GET', (job['result'] as Thing).href);
    expect(datafile.headers['content-type']).toBe('application/json');
    expect(datafile.text).toBe((await call('GET', path)).text);
  });

  it('14: override is a flag of a deny rule, not another object', async () => {
    const denyRule = `${draft}/rule_sets/2/deny_rules/3`;
    expect((await got(denyRule))['override']).toBe(true);
    expect((await call('PUT', denyRule, { body: { override: false } })).status).toBe(204);
    expect(await got(denyRule)).toMatchObject({ href: denyRule, override: false, update_type: 'update' });
  });

  it('15: an old version comes back as drafts, and only onto a clean draft', async () => {
    const refused = await call('POST', `${org}/sec_policy/3/restore`, { body: {} });
    expect(refused.status).toBe(406);
    expect((await call('DELETE', `${org}/sec_policy/pending`)).status).toBe(204);
    expect(await got(`${org}/sec_policy/pending`)).toEqual({});
    await created(`${org}/sec_policy/3/restore`, {});
    expect(await got(`${org}/sec_policy/pending`)).toMatchObject({
      rule_sets: [{ href: ruleSet.href, update_type: 'update' }],
      ip_lists: [{ href: ipList.href, update_type: 'create' }],
    });
    expect(await got(rule.href)).toMatchObject({ enabled: true, update_type: 'create' });
    const version = await created(`${org}/sec_policy`, {});
    expect(version['version']).toBe(6);
    expect(await got(toActive(rule.href))).toMatchObject({ enabled: true });
  });
});
