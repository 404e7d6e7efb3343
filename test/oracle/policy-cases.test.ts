import { describe, expect, it } from 'vitest';
import type { Decision, EndDecision } from '../../src/model/policy/decision.ts';
import { compilePolicy, decide } from '../../src/model/policy/index.ts';
import {
  type Expected,
  type ExpectedEnd,
  type PolicyCase,
  questionOf,
  readPolicyCases,
  ruleHref,
  sourceOf,
} from './policy-cases.ts';

const file = readPolicyCases();

const oneOf = <T>(expected: T | T[]): T[] => (Array.isArray(expected) ? expected : [expected]);

function expectEnd(actual: EndDecision | null, expected: ExpectedEnd | null): void {
  if (expected === null || actual === null) {
    expect(actual).toBe(expected);
    return;
  }
  expect(actual.verdict).toBe(expected.verdict);
  if (expected.class !== null) expect(oneOf<string | null>(expected.class)).toContain(actual.class);
  if (expected.rules !== null) expect([...actual.rules].sort()).toEqual(expected.rules.map(ruleHref).sort());
}

function expectDecision(actual: Decision, expected: Expected): void {
  expect(actual.verdict).toBe(expected.verdict);
  expect(actual.at).toBe(expected.at === 'none' ? null : expected.at);
  if (expected.class !== null) expect(oneOf<string | null>(expected.class)).toContain(actual.class);
  if (expected.decided_by === 'default' || expected.decided_by === 'essential') {
    expect(actual.class).toBe(expected.decided_by);
    expect(actual.rules).toEqual([]);
  } else if (expected.decided_by !== null)
    expect([...actual.rules].sort()).toEqual(oneOf(expected.decided_by).map(ruleHref).sort());
  if (expected.ends !== undefined) {
    expectEnd(actual.ends.source, expected.ends.source);
    expectEnd(actual.ends.destination, expected.ends.destination);
  }
}

function check(one: Pick<PolicyCase, 'estate' | 'flow' | 'policy'>, expected: Expected): void {
  const question = questionOf(one);
  const judged = decide(compilePolicy(sourceOf(one.estate, one.policy ?? 'active')), question);
  expectDecision(judged, expected);
  const word = expected.draft_policy_decision ?? null;
  // `draft_policy_decision` always concerns the draft, whichever version the rest is about (policy-cases.md).
  if (word !== null)
    expect(oneOf(word)).toContain(decide(compilePolicy(sourceOf(one.estate, 'draft')), question).draftDecision);
}

describe.skipIf(file === null)('the hand-worked policy cases (skipped where the fact sheets are not at hand)', () => {
  it('are all here', () => {
    expect(file?.cases.length).toBeGreaterThanOrEqual(94);
    expect(file?.open.length).toBeGreaterThanOrEqual(25);
  });

  it.for(file?.cases ?? [])('$id', (one) => {
    check(one, one.expect);
  });

  it.for(file?.open ?? [])('$id, as recommended', (one) => {
    const recommended = one.outcomes[one.recommended];
    if (recommended === undefined) throw new Error('no recommended outcome');
    check(one, recommended);
  });
});
