import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Called, callWith } from '../../../test/catalogue/call.ts';
import { FLAVOURS, ringfenceLoop } from '../../../test/analysis/ringfence-loop.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { flowTables } from '../../work/flow-tables.ts';

const flows = flowTables();
afterAll(() => flows.close());
let pce: Simulated;
beforeEach(async () => {
  // A connection of its own for each test: together they would run into the quota of requests.
  pce = await simulated({ profile: 'small' }, { flows });
});
afterEach(() => pce.close());

async function ok(name: string, args: object): Promise<Called['structured']> {
  const { structured, isError, text } = await callWith(pce.dispatcher, name, args);
  expect(isError, text).toBe(false);
  return structured;
}

const rulesOf = (answer: Called['structured']) =>
  (answer['ruleset'] as { readonly rules: readonly { readonly type: string; readonly rule: string }[] }).rules;
const hrefOf = (answer: Called['structured']) => String((answer['ruleset'] as { readonly href?: string }).href);

// All of them, on all applications: test/full/ringfence-flavours.test.ts.
it.each([
  ['ordering', 'prod', { selective: true, deny_consumer: 'any', skip_allowed: true }],
  ['monitoring', 'prod', { selective: false, deny_consumer: 'any', skip_allowed: false }],
] as const)('a ringfence of %s (%s) is planned, applied, provisioned, and then complete', async (app, env, options) => {
  expect.hasAssertions();
  await ringfenceLoop(app, env, options);
});

describe('create-ringfence', () => {
  it('makes the deny of its flavour, on All Services or on what is asked', async () => {
    const deny = async (args: object): Promise<string | undefined> =>
      rulesOf(
        await ok('create-ringfence', {
          app_name: 'tokenizer',
          env_name: 'prod',
          selective: true,
          dry_run: true,
          ...args,
        }),
      ).find(({ type }) => type.startsWith('deny'))?.rule;
    const any = 'iplist:"Any (0.0.0.0/0 and ::/0)"';
    expect(await deny({})).toBe(`deny ${any} -> ams on All Services`);
    expect(await deny({ deny_consumer: 'ams' })).toBe('deny ams -> ams on All Services');
    expect(await deny({ deny_consumer: 'ams_and_any' })).toBe(`deny ams ${any} -> ams on All Services`);
    expect(await deny({ deny_service: [{ port: 3389, proto: 'tcp' }] })).toBe(`deny ${any} -> ams on 3389/tcp`);
    const unused = await ok('create-ringfence', {
      app_name: 'tokenizer',
      env_name: 'prod',
      deny_service: [{ port: 3389 }],
      dry_run: true,
    });
    expect(unused['warnings']).toContain('deny_service is used with selective only.');
  });

  it('takes no flavour of the deny for a standard ringfence: it has none', async () => {
    const planned = async (args: object) => {
      const { requests, ruleset } = await ok('create-ringfence', {
        app_name: 'ordering',
        env_name: 'dev',
        ruleset_name: 'Standard',
        dry_run: true,
        ...args,
      });
      return JSON.stringify([requests, ruleset]);
    };
    for (const skip_allowed of [true, false]) {
      const plain = await planned({ skip_allowed });
      expect(plain).not.toContain('deny');
      for (const deny_consumer of FLAVOURS) expect(await planned({ skip_allowed, deny_consumer })).toBe(plain);
    }
  });

  it('writes rules by role, and by port, when asked', async () => {
    const tiered = await ok('create-ringfence', {
      app_name: 'ordering',
      env_name: 'dev',
      ruleset_name: 'T',
      tier: 'tiered',
      dry_run: true,
    });
    const strict = await ok('create-ringfence', {
      app_name: 'ordering',
      env_name: 'dev',
      ruleset_name: 'S',
      tier: 'strict',
      dry_run: true,
    });
    const inside = (answer: Called['structured']) =>
      rulesOf(answer)
        .filter(({ type }) => type === 'intra-scope')
        .map(({ rule }) => rule);
    expect(inside(tiered)).toContain('allow role=lb -> role=web on All Services');
    expect(inside(strict)).toContain('allow role=lb -> role=web on 8080/tcp');
    for (const { rule } of rulesOf(strict)) expect(rule).not.toContain('All Services');
    for (const { rule } of rulesOf(tiered)) expect(rule).toMatch(/role=\S+ -> role=\S+ on All Services$/);
  });

  it('lists sources without labels with what becomes of them, and allows those it can when told to', async () => {
    const args = { app_name: 'ad-core', env_name: 'prod', ruleset_name: 'others', selective: true, dry_run: true };
    const listed = await ok('create-ringfence', args);
    const others = listed['other_sources'] as readonly { readonly kind: string; readonly handling: string }[];
    expect(others.length).toBeGreaterThan(0);
    for (const { handling } of others) expect(handling).toBe('blocked by the deny rule unless another rule allows it');
    const allowed = await ok('create-ringfence', { ...args, other_sources: 'allow' });
    const handled = allowed['other_sources'] as typeof others;
    expect(
      new Set(handled.filter(({ kind }) => kind !== 'address' && kind !== 'internet').map(({ handling }) => handling)),
    ).toEqual(new Set(['allowed by a rule of its own']));
    expect(Number(allowed.totals['requests'])).toBeGreaterThan(Number(listed.totals['requests']));
  });

  it('adds outbound rules, in one ruleset or in one of each remote application', async () => {
    const args = { app_name: 'tokenizer', env_name: 'prod', outbound: true, dry_run: true };
    const one = await ok('create-ringfence', args);
    expect(one.items.map(({ does }) => does)).toContain('create ruleset tokenizer-outbound');
    const outward = rulesOf(one).filter(({ type }) => type === 'allow (outbound)');
    expect(outward.length).toBe((one['outbound_remote_apps'] as readonly unknown[]).length);
    expect(outward[0]?.rule).toMatch(/^allow app=tokenizer env=prod -> app=\S+ env=\S+ on All Services$/);
    const many = await ok('create-ringfence', { ...args, remote_rulesets: true });
    // Whatever is no rule is a ruleset.
    expect(Number(many.totals['requests']) - rulesOf(many).length).toBe(outward.length + 1);
  });

  it('says what it would block, and undoes what it made', async () => {
    const made = await ok('create-ringfence', {
      app_name: 'file-services',
      env_name: 'prod',
      ruleset_name: 'Once',
      selective: true,
    });
    expect(made['would_block']).toMatchObject({ if_mode: 'selective', edges: expect.any(Number) });
    const href = hrefOf(made);
    expect(await pce.pce.read(href)).not.toBeNull();
    await ok('undo-change', { plan_id: made['plan_id'] });
    expect(await pce.pce.read(href)).toBeNull();
  });

  it('never merges into a ruleset of another scope, nor takes a name for another', async () => {
    const refused = async (args: object) => (await callWith(pce.dispatcher, 'create-ringfence', args)).structured.error;
    expect(await refused({ app_name: 'order', env_name: 'prod' })).toBe('label_not_found');
    expect(await refused({ app_name: 'ordering', env_name: 'prod', ruleset_name: 'RF | tokenizer | prod' })).toBe(
      'already_exists',
    );
    expect(
      await refused({ app_name: 'tokenizer', env_name: 'prod', selective: true, deny_service: [{ service: 'HTTP' }] }),
    ).toBe('not_found');
  });
});
