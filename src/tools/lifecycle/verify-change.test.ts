import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawEnd, type RawPce, rawPce, type RawRow } from '../../../test/analysis/raw-flows.ts';
import { callWith, type Called } from '../../../test/catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import verifyChange from './verify-change.ts';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

let on: Simulated;
let pce: RawPce;
let replay: { readonly from: string; readonly to: string };

const isPayments = ({ workload }: RawEnd): boolean =>
  ['app=payments', 'env=prod'].every((term) => workload?.labels.some(({ key, value }) => `${key}=${value}` === term));
const edgeOf = ({ src, dst, service: { proto, port }, icmp_type: icmp }: RawRow): string =>
  [src.workload?.href ?? src.ip, dst.workload?.href ?? dst.ip, proto, icmp === undefined ? port : ''].join(' ');

// Payments goes to full enforcement without anybody having looked, and a day like the last happens again.
beforeAll(async () => {
  on = await simulated({ profile: 'small', seed: 7 }, { tools: [verifyChange] });
  pce = rawPce(on.simulator);
  const workloads = (await pce.send('GET', '/orgs/1/workloads?max_results=500')) as readonly {
    readonly href: string;
    readonly managed: boolean;
    readonly labels: NonNullable<RawEnd['workload']>['labels'];
  }[];
  const own = workloads.filter((one) => one.managed && isPayments({ ip: '', workload: { ...one, hostname: '' } }));
  await pce.send(
    'PUT',
    '/orgs/1/workloads/bulk_update',
    own.map(({ href }) => ({ href, enforcement_mode: 'full' })),
  );
  replay = await pce.replay(iso(NOW_MS - DAY_MS), iso(NOW_MS));
});
afterAll(() => on.close());

const verify = (args: object): Promise<Called> =>
  callWith(on.dispatcher, 'verify-change', { minutes: 24 * 60, baseline_days: 1, ...args });

describe('verify-change', () => {
  it('names the edges that passed before and are blocked since, and advises to roll back', async () => {
    const before = await pce.rows(iso(Date.parse(replay.from) - DAY_MS), iso(Date.parse(replay.from) - 1_000));
    const after = await pce.rows(replay.from, replay.to);
    const edges = (rows: readonly RawRow[], test: (row: RawRow) => boolean) =>
      new Set(rows.filter((row) => (isPayments(row.src) || isPayments(row.dst)) && test(row)).map(edgeOf));
    const passed = edges(before, ({ policy_decision: word }) => word !== 'blocked');
    const wasBlocked = edges(before, ({ policy_decision: word }) => word === 'blocked');
    const blocked = edges(after, ({ policy_decision: word }) => word === 'blocked');
    const broke = [...blocked].filter((edge) => passed.has(edge) && !wasBlocked.has(edge));
    expect(broke.length).toBeGreaterThan(5);

    const { structured } = await verify({ start_date: replay.from, app_name: 'payments', env_name: 'prod' });
    expect(structured.totals).toMatchObject({
      broke: broke.length,
      was_blocked: [...blocked].filter((edge) => wasBlocked.has(edge)).length,
      unexplained: 0,
    });
    expect(structured['advice']).toBe('roll_back');
    expect(structured['agreement']).toMatch(/^(\d+) of \1 rows$/);
    const rows = structured.items.filter(({ change }) => change === 'broke');
    expect(rows.reduce((sum, { edges: count }) => sum + Number(count), 0)).toBe(broke.length);
    for (const row of rows) {
      expect(row['because']).toBe('no rule matches');
      expect(row['suggested_rule']).toMatch(/^allow /);
    }
  });

  it('says go where nothing is blocked that passed before', async () => {
    const { structured } = await verify({ start_date: replay.from, app_name: 'ordering', env_name: 'dev' });
    expect(structured.totals).toMatchObject({ broke: 0 });
    expect(structured['advice']).not.toBe('roll_back');
  });

  it('takes a policy version for its time', async () => {
    const { structured } = await verify({ minutes: 60 });
    const versions = (await pce.send('GET', '/orgs/1/sec_policy')) as readonly {
      readonly version: number;
      readonly created_at: string;
    }[];
    const newest = versions.reduce((a, b) => (a.version > b.version ? a : b));
    expect(structured.answer).toContain(`Since version ${newest.version}`);
    expect(structured['since']).toBe(newest.created_at.replace('.000Z', 'Z'));
  });

  it.each([
    [{ version: 100_000 }, 'not_found'],
    [{ plan_id: 'plan_0' }, 'not_found'],
    [{ start_date: 'yesterday' }, 'invalid_window'],
    [{ start_date: '2025-06-15T10:00:00Z', app_name: 'no-such-app' }, 'label_not_found'],
  ])('refuses %j', async (args, error) => {
    expect((await verify(args)).structured.error).toBe(error);
  });
});
