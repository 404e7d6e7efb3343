import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Called, callWith } from '../../../test/catalogue/call.ts';
import { type Simulated, simulated } from '../../../test/catalogue/simulated.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'small' });
});
afterAll(() => pce.close());

async function ok(name: string, args: object): Promise<Called['structured']> {
  const { structured, isError, text } = await callWith(pce.dispatcher, name, args);
  expect(isError, text).toBe(false);
  return structured;
}

const SMB = { services: [{ port: 445, proto: 'tcp' }], to: 'env=prod' };
const does = ({ items }: Called['structured']): readonly string[] => items.map((item) => String(item['does']));
const collection = () => `/orgs/${pce.pce.orgId}/sec_policy/draft/rule_sets`;

describe('plan-containment', () => {
  it('plans a deny with an exception for each pair of applications in use, and sends nothing', async () => {
    const before = (await pce.pce.list(collection())).length;
    const plan = await ok('plan-containment', SMB);
    expect(plan).toMatchObject({ state: 'planned', dry_run: true });
    expect(await pce.pce.list(collection())).toHaveLength(before);
    expect(does(plan).slice(0, 2)).toEqual([
      'create ruleset CONTAIN | 445/tcp',
      'create rule: deny iplist:"Any (0.0.0.0/0 and ::/0)" -> env=prod on 445/tcp',
    ]);

    // The pairs again, from the flows.
    const { items } = await ok('get-traffic-flows-summary', {
      include_destinations: ['env=prod'],
      include_services: [{ port: 445, proto: 'tcp' }],
      policy_decisions: ['allowed', 'potentially_blocked', 'unknown'],
      group_by: ['source_app', 'source_env', 'destination_app', 'destination_env'],
      detail_level: 'full',
    });
    const pairs = items.map((item) =>
      ['source_app', 'source_env', 'destination_app', 'destination_env'].map((name) => item[name]),
    );
    const labelled = pairs.filter((pair) => pair.every((value) => value !== undefined && value !== '-'));
    expect(plan['exceptions']).toBe(labelled.length);
    expect(labelled.length).toBeGreaterThan(0);
    const [from, fromEnv, to, toEnv] = labelled[0] ?? [];
    expect(does(plan).join()).toContain(
      `allow app=${String(from)} env=${String(fromEnv)} -> app=${String(to)} env=${String(toEnv)} on 445/tcp`,
    );
  });

  it('blocks more without exceptions than with them, and keeps environments apart', async () => {
    const edges = (plan: Called['structured']): number => (plan['would_block'] as { readonly edges: number }).edges;
    const bare = await ok('plan-containment', { ...SMB, exceptions: 'none', ruleset_name: 'bare' });
    expect(edges(bare)).toBeGreaterThan(edges(await ok('plan-containment', { ...SMB, ruleset_name: 'kind' })));
    const apart = await ok('plan-containment', {
      services: [{ service: 'All Services' }],
      from: 'env=dev',
      to: 'env=prod',
      exceptions: 'none',
    });
    expect(does(apart)).toEqual([
      'create ruleset CONTAIN | All Services',
      'create rule: deny env=dev -> env=prod on All Services',
    ]);
  });

  it('is applied by apply-plan, and then there is nothing left to plan', async () => {
    const plan = await ok('plan-containment', SMB);
    expect((await ok('apply-plan', { plan_id: plan['plan_id'] }))['state']).toBe('applied');
    const again = await callWith(pce.dispatcher, 'plan-containment', SMB);
    expect(again.structured.error).toBe('nothing_to_change');
    await ok('undo-change', { plan_id: plan['plan_id'] });
  });

  it('refuses names that are not there', async () => {
    const { structured } = await callWith(pce.dispatcher, 'plan-containment', { ...SMB, to: 'env=pro' });
    expect(structured.error).toBe('label_not_found');
  });
});
