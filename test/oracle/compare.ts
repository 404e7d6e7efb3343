import type { Decision, EndDecision, FlowQuestion } from '../../src/model/policy/decision.ts';
import type * as engine from '../../src/model/policy/index.ts';
import type { PolicySource } from '../../src/model/policy/source.ts';
import { judge, type OracleAnswer, type OracleEndAnswer, type OracleFlow, type OraclePolicy } from './policy.ts';

export type Engine = Pick<typeof engine, 'compilePolicy' | 'decide' | 'reportedAt' | 'draftDecision'>;

const sorted = (values: readonly string[]) => [...values].sort();

function plainEnd(end: EndDecision | null, reported: ReturnType<Engine['reportedAt']>): OracleEndAnswer | null {
  if (end === null) return null;
  const { verdict, class: decidedBy, rules, maybe, crossesBoundary } = end;
  const word = `${reported.decision}/${reported.boundary}`;
  return { verdict, class: decidedBy, rules: sorted(rules), maybe: sorted(maybe), crossesBoundary, reported: word };
}

const sortedEnd = (end: OracleEndAnswer | null): OracleEndAnswer | null =>
  end === null ? null : { ...end, rules: sorted(end.rules), maybe: sorted(end.maybe) };

/** The engine's answers, in the oracle's form. */
export function engineAnswers(
  engine: Engine,
  policy: PolicySource,
  questions: readonly FlowQuestion[],
): OracleAnswer[] {
  const compiled = engine.compilePolicy(policy);
  return questions.map((question) => {
    const decision: Decision = engine.decide(compiled, question);
    const { verdict, at, class: decidedBy, rules, ends } = decision;
    return {
      verdict,
      at,
      class: decidedBy,
      rules: sorted(rules),
      source: plainEnd(ends.source, engine.reportedAt(compiled, question, 'source')),
      destination: plainEnd(ends.destination, engine.reportedAt(compiled, question, 'destination')),
      draftDecision: engine.draftDecision(compiled, question),
    };
  });
}

/** The oracle's answers. The cast drops `readonly`: both sides read the same plain values. */
export function oracleAnswers(policy: PolicySource, questions: readonly FlowQuestion[]): OracleAnswer[] {
  return questions.map((question) => {
    const answer = judge(policy as unknown as OraclePolicy, question as unknown as OracleFlow);
    return {
      ...answer,
      rules: sorted(answer.rules),
      source: sortedEnd(answer.source),
      destination: sortedEnd(answer.destination),
    };
  });
}
