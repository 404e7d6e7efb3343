import { expect, it } from 'vitest';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ToolContext } from '../tool.ts';
import { withItsRules } from './rule-set.ts';

const HREF = '/orgs/1/sec_policy/draft/rule_sets/3';
const RULE_SET = { href: HREF, name: 'Old', enabled: true, scopes: [[]], rules: [], update_type: null };
const deny = (id: number, updateType: string | null): JsonObject => ({
  href: `${HREF}/deny_rules/${id}`,
  enabled: true,
  override: false,
  providers: [{ actors: 'ams' }],
  consumers: [{ actors: 'ams' }],
  ingress_services: [{ port: 22, proto: 6 }],
  update_type: updateType,
});

/** A context whose PCE knows one list. */
const pceThat = (list: (path: string) => Promise<readonly JsonObject[]>): ToolContext =>
  ({
    changes: () => Promise.resolve({ pce: { orgId: '1', list } }),
    signal: new AbortController().signal,
  }) as unknown as ToolContext;

it('reads deny rules on their own from a PCE that does not embed them, less those pending deletion', async () => {
  const asked: string[] = [];
  const context = pceThat((path) => {
    asked.push(path);
    return Promise.resolve([deny(1, null), deny(2, 'delete')]);
  });
  const { ruleSet, denyRules } = await withItsRules(RULE_SET, context);
  expect([ruleSet.rules.map(({ href, kind }) => [href, kind]), denyRules.length, asked]).toEqual([
    [[`${HREF}/deny_rules/1`, 'deny']],
    1,
    [`${HREF}/deny_rules`],
  ]);
});

it('takes a PCE that has no deny rules at its word, and no other failure for that', async () => {
  const failing = (code: 'pce_not_found' | 'pce_unavailable') => pceThat(() => Promise.reject(new Failure(code)));
  expect((await withItsRules(RULE_SET, failing('pce_not_found'))).denyRules).toEqual([]);
  await expect(withItsRules(RULE_SET, failing('pce_unavailable'))).rejects.toMatchObject({ code: 'pce_unavailable' });
});
