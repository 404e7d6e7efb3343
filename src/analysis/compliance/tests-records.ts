import { allowRules, inScope, isInbound } from './ends.ts';
import { type ComplianceTest, type FlowEnd, hostName, labelOf, passed, result } from './facts.ts';

const MOSTLY = 0.9;
const QUARANTINE = /quarantine|isolat/i;

/** T1: hosts with an agent carry app and env, so that scopes can cover them. */
export const inventory: ComplianceTest = ({ workloads, scope, isWhole, flows }) => {
  const isUnlabelled = (index: number): boolean => {
    const workload = workloads[index];
    return workload?.managed === true && (labelOf(workload, 'app') === null || labelOf(workload, 'env') === null);
  };
  const hostsOf = (some: readonly number[]): readonly string[] => some.map((index) => hostName(workloads[index]));
  if (scope.size === 0) return result('fail', 'no workload carries the labels of the scope');
  if (isWhole) {
    const missing = [...scope].filter(isUnlabelled);
    return missing.length > 0
      ? result(
          'fail',
          `${missing.length} of ${scope.size} hosts have an agent and no app or env label`,
          missing.map((index) => hostName(workloads[index])),
        )
      : result('pass', `all hosts with an agent among ${scope.size} carry app and env`, hostsOf([...scope]));
  }
  const near = new Set(
    flows
      .flatMap(({ from, to }) => [from.workload, to.workload])
      .filter((index) => index !== null && isUnlabelled(index)),
  );
  return near.size > 0
    ? result(
        'fail',
        `${near.size} hosts without app or env label talk to the scope: they may belong to it`,
        [...near].map((index) => hostName(workloads[index ?? -1])),
      )
    : result('pass', `${scope.size} hosts carry the labels; no unlabelled host talks to them`, hostsOf([...scope]));
};

/** T8: every rule into or out of the scope has a description, its own or its ruleset's. */
export const justification: ComplianceTest = (facts) => {
  const hrefs = new Set(
    allowRules(facts)
      .filter(({ providers, consumers }) => inScope(facts, providers) || inScope(facts, consumers))
      .map(({ rule }) => rule.href),
  );
  const without = [...hrefs].filter((href) => facts.rule(href).justification.trim() === '');
  if (hrefs.size === 0) return result('not_testable', 'no rule concerns the scope');
  return without.length > 0
    ? result(
        'fail',
        `${without.length} of ${hrefs.size} rules have no description, nor has their ruleset`,
        without.map((href) => facts.rule(href).text),
      )
    : result(
        'pass',
        `all ${hrefs.size} rules are described`,
        [...hrefs].map((href) => facts.rule(href).text),
      );
};

/** T9: policy changes of the window are recorded with who made them. */
export const changeTrail: ComplianceTest = ({ events }) => {
  if (events.length === 0) return result('not_testable', 'no policy change in the window');
  const anonymous = events.filter(({ createdBy }) => createdBy.trim() === '' || /^(system|-)$/i.test(createdBy));
  return anonymous.length > 0
    ? result(
        'fail',
        `${anonymous.length} of ${events.length} policy changes name nobody`,
        anonymous.map(({ type, timestamp }) => `${type} ${timestamp}`),
      )
    : result(
        'pass',
        `all ${events.length} policy changes name who made them`,
        events.map(({ type, timestamp, createdBy }) => `${type} ${timestamp} ${createdBy}`),
      );
};

const isKnown = (workloads: Parameters<ComplianceTest>[0]['workloads'], { workload, lists, kind }: FlowEnd): boolean =>
  workload === null
    ? kind === 'broadcast' || kind === 'multicast' || lists.some((list) => !list.startsWith('Any ('))
    : labelOf(workloads[workload], 'app') !== null;

/** T10: both ends of every flow have a name, so that the data-flow map is complete. */
export const dataFlowMap: ComplianceTest = ({ flows, workloads }) => {
  if (flows.length === 0) return result('not_testable', 'no traffic in the window to draw a map of');
  const unnamed = flows.filter(({ from, to }) => !isKnown(workloads, from) || !isKnown(workloads, to));
  const share = 1 - unnamed.length / flows.length;
  if (unnamed.length === 0) return result('pass', `both ends of all ${flows.length} flows have a name`, [], flows);
  return result(
    share >= MOSTLY ? 'partial' : 'fail',
    `${unnamed.length} of ${flows.length} flows have an end without app label or IP list`,
    unnamed.map(({ from, to }) => (isKnown(workloads, from) ? to.name : from.name)),
    unnamed,
  );
};

/** T11: agents of the scope report what passes, not only what is blocked. */
export const visibility: ComplianceTest = ({ workloads, scope }) => {
  const managed = [...scope].filter((index) => workloads[index]?.managed === true);
  if (managed.length === 0) return result('fail', 'no host of the scope has an agent that could log flows');
  const blind = managed.filter((index) => {
    const { mode, visibility: level } = workloads[index] ?? {};
    return mode === 'idle' || level === 'flow_off' || level === 'flow_drops';
  });
  return blind.length > 0
    ? result(
        'fail',
        `${blind.length} of ${managed.length} hosts do not log the flows they allow (idle, or visibility off or blocked only)`,
        blind.map(
          (index) => `${hostName(workloads[index])} ${workloads[index]?.visibility ?? workloads[index]?.mode ?? ''}`,
        ),
      )
    : result(
        'pass',
        `all ${managed.length} hosts log their flows`,
        managed.map((index) => hostName(workloads[index])),
      );
};

/** T12: an override deny about a quarantine label stands ready, so that one label change isolates a host. */
export const isolation: ComplianceTest = ({ rules, labels, workloads, scope, rule: ruleFacts }) => {
  const ready = rules.filter(({ rule }) => rule.kind === 'override_deny' && QUARANTINE.test(ruleFacts(rule.href).text));
  const label = labels.find(({ value }) => QUARANTINE.test(value));
  if (label === undefined || ready.length === 0)
    return result(
      'fail',
      label === undefined ? 'there is no quarantine label' : 'no override deny is ready for the quarantine label',
    );
  const managed = [...scope].some(
    (index) =>
      workloads[index]?.managed === true &&
      workloads[index].mode !== 'idle' &&
      workloads[index].mode !== 'visibility_only',
  );
  return managed
    ? result(
        'pass',
        `setting ${label.key}=${label.value} isolates a host at once`,
        ready.map(({ rule }) => ruleFacts(rule.href).text),
      )
    : result(
        'partial',
        'the rule is ready, but no host of the scope enforces',
        ready.map(({ rule }) => ruleFacts(rule.href).text),
      );
};

/** T13: nobody unknown gets through to the scope. */
export const strangers: ComplianceTest = (facts) => {
  const { flows, workloads } = facts;
  const seen = flows.filter(
    (flow) =>
      isInbound(facts, flow) &&
      passed(flow) &&
      flow.from.kind !== 'internet' &&
      flow.to.kind !== 'broadcast' &&
      flow.to.kind !== 'multicast' &&
      !isKnown(workloads, flow.from),
  );
  return seen.length > 0
    ? result(
        'fail',
        `${new Set(seen.map(({ from }) => from.name)).size} unknown hosts talk to the scope`,
        seen.map(({ from }) => from.name),
        seen,
      )
    : result(
        'pass',
        'every internal source of the scope is a labelled workload or in an IP list',
        [],
        flows.filter((flow) => isInbound(facts, flow)),
      );
};
