import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dialogue, dialogue, type Json, parsed } from './dialogue.ts';

/** What the Splunk add-on reads: it goes from health to the PCEs of a supercluster, then to each one's workloads (traffic.md §8.1, §15). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({
    'User-Agent': 'python-requests/2.31.0',
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
  });
});
afterAll(() => it.close());

test('version, health, and the workloads of each PCE named there', async () => {
  expect((await it.say('GET', '/product_version')).status).toBe(200);
  const clusters = parsed<readonly { readonly fqdn: string; readonly type: string }[]>(await it.say('GET', '/health'));
  expect(clusters.length).toBeGreaterThan(0);
  const seen = new Set<string>();
  for (const { fqdn, type } of clusters) {
    expect(['standalone', 'leader', 'member']).toContain(type);
    const query = new URLSearchParams({ managed: 'true', max_results: '10000', 'agent.active_pce_fqdn': fqdn });
    for (const { href } of parsed<readonly { readonly href: string }[]>(
      await it.say('GET', `/orgs/1/workloads?${query.toString()}`),
    ))
      seen.add(href);
  }
  expect(seen.size).toBe(it.pce.world.estate.workloads.filter(({ managed }) => managed).length);
});

test('labels, services, IP lists, rule sets: objects with an href', async () => {
  for (const path of [
    'labels',
    'sec_policy/active/services',
    'sec_policy/active/ip_lists',
    'sec_policy/active/rule_sets',
  ]) {
    const rows = parsed<readonly Json[]>(await it.say('GET', `/orgs/1/${path}?max_results=10000`));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row['href']).toEqual(expect.any(String));
  }
});
