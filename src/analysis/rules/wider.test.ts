import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RuleReach } from './members.ts';
import { candidatesAmong } from './wider.ts';

/** Some of a few hosts, or all of more than any list takes one by one. */
const CROWD = Array.from({ length: 300 }, (_, index) => index);
const hosts = fc.oneof(
  { weight: 5, arbitrary: fc.subarray([0, 1, 2, 3, 4]) },
  { weight: 1, arbitrary: fc.constant(CROWD) },
);
const part = fc.record({ providers: hosts, consumers: hosts });
const rules = fc.array(fc.array(part, { minLength: 1, maxLength: 2 }), { maxLength: 8 });

// Only whom the parts select matters here.
const reaching = (parts: readonly { readonly providers: number[]; readonly consumers: number[] }[]) => ({
  parts: parts.map(({ providers, consumers }) => ({
    providers: { workloads: new Set(providers) },
    consumers: { workloads: new Set(consumers) },
  })) as unknown as readonly RuleReach[],
});

it('leaves out no rule that could hold another one inside, keeps their order, and looks at few', () => {
  let [looked, all] = [0, 0];
  fc.assert(
    fc.property(rules, (given) => {
      const policy = given.map(reaching);
      const around = candidatesAmong(policy);
      for (const [index, parts] of given.entries()) {
        const candidates = around(policy[index] ?? { parts: [] });
        const orders = candidates.map((one) => policy.indexOf(one));
        expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
        looked += orders.length;
        all += policy.length;
        const holding = given.flatMap((wide, other) => {
          const isInside = parts.every((narrow) =>
            wide.some((one) =>
              (['providers', 'consumers'] as const).every((side) =>
                narrow[side].every((host) => one[side].includes(host)),
              ),
            ),
          );
          return isInside ? [other] : [];
        });
        expect(orders).toEqual(expect.arrayContaining(holding));
      }
    }),
  );
  expect(looked).toBeLessThan(0.8 * all);
});
