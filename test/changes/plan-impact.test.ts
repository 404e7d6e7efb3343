import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RawPce, rawPce, type RawRow } from '../analysis/raw-flows.ts';
import { type Called, callWith } from '../catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../catalogue/simulated.ts';

/**
 * What plans say of traffic is what the PCE then blocks: the plan is applied, the same month of traffic happens again, and the rows are
 * compared from raw downloads, which share no code with the tools.
 */
const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const MONTH = { from: iso(NOW_MS - 30 * DAY_MS), to: iso(NOW_MS) };

interface Impact {
  readonly sentence: string;
  readonly newly_blocked?: { readonly edges: number; readonly connections: number };
  readonly newly_allowed?: { readonly edges: number; readonly connections: number };
  readonly newly_blocked_rows?: number;
  readonly flows?: readonly string[];
}

const impactOf = ({ structured }: Called): Impact => structured['traffic_impact'] as Impact;

const flowKey = ({ src, dst, service: { proto, port }, icmp_type: type, icmp_code: code }: RawRow): string =>
  JSON.stringify([src.ip, src.fqdn, dst.ip, dst.fqdn, proto, port, type, code]);
const rowKey = (row: RawRow): string => JSON.stringify([flowKey(row), row.service, row.flow_direction]);

let on: Simulated;
let pce: RawPce;
beforeAll(async () => {
  on = await simulated({ profile: 'small', seed: 3 });
  pce = rawPce(on.simulator);
  await pce.send('PUT', '/orgs/1/sec_policy/delete', {});
});
afterAll(() => on.close());

async function ok(name: string, args: object = {}): Promise<Called> {
  const answer = await callWith(on.dispatcher, name, args);
  expect(answer.isError, `${name}: ${answer.text}`).toBe(false);
  return answer;
}
const apply = ({ structured }: Called): Promise<Called> => ok('apply-plan', { plan_id: structured['plan_id'] });

/** The month as it happens under the policy of now. */
async function again(): Promise<readonly RawRow[]> {
  const { from, to } = await pce.replay(MONTH.from, MONTH.to);
  return pce.rows(from, to);
}

/** Rows that are blocked when the month happens again, of flows that nothing blocked in `before`. */
async function newlyBlocked(before: readonly RawRow[]): Promise<number> {
  const after = await again();
  const blockedBefore = new Set(before.filter((row) => row.policy_decision === 'blocked').map(flowKey));
  const passed = new Set(before.filter((row) => !blockedBefore.has(flowKey(row))).map(rowKey));
  return after.filter((row) => row.policy_decision === 'blocked' && passed.has(rowKey(row))).length;
}

it('of a draft, of its provisioning, and of the way back from both', async () => {
  const before = await again();
  const drafted = await ok('delete-ruleset', { name: 'CORE | SIEM', dry_run: true });
  const told = impactOf(drafted);
  const shown = await ok('apply-plan', { plan_id: drafted.structured['plan_id'], dry_run: true });
  await apply(drafted);
  const compared = await ok('compare-draft-active');
  const reverted = await ok('revert-draft', {
    hrefs: compared.structured.items.map(({ href }) => href),
    dry_run: true,
  });
  const provisioned = await ok('provision-policy', { dry_run: true });
  const { structured } = await apply(provisioned);

  const happened = await newlyBlocked(before);
  expect(happened).toBeGreaterThan(5);
  for (const answer of [drafted, shown, compared, provisioned]) {
    expect(impactOf(answer)).toMatchObject({ newly_blocked_rows: happened, newly_blocked: told.newly_blocked });
    expect(answer.structured.answer).toContain(`${told.newly_blocked?.edges} newly blocked`);
    expect(impactOf(answer).flows?.[0]).toMatch(/^newly blocked: .* -> /);
  }
  const back = [
    reverted,
    await ok('rollback-policy', { dry_run: true }),
    await ok('undo-change', { plan_id: structured['plan_id'], dry_run: true }),
  ];
  for (const answer of back) expect(impactOf(answer).newly_allowed).toEqual(told.newly_blocked);
  await ok('rollback-policy');
  expect(await newlyBlocked(before)).toBe(0);
});

it('of enforcement modes, which take effect at once', async () => {
  const before = await again();
  const planned = await ok('set-enforcement-mode', { labels: 'env=prod', enforcement_mode: 'full', dry_run: true });
  await apply(planned);
  const happened = await newlyBlocked(before);
  expect(happened).toBeGreaterThan(10);
  expect(impactOf(planned).newly_blocked_rows).toBe(happened);
});

it('is none where no rule changes, and then no traffic is read', async () => {
  const queries = async (): Promise<number> => {
    const { requests } = (await (await fetch(`${on.simulator.url}/_sim/requests`)).json()) as {
      readonly requests: readonly { readonly path: string }[];
    };
    return requests.filter(({ path }) => path.includes('/traffic_flows/')).length;
  };
  const earlier = await queries();
  const list = { name: 'Nobody uses this', ip_ranges: [{ from_ip: '198.51.100.0/24' }] };
  const said = [
    await ok('create-iplist', { ...list, dry_run: true }),
    await ok('update-ruleset', { name: 'CORE | NTP', description: 'Time', dry_run: true }),
    await ok('create-ruleset', { name: 'Empty', scopes: [[]], dry_run: true }),
  ].map((answer) => impactOf(answer).sentence);
  expect(said).toEqual([
    'No effect on traffic: no enabled rule uses what changes.',
    'No effect on traffic: only names or descriptions change.',
    'No effect on traffic: no enabled rule changes.',
  ]);
  const label = await ok('create-label', { key: 'role', value: 'new', dry_run: true });
  expect(label.structured['traffic_impact']).toBeUndefined();
  expect(await queries()).toBe(earlier);
});

it('where traffic cannot be read, the plan is made all the same and says so', async () => {
  const faults = JSON.stringify([
    { match: { path: '/orgs/1/traffic_flows/async_queries' }, effect: { kind: 'status', status: 403 } },
  ]);
  await fetch(`${on.simulator.url}/_sim/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: faults,
  });
  const { structured } = await ok('delete-ruleset', { name: 'CORE | NTP', dry_run: true });
  expect(structured).toMatchObject({ state: 'planned', plan_id: expect.stringMatching(/^plan_/) });
  expect(structured.answer).toContain('The effect on traffic is not known: it cannot be read (pce_forbidden).');
  expect(structured.coverage.gaps).toEqual([expect.stringMatching(/^traffic: /)]);
  const none = await ok('compare-draft-active', { lookback_days: 0 });
  expect(none.structured['traffic_impact']).toBeUndefined();
});
