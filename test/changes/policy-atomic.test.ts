import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/simulator/faults/fault.ts';
import createRuleset from '../../src/tools/policy/create-ruleset.ts';
import { policyWorld } from './policy-world.ts';

const { call, ok, faults, pce, sent } = await policyWorld([createRuleset]);
const RULE = { consumers: ['role=Web'], providers: ['role=DB'], ingress_services: [{ port: 5432, proto: 'tcp' }] };
const withName = (name: string) => ({
  name,
  scopes: [['app=CRM']],
  rules: [RULE, { ...RULE, rule_type: 'deny' }, { ...RULE, rule_type: 'override_deny' }],
});

const standing = (name: string) => pce.list('/orgs/1/sec_policy/draft/rule_sets', { name });
/**
 * Whether some of the creations fail. A read is repeated after a broken connection, not after a 500; a write that certainly did not happen is
 * not repeated; one that did is found.
 */
const EFFECTS: readonly (readonly [FaultEffect, fails: boolean])[] = [
  [{ kind: 'status', status: 500, when: 'before' }, true],
  [{ kind: 'status', status: 500, when: 'after' }, true],
  [{ kind: 'reset', when: 'before' }, true],
  [{ kind: 'reset', when: 'after' }, false],
];

/** More than a creation takes, and than its taking back does. */
const MAX_REQUESTS = 80;

describe.each(EFFECTS)('a ruleset with three rules, the PCE failing once with %o', (effect, fails) => {
  it('at every request in turn leaves all of it or nothing, and the answer says which', async () => {
    const seen = { made: 0, failed: 0, all: false };
    for (let nth = 1; nth <= MAX_REQUESTS; nth++) {
      const name = `${effect.kind} ${'when' in effect ? effect.when : ''} ${nth}`;
      const before = await pce.list('/orgs/1/sec_policy/draft/rule_sets');
      await faults([{ match: { nth, path: '/orgs/**' }, effect }]);
      const { isError, structured, text } = await call('create-ruleset', withName(name));
      const hits = await faults([]);
      const found = await standing(name);
      if (isError) {
        seen.failed++;
        expect([name, found, await pce.list('/orgs/1/sec_policy/draft/rule_sets')]).toEqual([name, [], before]);
        // Before the first write there is nothing to take back, and the failure is the PCE's own.
        if (structured.error === 'change_failed') expect(text).toContain('nothing stands');
        else expect(structured.error).toMatch(/^pce_/);
      } else {
        seen.made++;
        expect([name, found]).toMatchObject([
          name,
          [{ rules: [{}], deny_rules: [{ override: false }, { override: true }] }],
        ]);
        expect(structured['state']).toBe('applied');
      }
      seen.all = !hits;
      if (seen.all) break;
    }
    expect(seen.all).toBe(true);
    expect([seen.made > 1, seen.failed > 0]).toEqual([true, fails]);
  }, 60_000);
});

it('a PCE that refuses the last rule leaves nothing, and every step is told', async () => {
  await sent();
  await faults([
    { match: { method: 'POST', path: '/**/deny_rules', nth: 2 }, effect: { kind: 'status', status: 406 } },
  ]);
  const { isError, structured } = await call('create-ruleset', withName('Refused'));
  await faults([]);
  expect([isError, structured.error, await standing('Refused')]).toEqual([true, 'change_failed', []]);
  expect(structured['steps']).toEqual([
    expect.stringMatching(/^1\. create ruleset Refused.*: undone/),
    expect.stringMatching(/^2\. create rule: allow.*: undone/),
    expect.stringMatching(/^3\. create rule: deny.*: undone/),
    expect.stringMatching(/^4\. create rule: override deny.*: failed/),
  ]);
  const requests = await sent();
  expect(requests.filter((request) => request.startsWith('POST')).length).toBe(4);
  expect(requests.filter((request) => request.startsWith('DELETE')).length).toBe(3);
  await ok('create-ruleset', withName('Refused'));
});
