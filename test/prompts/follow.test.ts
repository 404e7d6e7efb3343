import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '@modelcontextprotocol/client';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { prompts } from '../../src/prompts/index.ts';
import { type Called, callWith, type Structured } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';
import { connected, promptText } from './connected.ts';
import { follow, type Followed } from './follow.ts';

// A reader who does what a prompt says, call by call, on a PCE, and what has become of it.

let on: Simulated;
let client: Client;
const start = async () => {
  on = await simulated({ profile: 'small' });
  client = await connected(on.dispatcher);
};
const stop = async () => {
  await client.close();
  await on.close();
};

const ask = (name: string, args: object): Promise<Called> => callWith(on.dispatcher, name, args);
const answerTo = (done: readonly Followed[], tool: string): Structured => {
  const found = done.findLast((one) => one.tool === tool);
  if (!found) throw new Error(`${tool} was not called`);
  return found.answer.structured;
};

const READ = new Set(catalogue.filter(({ effect }) => effect === 'read').map(({ name }) => name));
const toolsOf = (done: readonly Followed[]): readonly string[] => done.map(({ tool }) => tool);

const ECOMMERCE = { application_name: 'ecommerce', application_environment: 'prod' };
const LABELS = 'app=ecommerce env=prod';

describe('a prompt that changes something', () => {
  beforeEach(start);
  afterEach(stop);

  it('ringfence-application: the ringfence is in force, alone, and full enforcement would break less', async () => {
    const simulate = async () => {
      const { structured } = await ask('simulate-enforcement', {
        app_name: 'ecommerce',
        env_name: 'prod',
        target_mode: 'full',
        policy: 'active',
      });
      return blockedConnections(structured);
    };
    const before = await simulate();
    const pending = (await ask('compare-draft-active', {})).structured.items.map(({ href }) => href);
    const done = await follow(on.dispatcher, await promptText(client, 'ringfence-application', ECOMMERCE));

    const { structured } = await ask('get-rulesets', { name: 'RF-ecommerce-prod', policy: 'active' });
    expect(structured.items.length).toBeGreaterThan(0);
    for (const row of structured.items) expect(row).toMatchObject({ enabled: true, scopes: [LABELS] });
    expect(await simulate()).toBeLessThan(before);
    // Other people's drafts are still theirs to provision.
    const left = (await ask('compare-draft-active', {})).structured.items.map(({ href }) => href);
    expect(left).toEqual(pending);
    expect(pending.length).toBeGreaterThan(0);
    expect(toolsOf(done).filter((tool) => tool === 'apply-plan')).toHaveLength(2);
  });

  it('emergency-isolate-application: nothing reaches it any more, and one call and a provisioning take it back', async () => {
    const blocked = async () => {
      const { structured } = await ask('explain-flow', {
        src: 'app=ordering env=prod',
        dst: LABELS,
        port: 443,
        policy: 'active',
      });
      return structured['verdict'];
    };
    expect(await blocked()).not.toBe('blocked');
    const choose = {
      '<host_that_blocks_nothing>': (done: readonly Followed[]) =>
        answerTo(done, 'get-workloads')
          .items.filter(({ enforcement_mode: mode }) => mode === 'idle' || mode === 'visibility_only')
          .map(({ href }) => String(href)),
    };
    const text = await promptText(client, 'emergency-isolate-application', ECOMMERCE);
    const done = await follow(on.dispatcher, text, { choose });
    expect(await blocked()).toBe('blocked');
    expect(answerTo(done, 'find-rules').items).toMatchObject([
      { kind: 'override_deny', ruleset: 'EMERGENCY-ISOLATE-ecommerce-prod' },
    ]);
    const { structured: modes } = await ask('get-workload-enforcement-status', {
      app_name: 'ecommerce',
      env_name: 'prod',
    });
    expect(modes.items).toMatchObject([{ enforcement_modes: { selective: expect.any(Number) } }]);

    const made = done.find(({ tool }) => tool === 'apply-plan')?.args['plan_id'];
    const href = done.find(({ tool }) => tool === 'provision-policy')?.args['hrefs'];
    expect((await ask('undo-change', { plan_id: made })).isError).toBe(false);
    expect((await ask('provision-policy', { hrefs: href })).isError).toBe(false);
    expect(await blocked()).not.toBe('blocked');
  });

  it('plan-enforcement-rollout: the first application is a step further, and looked at again', async () => {
    const text = await promptText(client, 'plan-enforcement-rollout', { application_environment: 'prod' });
    const done = await follow(on.dispatcher, text, {
      choose: {
        '<app>': (sofar) => {
          const open = answerTo(sofar, 'get-workload-enforcement-status').items.find(({ enforcement_modes: modes }) =>
            Object.keys(Object(modes)).every((mode) => mode === 'visibility_only'),
          );
          return [String(open?.['app'])];
        },
      },
    });
    const { app_name: app } = done.find(({ tool }) => tool === 'enforcement-readiness')?.args ?? {};
    const { structured } = await ask('get-workload-enforcement-status', { app_name: app, env_name: 'prod' });
    expect(structured.items).toMatchObject([{ app, enforcement_modes: { selective: expect.any(Number) } }]);
    expect(answerTo(done, 'plan-rollout').items.length).toBeGreaterThan(0);
    expect(answerTo(done, 'verify-change').answer).toContain('nothing that passed before is blocked');
  });

  it('review-rules: the rule is off in the draft, and the review names its ruleset', async () => {
    const name = String((await ask('get-rulesets', { enabled: true })).structured.items[0]?.['name']);
    const text = await promptText(client, 'review-rules', { ruleset_name: name });
    const rule = (done: readonly Followed[]) => {
      const [ruleSet] = answerTo(done, 'get-rulesets').items;
      const rules = ruleSet?.['rules'] as readonly { readonly href: string; readonly kind: string }[];
      return [String(rules.find(({ href }) => href.includes('/sec_rules/'))?.href)];
    };
    const choose = { '<rule_href>': rule, '<destination>': () => [LABELS] };
    const done = await follow(on.dispatcher, text, { choose });
    expect(answerTo(done, 'update-sec-rule').answer).toContain('Planned');
    const { structured } = await ask('find-rules', { ruleset_name: name, state: 'disabled' });
    expect(structured.items.map(({ href }) => href)).toEqual(rule(done));
    expect(answerTo(done, 'review-draft').items.some((row) => row['name'] === name)).toBe(true);
  });
});

