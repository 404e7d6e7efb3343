import { expect } from 'vitest';
import { type Called, callWith } from '../catalogue/call.ts';
import { NOW_MS, simulated } from '../catalogue/simulated.ts';
import { type RawEnd, rawPce } from './raw-flows.ts';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const nameOf = ({ workload }: RawEnd): string => {
  const [app, env] = ['app', 'env'].map((key) => workload?.labels.find((label) => label.key === key)?.value);
  return `${app} (${env})`;
};

type Answer = Called['structured'];
type Ask = (name: string, args: object) => Promise<Answer>;

interface RemoteRow {
  readonly app: string;
  readonly env: string;
  readonly coverage: string;
}
const remotesOf = (answer: Answer): readonly RemoteRow[] => answer['inbound_remote_apps'] as readonly RemoteRow[];
const rulesOf = (answer: Answer) =>
  (answer['ruleset'] as { readonly rules: readonly { readonly type: string; readonly rule: string }[] }).rules;
const hrefOf = (answer: Answer) => String((answer['ruleset'] as { readonly href?: string }).href);

export const FLAVOURS = ['any', 'ams', 'ams_and_any'] as const;

export interface RingfenceOptions {
  readonly selective: boolean;
  readonly deny_consumer: (typeof FLAVOURS)[number];
  readonly skip_allowed: boolean;
}

/** already_allowed and newly_allowed again, from the raw flows of get-traffic-flows. */
async function recomputed(ok: Ask, app: string, env: string): Promise<Readonly<Record<string, string>>> {
  const structured = await ok('get-traffic-flows-summary', {
    include_destinations: [`app=${app}`, `env=${env}`],
    group_by: ['source_app', 'source_env', 'policy'],
    detail_level: 'full',
  });
  const coverage: Record<string, string> = {};
  for (const item of structured.items) {
    const [from, fromEnv] = [item['source_app'], item['source_env']].map(String);
    if (from === '-' || fromEnv === '-' || (from === app && fromEnv === env)) continue;
    const name = `${from} (${fromEnv})`;
    coverage[name] =
      item['policy'] === 'allowed' && coverage[name] !== 'newly_allowed' ? 'already_allowed' : 'newly_allowed';
  }
  return coverage;
}

/**
 * A ringfence from the plan to the policy in force and back to the plan: what it lets in is what a re-computation says, a second one finds
 * nothing to do, and the same traffic, decided by the PCE, is covered.
 */
export async function ringfenceLoop(app: string, env: string, options: RingfenceOptions): Promise<void> {
  // A connection of its own for each: together they would run into the quota of requests.
  const pce = await simulated({ profile: 'small' });
  const ok: Ask = async (name, args) => {
    const { structured, isError, text } = await callWith(pce.dispatcher, name, args);
    expect(isError, text).toBe(false);
    return structured;
  };
  try {
    const args = { app_name: app, env_name: env, ...options };
    const planned = await ok('create-ringfence', { ...args, dry_run: true });
    expect(planned).toMatchObject({ state: 'planned', dry_run: true, app, env });

    const expected = await recomputed(ok, app, env);
    expect(Object.fromEntries(remotesOf(planned).map((one) => [`${one.app} (${one.env})`, one.coverage]))).toEqual(
      expected,
    );
    const wanted = Object.entries(expected).filter(
      ([, coverage]) => !options.skip_allowed || coverage === 'newly_allowed',
    );
    // The ruleset, its inside, its deny, and a rule for each remote application that is wanted.
    const rules = 1 + (options.selective ? 1 : 0) + wanted.length;
    expect(planned.totals['requests']).toBe(1 + rules);
    const types = Object.groupBy(rulesOf(planned), ({ type }) => type);
    expect(types['intra-scope']).toHaveLength(1);
    expect(types['deny (block all inbound)'] ?? []).toHaveLength(options.selective ? 1 : 0);

    const applied = await ok('apply-plan', { plan_id: planned['plan_id'] });
    expect(applied['state']).toBe('applied');
    const again = await ok('create-ringfence', args);
    expect(again).toMatchObject({ state: 'unchanged', items: [] });

    await ok('provision-policy', { hrefs: [hrefOf(again)] });
    const after = await ok('create-ringfence', { ...args, skip_allowed: false });
    // What was skipped is wanted now; nothing else is.
    expect(rulesOf(after).every(({ rule }) => rule.startsWith('allow app='))).toBe(true);
    expect(after.totals['requests']).toBe(options.skip_allowed ? Object.keys(expected).length - wanted.length : 0);

    // The same traffic again, as the PCE itself decides it now: nothing from an observed application lacks a rule.
    const raw = rawPce(pce.simulator);
    const replayed = await raw.replay(iso(NOW_MS - 3 * DAY_MS), iso(NOW_MS));
    const rows = (await raw.rows(replayed.from, replayed.to)).filter(
      ({ src, dst }) => nameOf(dst) === `${app} (${env})` && nameOf(src) in expected,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ policy_decision: word }) => word !== 'allowed' && word !== 'unknown')).toEqual([]);

    // Every observed remote application is covered: enforcing breaks nothing that comes from one.
    const enforced = await callWith(pce.dispatcher, 'simulate-enforcement', {
      app_name: app,
      env_name: env,
      target_mode: options.selective ? 'selective' : 'full',
    });
    expect(enforced.isError, enforced.text).toBe(false);
    const broken = enforced.structured.items.filter(
      (item) =>
        item['change'] === 'will_break' &&
        /\bapp=/.test(String(item['from'])) &&
        /\benv=/.test(String(item['from'])) &&
        String(item['to']).includes(`app=${app} env=${env}`),
    );
    expect(broken).toEqual([]);
  } finally {
    await pce.close();
  }
}
