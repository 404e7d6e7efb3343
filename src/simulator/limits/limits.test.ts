import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../simulator.ts';
import { clientOf } from '../testing/client.ts';
import { tinyEstate } from '../testing/tiny-estate.ts';

type Wire = Readonly<Record<string, unknown>>;

let simulator: Simulator;
let call: ReturnType<typeof clientOf>;
beforeAll(async () => {
  simulator = await createSimulator({ estate: tinyEstate(), rateLimit: 'off' });
  call = clientOf(simulator);
});
afterAll(() => simulator.close());

const control = async (method: string, body?: object) => {
  const answer = await fetch(`${simulator.url}/_sim/limits`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, limits: ((await answer.json()) as { limits: Record<string, Wire> }).limits };
};
const events = () => simulator.world.ownEvents.map(({ event_type: type }) => type);

const rule = {
  enabled: true,
  providers: [{ actors: 'ams' }],
  consumers: [{ actors: 'ams' }],
  ingress_services: [{ proto: 6, port: 1 }],
  resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
};
const ranges = [{ from_ip: '10.0.0.1' }, { from_ip: '10.0.0.2' }];

describe('an object limit', () => {
  it.each<readonly [name: string, path: string, body: (n: number) => object, each: number]>([
    ['total_labels', '/orgs/1/labels', (n) => ({ key: 'env', value: `L${n}` }), 1],
    ['total_workloads', '/orgs/1/workloads', (n) => ({ name: `W${n}` }), 1],
    ['total_rules', '/orgs/1/sec_policy/draft/rule_sets/2/sec_rules', () => rule, 1],
    [
      'total_services',
      '/orgs/1/sec_policy/draft/services',
      (n) => ({ name: `S${n}`, service_ports: [{ proto: 6, port: 1 }] }),
      1,
    ],
    ['total_ip_list_entries', '/orgs/1/sec_policy/draft/ip_lists', (n) => ({ name: `I${n}`, ip_ranges: ranges }), 2],
    [
      'total_label_groups',
      '/orgs/1/sec_policy/draft/label_groups',
      (n) => ({ name: `G${n}`, key: 'env', labels: [] }),
      1,
    ],
    ['total_pairing_profiles', '/orgs/1/pairing_profiles', (n) => ({ name: `P${n}`, enabled: true }), 1],
  ])('%s: an event at the soft one, a refusal and an event beyond the hard one', async (name, path, body, each) => {
    const used = Number((await control('GET')).limits[name]?.['used']);
    await control('POST', { [name]: { soft: used + each, hard: used + 2 * each } });
    const before = events().length;
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push(await call('POST', path, { body: body(n) }));
    expect(statuses.map(({ status }) => status)).toEqual([201, 201, 406]);
    expect(statuses[2]?.json).toMatchObject([{ token: 'object_limit_hard_limit_reached' }]);
    const own = events()
      .slice(before)
      .filter((type) => JSON.stringify(type).endsWith('_limit_exceeded"'));
    expect(own).toEqual(['soft_limit_exceeded', 'hard_limit_exceeded']);
    expect(Number((await control('GET')).limits[name]?.['used'])).toBe(used + 2 * each);
    await control('POST', { [name]: { soft: 9999, hard: 9999 } });
  });

  it('lets the items of a bulk call through that fit', async () => {
    const used = Number((await control('GET')).limits['total_workloads']?.['used']);
    await control('POST', { total_workloads: { soft: 9999, hard: used + 2 } });
    const body = [1, 2, 3].map((n) => ({ name: `B${n}` }));
    const { status, json } = await call('PUT', '/orgs/1/workloads/bulk_create', { body });
    expect(status).toBe(200);
    expect((json as Wire[]).map((item) => item['token'] ?? item['status'])).toEqual([
      'created',
      'created',
      'object_limit_hard_limit_reached',
    ]);
  });

  it('shows in events what was exceeded', async () => {
    const { json } = await call('GET', '/orgs/1/events?event_type=hard_limit_exceeded&max_results=1');
    expect(json).toMatchObject([
      {
        severity: 'err',
        created_by: { system: {} },
        notifications: [{ notification_type: 'hard_limit.exceeded', info: { object_limit: 'total_workloads' } }],
      },
    ]);
  });

  it('is set by its name only', async () => {
    expect((await control('POST', { total_things: { soft: 1, hard: 2 } })).status).toBe(406);
  });
});
