import { afterEach, describe, expect, it } from 'vitest';
import { json, quickHttp, type Seen, startFixture } from '../testing/fixture.ts';
import { readRuleSets } from './policy.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const hrefOf = (id: number): string => `/orgs/1/sec_policy/draft/rule_sets/${id}`;
const NOT_FOUND = [{ token: 'not_found_error', message: 'Not found' }];

/** An old PCE: deny rules are not embedded. `denyRules` answers for each ruleset: how many, or null where there is no endpoint. */
async function oldPce(
  count: number,
  denyRules: (id: number) => number | null,
  isGone: (id: number) => boolean = () => false,
) {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const fixture = await startFixture(({ path }: Seen, response) => {
    const id = Number(/rule_sets\/(\d+)/.exec(path)?.[1]);
    if (path.endsWith('/deny_rules')) {
      const rules = isGone(id) ? null : denyRules(id);
      if (rules === null) return json(response, 404, NOT_FOUND);
      const rule = { href: `${hrefOf(id)}/deny_rules/1`, providers: [], consumers: [], ingress_services: [] };
      return json(
        response,
        200,
        Array.from({ length: rules }, () => rule),
      );
    }
    if (!Number.isNaN(id))
      return isGone(id) ? json(response, 404, NOT_FOUND) : json(response, 200, { href: hrefOf(id) });
    const body = ids.map((each) => ({ href: hrefOf(each), name: `rs${each}`, scopes: [[]], rules: [] }));
    return json(response, 200, body, { 'x-matched-count': `${count}` });
  });
  const http = quickHttp(fixture.settings());
  opened.push(fixture, http);
  const { items } = await readRuleSets(http, 'draft', {}, {});
  const asked = fixture.seen.filter(({ path }) => path.endsWith('/deny_rules')).length;
  return { rules: items.map((ruleSet) => ruleSet.rules.length), asked };
}

describe('deny rules that are not embedded', () => {
  it('are fetched for each ruleset', async () => {
    expect(await oldPce(10, (id) => id % 3)).toEqual({ rules: [1, 2, 0, 1, 2, 0, 1, 2, 0, 1], asked: 10 });
  });

  it('are not asked for again where the PCE does not know them', async () => {
    const { rules, asked } = await oldPce(100, () => null);
    expect(rules.every((length) => length === 0)).toBe(true);
    expect(asked).toBeLessThan(20);
  });

  it('are not given up for all because one ruleset was deleted meanwhile', async () => {
    const { rules } = await oldPce(
      12,
      () => 1,
      (id) => id === 1,
    );
    expect(rules).toEqual([0, ...Array.from({ length: 11 }, () => 1)]);
  });
});
