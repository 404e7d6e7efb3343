import type { Href } from '../../core/href.ts';
import type { DraftDecision, FlowQuestion } from '../../model/policy/decision.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import { decideFlow, reportedFlow } from '../decide.ts';

/** What the draft would make of a flow (traffic.md §2.9, §5.4): the decision and the draft rules behind it. */
export interface DraftReport {
  readonly decision: DraftDecision;
  readonly rules: readonly Href[];
  readonly boundaries: readonly Href[];
  readonly overrideDenies: readonly Href[];
}

/** What the VENs under a policy report. The policy is compiled when the first flow is judged. */
export const reporter = (policy: PolicySource) => (question: FlowQuestion, end: 'source' | 'destination') =>
  reportedFlow(policy, question, end);

/** Rule coverage under a policy: the rules stand at the end that enforces, which is the destination where a VEN runs. */
export const draftReporter =
  (policy: PolicySource) =>
  (question: FlowQuestion): DraftReport => {
    const { draftDecision, ends } = decideFlow(policy, question);
    const end = ends.destination ?? ends.source;
    const matching =
      end === null || draftDecision.endsWith('_no_rule')
        ? []
        : [...end.rules.map((rule) => ({ rule, class: end.class })), ...end.runnersUp];
    const of = (wanted: string) => matching.filter((match) => match.class === wanted).map(({ rule }) => rule);
    return {
      decision: draftDecision,
      rules: of('allow'),
      boundaries: of('deny'),
      overrideDenies: of('override_deny'),
    };
  };
