import type { ComplianceFacts, TestResult, Verdict } from './facts.ts';
import type { Control, Framework } from './frameworks.ts';
import { type TestId, TESTS } from './tests.ts';

export interface Finding {
  readonly control: Control;
  readonly verdict: Verdict;
  readonly tests: readonly (TestResult & { readonly id: TestId })[];
}

/** A control fails with any of its tests and passes with all of them; what cannot be tested leaves it to the others. */
function verdictOf(results: readonly TestResult[]): Verdict {
  const verdicts = new Set(results.map(({ verdict }) => verdict));
  if (verdicts.has('fail')) return 'fail';
  if (verdicts.has('partial')) return 'partial';
  if (!verdicts.has('pass')) return 'not_testable';
  return verdicts.has('not_testable') ? 'partial' : 'pass';
}

/** Every control of a framework with what its tests found. Each test runs once, however many controls refer to it. */
export function checkFramework({ controls }: Framework, facts: ComplianceFacts): readonly Finding[] {
  const done = new Map<TestId, TestResult>();
  const run = (id: TestId): TestResult => {
    const known = done.get(id) ?? TESTS[id].run(facts);
    done.set(id, known);
    return known;
  };
  return controls.map((control) => {
    const tests = control.tests.map((id) => ({ id, ...run(id) }));
    return { control, verdict: verdictOf(tests), tests };
  });
}

/** Share of testable controls that pass, 0 to 100; null where none is testable. */
export function complianceScore(findings: readonly Finding[]): number | null {
  const testable = findings.filter(({ verdict }) => verdict !== 'not_testable');
  if (testable.length === 0) return null;
  const passed = testable.filter(({ verdict }) => verdict === 'pass').length;
  return Math.round((1000 * passed) / testable.length) / 10;
}
