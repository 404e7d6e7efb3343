import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import * as engine from '../../src/model/policy/index.ts';
import { engineAnswers, oracleAnswers } from './compare.ts';
import { policies, QUESTIONS_EACH, questions } from './generate.ts';

const POLICIES = 2000;

it(`the engine and the naive evaluator agree on ${POLICIES * QUESTIONS_EACH} generated flows`, {
  timeout: 300_000,
}, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(policies, questions, (policy, asked) => {
      const expected = oracleAnswers(policy, asked);
      expect(engineAnswers(engine, policy, asked)).toEqual(expected);
      for (const { verdict, class: decidedBy } of expected) {
        const kind = `${verdict} ${decidedBy}`;
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
    }),
    { seed: 20, numRuns: POLICIES },
  );
  // The comparison is worth what it covers: every verdict by every class that can give it must occur.
  const verdicts = [
    'allowed allow',
    'allowed essential',
    'blocked override_deny',
    'blocked deny',
    'blocked default',
    'potentially_blocked override_deny',
    'potentially_blocked deny',
    'potentially_blocked default',
    'maybe null',
    'not_enforced null',
  ];
  for (const verdict of verdicts) expect([verdict, (seen.get(verdict) ?? 0) > 50]).toEqual([verdict, true]);
});
