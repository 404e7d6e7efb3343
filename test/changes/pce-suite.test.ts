import { afterAll, beforeAll, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { removePrefixed } from '../pce/clean.ts';
import { PREFIX } from '../pce/prefix.ts';
import { pceSuite } from '../pce/suite.ts';
import { pointingAt, sandbox } from '../protocol/programs.ts';

// The suite of `npm run test:pce`, every day, against the simulated PCE.
let simulator: Simulator;
let folder: Awaited<ReturnType<typeof sandbox>>;
beforeAll(async () => {
  simulator = await createSimulator({ profile: 'small', rateLimit: 'off' });
  // A rollback needs a draft that is nobody's.
  const { status } = await clientOf(simulator)('PUT', '/orgs/1/sec_policy/delete', { body: {} });
  expect(status).toBeLessThan(300);
  folder = await sandbox();
});
afterAll(async () => {
  await folder.remove();
  await simulator.close();
});

const session = pceSuite(async () => ({
  env: { ...pointingAt(simulator), PCE_REQUESTS_PER_MINUTE: '0' },
  cwd: folder.folder,
  mayProvision: true,
  testWorkload: await watchedWorkload(),
}));

/** A managed workload on which nothing is enforced yet. */
async function watchedWorkload(): Promise<string | undefined> {
  const path = '/orgs/1/workloads?managed=true&enforcement_mode=visibility_only&max_results=1';
  const { json } = await clientOf(simulator)('GET', path);
  return (json as readonly { readonly hostname: string }[])[0]?.hostname;
}

/** Policy is what issue and product call the toolsets that change it; credentials need a server that tells its callers apart. */
/** Profiles belong to a cluster: a run has none of its own that it might change. */
const NOT_ITS_OWN = ['update-container-workload-profile'];

it('uses every tool that changes something or is about policy', () => {
  const wanted = catalogue.filter(
    ({ effect, toolset, needsSignIn }) =>
      needsSignIn !== true && (effect !== 'read' || toolset === 'policy' || toolset === 'lifecycle'),
  );
  expect(wanted.length).toBeGreaterThan(30);
  const unused = wanted.map(({ name }) => name).filter((name) => !session().used.has(name));
  expect(unused.filter((name) => !NOT_ITS_OWN.includes(name))).toEqual([]);
});

it('says with every plan that touches policy what it does to traffic', () => {
  const [live, silent] = [['set-enforcement-mode', 'bulk-workloads'], new Map<string, unknown>()];
  const wanted = catalogue.filter(
    ({ name, effect }) => effect === 'draft' || effect === 'provision' || live.includes(name),
  );
  for (const { name } of wanted) {
    const impact = session().plans.get(name)?.['traffic_impact'];
    const { sentence } = (impact ?? { sentence: 'none' }) as { readonly sentence: string };
    if (impact === undefined || sentence.startsWith('The effect on traffic is not known')) silent.set(name, sentence);
  }
  expect([...silent]).toEqual([]);
});

it('what is left of a run is found by its prefix and removed, in force or not, and nothing else', async () => {
  const call = async (method: string, path: string, body?: unknown): Promise<{ readonly href: string }> => {
    const key = Buffer.from(`${simulator.apiKey}:${simulator.apiSecret}`).toString('base64');
    const headers = { Authorization: `Basic ${key}`, Accept: 'application/json', 'Content-Type': 'application/json' };
    const answer = await fetch(`${simulator.url}/api/v2${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.ok, text).toBe(true);
    return (text === '' ? {} : JSON.parse(text)) as { readonly href: string };
  };
  const draft = '/orgs/1/sec_policy/draft';
  const label = await call('POST', '/orgs/1/labels', { key: 'role', value: `${PREFIX}left` });
  const list = await call('POST', `${draft}/ip_lists`, {
    name: `${PREFIX}left`,
    ip_ranges: [{ from_ip: '192.0.2.0/24' }],
  });
  const ruleSet = await call('POST', `${draft}/rule_sets`, {
    name: `${PREFIX}left`,
    scopes: [[{ label: { href: label.href } }]],
  });
  await call('POST', `${ruleSet.href}/deny_rules`, {
    enabled: true,
    providers: [{ actors: 'ams' }],
    consumers: [{ ip_list: { href: list.href } }],
    ingress_services: [{ port: 23, proto: 6 }],
  });
  const subset = { rule_sets: [{ href: ruleSet.href }], ip_lists: [{ href: list.href }] };
  await call('POST', '/orgs/1/sec_policy', { update_description: 'test', change_subset: subset });
  await call('POST', `${draft}/ip_lists`, { name: `not ${PREFIX}mine`, ip_ranges: [{ from_ip: '192.0.2.0/24' }] });
  const settings = {
    scheme: 'http' as const,
    host: simulator.host,
    port: simulator.port,
    orgId: String(simulator.orgId),
    apiKey: new Secret(simulator.apiKey),
    apiSecret: new Secret(simulator.apiSecret),
  };
  const careful = await removePrefixed(settings, { prefix: PREFIX, mayProvision: false });
  expect(careful.left.length).toBeGreaterThan(0);
  const { removed, left } = await removePrefixed(settings, { prefix: PREFIX, mayProvision: true });
  expect(left).toEqual([]);
  expect([...careful.removed, ...removed].every((name) => name.startsWith(PREFIX))).toBe(true);
  const lists = (await call('GET', `${draft}/ip_lists?name=${PREFIX}`)) as unknown as readonly {
    readonly name: string;
  }[];
  expect(lists.map(({ name }) => name)).toEqual([`not ${PREFIX}mine`]);
});
