import { expect } from 'vitest';
import simulateChange from '../../src/tools/segmentation/simulate-change.ts';
import { allPages } from '../catalogue/call.ts';
import { NOW_MS, simulated } from '../catalogue/simulated.ts';
import { type RawPce, rawPce, type RawRow } from './raw-flows.ts';
import { groupOf, newlyBlocked, rowKey, tally } from './raw-rows.ts';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const DRAFT = '/orgs/1/sec_policy/draft';

interface Change {
  readonly operation: 'create' | 'update' | 'delete';
  readonly href: string;
  readonly object?: string;
}

interface Named {
  readonly href: string;
  readonly name: string;
  readonly rules?: readonly { readonly href: string }[];
}

/** Changes that block something, of every kind that a request can be. */
export const KINDS = {
  'rulesets deleted': async (pce) =>
    (await named(pce, 'rule_sets', /payments|CORE/)).map(({ href }) => ({ operation: 'delete', href })),
  'rules disabled': async (pce) =>
    (await named(pce, 'rule_sets', /tokenizer|CORE/))
      .flatMap(({ rules = [] }) => rules)
      .map(({ href }) => ({ operation: 'update', href, object: '{"enabled":false}' })),
  'override deny made': async (pce) => {
    const [home] = await named(pce, 'rule_sets', /^EMG \| INC-2317$/);
    const [any] = await named(pce, 'ip_lists', /^Any /);
    const [all] = await named(pce, 'services', /^All Services$/);
    const labels = (await pce.send('GET', '/orgs/1/labels?key=app&value=payments')) as readonly {
      readonly href: string;
    }[];
    const object = {
      enabled: true,
      override: true,
      providers: labels.slice(0, 1).map(({ href }) => ({ label: { href } })),
      consumers: [{ actors: 'ams' }, { ip_list: { href: any?.href } }],
      ingress_services: [{ href: all?.href }],
      unscoped_consumers: true,
    };
    return [{ operation: 'create', href: `${home?.href}/deny_rules`, object: JSON.stringify(object) }];
  },
  'services moved': async (pce) =>
    (await named(pce, 'services', /^(?:LDAP|SYSLOG|DNS$|NTP$|HTTPS$)/)).map(({ href }) => ({
      operation: 'update',
      href,
      object: '{"service_ports":[{"port":9,"proto":6}]}',
    })),
} as const satisfies Record<string, (pce: RawPce) => Promise<readonly Change[]>>;

async function named(pce: RawPce, collection: string, name: RegExp): Promise<readonly Named[]> {
  const all = (await pce.send('GET', `${DRAFT}/${collection}?max_results=500`)) as readonly Named[];
  return all.filter((one) => name.test(one.name));
}

const METHODS = { create: 'POST', update: 'PUT', delete: 'DELETE' } as const;

/** The closed loop for changes of policy: what simulate-change says is newly blocked is what the PCE then blocks, row by row. */
export async function changeLoop(seed: number, kind: keyof typeof KINDS): Promise<void> {
  const on = await simulated({ profile: 'small', seed }, { tools: [simulateChange] });
  try {
    const pce = rawPce(on.simulator);
    const window = { from: iso(NOW_MS - 3 * DAY_MS), to: iso(NOW_MS) };
    // Nothing pending: what is simulated in the draft is all that changes.
    await pce.send('PUT', '/orgs/1/sec_policy/delete', {});
    const changes: readonly Change[] = await KINDS[kind](pce);
    const pages = await allPages(on.dispatcher, 'simulate-change', {
      changes,
      start_date: window.from,
      end_date: window.to,
    });
    const before = await pce.rows(window.from, window.to);
    for (const { operation, href, object } of changes)
      await pce.send(METHODS[operation], href, object === undefined ? undefined : JSON.parse(object));
    await pce.send('POST', '/orgs/1/sec_policy', { update_description: 'change' });
    const again = await pce.replay(window.from, window.to);
    const after = await pce.rows(again.from, again.to);

    const newly = newlyBlocked(before, after);
    expect(newly.length, pages[0]?.text).toBeGreaterThan(5);
    expect(pages[0]?.structured.totals['newly_blocked_rows']).toBe(newly.length);
    const foretold = pages.flatMap(({ structured }) => structured.items);
    const predicted = foretold.map(
      (item) => [[item['from'], item['to'], item['service']].join(' > '), Number(item['newly_blocked_rows'])] as const,
    );
    expect(tally(predicted)).toEqual(tally(newly.map((row) => [groupOf(row), 1] as const)));

    // Nothing else is blocked but what hosts report that report only what they block.
    const workloads = (await pce.send('GET', '/orgs/1/workloads?max_results=500')) as readonly {
      readonly href: string;
      readonly visibility_level?: string;
    }[];
    const dropsOnly = workloads.filter((one) => one.visibility_level === 'flow_drops').map(({ href }) => href);
    const reporter = (row: RawRow) => (row.flow_direction === 'inbound' ? row.dst : row.src).workload?.href ?? '';
    const known = new Set(before.map(rowKey));
    const unforeseen = after.filter((row) => row.policy_decision === 'blocked' && !known.has(rowKey(row)));
    expect(unforeseen.map(reporter).filter((href) => !dropsOnly.includes(href))).toEqual([]);
  } finally {
    await on.close();
  }
}
