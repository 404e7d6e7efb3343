import { describe, expect, it } from 'vitest';
import simulateEnforcement from '../../src/tools/segmentation/simulate-enforcement.ts';
import { allPages } from '../catalogue/call.ts';
import { NOW_MS, simulated } from '../catalogue/simulated.ts';
import { type RawEnd, rawPce, type RawRow } from './raw-flows.ts';
import { groupOf, newlyBlocked, rowKey, tally } from './raw-rows.ts';

/**
 * The closed loop: what the simulation says will break is what the PCE blocks when the change is really made and the same traffic happens
 * again. Judged row by row from the raw downloads, which share no code with the tools.
 */
const DAY_MS = 86_400_000;
const START = new Date(NOW_MS - 3 * DAY_MS).toISOString().replace('.000Z', 'Z');
const END = new Date(NOW_MS).toISOString().replace('.000Z', 'Z');

const MODES = ['full', 'selective', 'visibility_only', 'idle'] as const;
const APPS = ['payments', 'ordering', 'ecommerce', 'file-services', 'tokenizer'];
const seeds = Array.from({ length: 10 }, (_, index) => index + 1);

const has = ({ workload }: RawEnd, app: string): boolean =>
  ['app', 'env'].every((key) =>
    workload?.labels.some((label) => label.key === key && label.value === (key === 'app' ? app : 'prod')),
  );

interface Step {
  readonly predicted: Readonly<Record<string, number>>;
  readonly happened: Readonly<Record<string, number>>;
  readonly total: unknown;
  /** Rows that nobody could have foretold: their reporter tells nothing but what it blocks. */
  readonly unforeseen: readonly string[];
  readonly dropsOnly: readonly string[];
}

async function steps(seed: number): Promise<readonly Step[]> {
  const on = await simulated({ profile: 'small', seed }, { tools: [simulateEnforcement] });
  const app = APPS[seed % APPS.length] ?? 'payments';
  const pce = rawPce(on.simulator);
  const org = `/orgs/${on.simulator.orgId}`;
  const done: Step[] = [];
  try {
    let window = { from: START, to: END };
    for (const mode of MODES) {
      const pages = await allPages(on.dispatcher, 'simulate-enforcement', {
        app_name: app,
        env_name: 'prod',
        target_mode: mode,
        start_date: window.from,
        end_date: window.to,
      });
      const before = await pce.rows(window.from, window.to);

      const workloads = (await pce.send('GET', `${org}/workloads?max_results=500`)) as readonly {
        readonly href: string;
        readonly managed: boolean;
        readonly visibility_level?: string;
        readonly labels: NonNullable<RawEnd['workload']>['labels'];
      }[];
      const own = workloads.filter((one) => one.managed && has({ ip: '', workload: { ...one, hostname: '' } }, app));
      await pce.send(
        'PUT',
        `${org}/workloads/bulk_update`,
        own.map(({ href }) => ({ href, enforcement_mode: mode })),
      );
      const pending = (await pce.send('GET', `${org}/sec_policy/pending`)) as object;
      if (Object.keys(pending).length > 0) await pce.send('POST', `${org}/sec_policy`, { update_description: 'loop' });
      // Always the traffic of the first window, so that every step sees the same.
      window = await pce.replay(START, END);
      const after = await pce.rows(window.from, window.to);

      const known = new Set(before.map(rowKey));
      const blocked = after.filter(
        (row) => row.policy_decision === 'blocked' && (has(row.src, app) || has(row.dst, app)),
      );
      const newly = newlyBlocked(before, blocked);
      const reporter = (row: RawRow) => (row.flow_direction === 'inbound' ? row.dst : row.src).workload?.href ?? '';
      const groups = pages.flatMap(({ structured }) => structured.items).filter((item) => item['in_window'] === true);
      done.push({
        predicted: tally(
          groups.map((item) => [
            [item['from'], item['to'], item['service']].join(' > '),
            Number(item['newly_blocked_rows']),
          ]),
        ),
        happened: tally(newly.map((row) => [groupOf(row), 1])),
        total: pages[0]?.structured.totals['newly_blocked_rows'],
        unforeseen: blocked.filter((row) => !known.has(rowKey(row))).map(reporter),
        dropsOnly: workloads.filter((one) => one.visibility_level === 'flow_drops').map(({ href }) => href),
      });
    }
  } finally {
    await on.close();
  }
  return done;
}

describe('simulate, apply, provision, replay', () => {
  const broken: Record<string, number> = {};

  it.concurrent.each(seeds)(
    'newly blocked rows are exactly those foretold, in every mode (seed %i)',
    async (seed) => {
      const all = await steps(seed);
      expect(all).toHaveLength(MODES.length);
      all.forEach(({ predicted, happened, total, unforeseen, dropsOnly }, index) => {
        expect(predicted, MODES[index]).toEqual(happened);
        const rows = Object.values(happened).reduce((sum, count) => sum + count, 0);
        expect(total).toBe(rows);
        expect(unforeseen.filter((href) => !dropsOnly.includes(href))).toEqual([]);
        const mode = MODES[index] ?? '';
        broken[mode] = (broken[mode] ?? 0) + rows;
      });
    },
    180_000,
  );

  it('breaks something in the modes that enforce, or the comparison says nothing', () => {
    expect(broken['full']).toBeGreaterThan(100);
  });
});
