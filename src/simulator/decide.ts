import { type CompiledPolicy, compilePolicy, decide, reportedAt } from '../model/policy/index.ts';
import type { Decision, FlowQuestion } from '../model/policy/decision.ts';
import type { PolicySource } from '../model/policy/source.ts';

/** The simulator's one door to the policy engine. A policy is compiled once, for as long as somebody holds its source. */
export function compiled(source: PolicySource): CompiledPolicy {
  const known = policies.get(source);
  if (known) return known;
  const made = compilePolicy(source);
  policies.set(source, made);
  return made;
}

const policies = new WeakMap<PolicySource, CompiledPolicy>();

export const decideFlow = (source: PolicySource, question: FlowQuestion): Decision =>
  decide(compiled(source), question);

/** What the VEN at one end reports of a flow (traffic.md §5.2). */
export const reportedFlow = (
  source: PolicySource,
  question: FlowQuestion,
  end: 'source' | 'destination',
): ReturnType<typeof reportedAt> => reportedAt(compiled(source), question, end);