describe('a prompt that looks', () => {
  beforeAll(start);
  afterAll(stop);

  const look = async (name: string, args: Record<string, string> = {}, choose = {}) => {
    const done = await follow(on.dispatcher, await promptText(client, name, args), { choose });
    expect(toolsOf(done).filter((tool) => !READ.has(tool))).toEqual([]);
    return done;
  };

  it('analyze-application-traffic: has rows with every field the view is drawn from', async () => {
    const done = await look('analyze-application-traffic', ECOMMERCE);
    const { items } = answerTo(done, 'map-app-dependencies');
    expect(items.length).toBeGreaterThan(5);
    const fields = ['direction', 'from', 'to', 'service', 'port', 'proto', 'policy', 'connections', 'peer_class'];
    const text = await promptText(client, 'analyze-application-traffic', ECOMMERCE);
    for (const field of fields) {
      expect(text).toContain(field);
      expect(
        items.some((row) => field in row),
        field,
      ).toBe(true);
    }
    expect(text).toContain('React');
    expect(answerTo(done, 'report-egress').answer).toMatch(/internet|destination/);
  });

  it.each([{}, { application_environment: 'prod' }])(
    'security-assessment of %o: every control has a verdict',
    async (args) => {
      const done = await look('security-assessment', args);
      const { totals, items } = answerTo(done, 'compliance-check');
      expect(totals).toMatchObject({ total_checks: items.length });
      expect(items.length).toBeGreaterThan(5);
      expect(answerTo(done, 'get-workload-enforcement-status').totals['total_workloads']).toBeGreaterThan(50);
    },
  );

  it('daily-brief: has events, agents, pending policy, versions and blocked traffic', async () => {
    const done = await look('daily-brief');
    expect(answerTo(done, 'get-vens').items.length).toBeGreaterThan(0);
    expect(answerTo(done, 'compare-draft-active').totals['total']).toBeGreaterThan(0);
    expect(answerTo(done, 'get-policy-versions').items).toHaveLength(5);
    expect(answerTo(done, 'get-traffic-flows-summary').totals['connections']).toBeGreaterThan(0);
  });

  it('investigate-host: has what the host is, its peers, its processes and its reach', async () => {
    const [host] = (await ask('get-workloads', { labels: LABELS, managed: true })).structured.items;
    const choose = { '<app>': () => ['ecommerce'], '<env>': () => ['prod'] };
    const done = await look('investigate-host', { host: String(host?.['hostname']) }, choose);
    expect(answerTo(done, 'get-workloads').items).toMatchObject([{ href: host?.['href'] }]);
    expect(answerTo(done, 'who-talks-to').totals['peers']).toBeGreaterThan(0);
    expect(answerTo(done, 'explain-activity').totals['processes']).toBeGreaterThan(0);
    expect(answerTo(done, 'blast-radius').totals['reached']).toBeGreaterThan(0);
    expect(answerTo(done, 'detect-lateral-movement-paths').items.length).toBeGreaterThan(0);
  });
});

it('every prompt is followed by a test', () => {
  expect(prompts.map(({ name }) => name).sort()).toEqual([
    'analyze-application-traffic',
    'daily-brief',
    'emergency-isolate-application',
    'investigate-host',
    'plan-enforcement-rollout',
    'review-rules',
    'ringfence-application',
    'security-assessment',
  ]);
});

const blockedConnections = ({ totals }: Structured): number => {
  const { will_break: broken } = totals as { readonly will_break: { readonly connections: number } };
  return broken.connections;
};
