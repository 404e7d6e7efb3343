import { candidates, isOwn } from '../../analysis/policy/proposal.ts';
import type { JudgeAnswer } from '../../model/impact/question.ts';
import { withMode } from '../../model/impact/modes.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import { carryOut } from '../change.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, number, oneOf, text, texts } from '../fields.ts';
import { compareText, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { trafficImpact } from '../lifecycle/traffic-impact.ts';
import { MAX_ROWS, trafficQuery } from '../traffic/filters.ts';
import { appTarget, workloadsOf } from './app-target.ts';
import { blindSpots } from './blind-spots.ts';
import { hypothetical } from './hypothetical.ts';
import { judgedFlows } from './judged-flows.ts';
import { readPolicy } from './policy-reading.ts';
import { proposalPlan } from './proposal-plan.ts';
import { placed, type Placed, proposalItem, proposalRow, type ProposalRow } from './proposal-rules.ts';

const MAX_EDGES = 20_000;
const PLACEMENTS = ['planned', 'review', 'remote', 'excluded'] as const;

export default defineTool({
  name: 'propose-policy',
  title: 'Propose rules for an application',
  description:
    'Proposes allow rules from observed flows no draft rule covers, with evidence, over-grant and coverage, as a plan to apply. Not for deny rules: create-ringfence.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      app_name: text,
      env_name: text,
      tier: described(oneOf('ringfence', 'tiered', 'strict'), 'Apps, roles or ports (default strict)'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      reuse_services: described(flag, 'Name service objects (default true)'),
      risky: described(oneOf('review', 'exclude'), 'Risky services (default review)'),
      remote_rulesets: described(flag, 'Outbound too, in rulesets of the others'),
      max_results: described({ ...integer, minimum: 1, maximum: MAX_ROWS }, 'Rows to read (default 200000)'),
    },
    required: ['app_name', 'env_name'],
  },
  output: envelope(
    proposalItem,
    { planned: integer, review: integer, remote: integer, excluded: integer, denied_edges: integer },
    {
      extra: {
        tier: text,
        plan_id: text,
        ruleset: text,
        requests: texts,
        widening: texts,
        coverage_before: number,
        coverage_after: number,
        traffic_impact: trafficImpact,
      },
    },
  ),
  example: { app_name: 'ordering', env_name: 'prod', tier: 'strict', lookback_days: 30 },
  columns: [
    { header: 'placement', value: (row: ProposalRow) => `${row.placement} ${row.direction}` },
    { header: 'from', value: (row: ProposalRow) => row.consumers },
    { header: 'to', value: (row: ProposalRow) => row.providers },
    { header: 'services', value: (row: ProposalRow) => row.services.join(', ') },
    { header: 'connections', value: (row: ProposalRow) => row.connections },
    {
      header: 'hosts',
      value: (row: ProposalRow) => `${row.source_hosts} to ${row.destination_hosts}, ${row.edges} edges`,
    },
    { header: 'seen', value: (row: ProposalRow) => `${row.first_seen ?? ''}/${row.last_seen ?? ''}` },
    { header: 'evidence', value: (row: ProposalRow) => row.evidence },
    { header: 'over-grant', value: (row: ProposalRow) => row.over_grant },
    { header: 'why', value: (row: ProposalRow) => [...(row.risky ?? []), row.why].filter(Boolean).join('; ') },
  ],

  async run(args, context) {
    const { app_name: app, env_name: env, tier = 'strict', reuse_services: reuse = true, risky = 'review' } = args;
    const placing = { reuse, risky, remoteRuleSets: args.remote_rulesets === true };
    const target = await appTarget(args, context);
    const draft = await readPolicy('draft', context);
    const own = workloadsOf(target, draft.workloads);
    const ownHrefs = new Set(own.map(({ href }) => href));
    // As if the application were enforced and nobody else: what then is blocked lacks a rule, whatever the modes are now.
    const enforced = (policy: PolicySource): PolicySource =>
      withMode(
        withMode(policy, new Set(policy.workloads.map(({ href }) => href)), 'visibility_only'),
        ownHrefs,
        'full',
      );
    const { query, window } = await trafficQuery({ ...args, query_name: 'illumio-mcp propose-policy' }, context);
    const side = { include: [target.labels.map((label) => ({ label }))], exclude: [] };
    const asked = {
      ...query,
      sources: side,
      // Broadcast and multicast are nobody's: no allow rule names them.
      destinations: { ...side, exclude: [{ transmission: 'broadcast' }, { transmission: 'multicast' }] as const },
      sourcesOrDestinations: true,
    };
    const judge = (policy: PolicySource) =>
      judgedFlows({ from: policy, to: policy, list: ['already_blocked'], limit: MAX_EDGES }, asked, context);
    const now = await judge(enforced(draft.source));
    const uncovered = now.answer.edges.filter(({ to }) => to.class === 'default');
    const application = { app, env };
    const all = candidates(
      uncovered.filter(({ source, destination }) => isOwn(source, application) || isOwn(destination, application)),
      application,
      tier,
    )
      .map((candidate) => placed(candidate, { services: draft.objects.services, ...placing }))
      .sort(
        (a, b) =>
          PLACEMENTS.indexOf(a.placement) - PLACEMENTS.indexOf(b.placement) ||
          b.evidence.connections - a.evidence.connections ||
          compareText(a.candidate.consumers.join(), b.candidate.consumers.join()),
      );
    const planned = all.filter(({ placement }) => placement === 'planned');
    const count = (wanted: Placed['placement']): number => all.filter(({ placement }) => placement === wanted).length;
    const plan = planned.length === 0 ? null : await proposalPlan(planned, application, draft, context);
    const after = plan === null ? now : await judge(enforced(hypothetical(draft, plan.changes).source));
    const stored =
      plan === null
        ? null
        : await carryOut(
            context,
            {
              tool: 'propose-policy',
              title: `rules for ${target.expression}, tier ${tier}`,
              effect: 'draft',
              requests: plan.requests,
              widening: plan.widening,
            },
            { dryRun: true, done: 'Proposed', query: asked },
          );
    const [before, later] = [covered(now.answer), covered(after.answer)];
    return {
      answer: `${plural(planned.length, 'rule')} proposed for ${target.expression} (${tier}); ${count('review')} for review, ${count('remote')} for other rulesets. ${coverageText(before, later)}`,
      items: all.map((one) => proposalRow(one, target, draft.workloads)),
      totals: {
        planned: planned.length,
        review: count('review'),
        remote: count('remote'),
        excluded: count('excluded'),
        denied_edges: now.answer.edges.length - uncovered.length,
      },
      coverage: {
        ...now.coverage,
        truncated: now.coverage.truncated || !draft.complete,
        gaps: [...now.coverage.gaps, ...window.notes, ...blindSpots(own), ...draft.gaps],
      },
      extra: {
        tier,
        ...present({
          coverage_before: before,
          coverage_after: later,
          plan_id: stored?.extra?.['plan_id'],
          traffic_impact: stored?.extra?.['traffic_impact'],
        }),
        ...(plan === null
          ? {}
          : {
              ruleset: plan.ruleSets.join(', '),
              requests: plan.requests.map(({ says }) => says),
              widening: plan.widening,
            }),
      },
      next: stored === null ? [] : [...(stored.next ?? []), 'review-draft afterwards, then provision-policy.'],
    };
  },
});

/** Connections that keep passing with the application enforced, in percent of all; null without traffic. */
function covered({ totals }: JudgeAnswer): number | null {
  const all = Object.values(totals).reduce((sum, { connections }) => sum + connections, 0);
  return all === 0 ? null : Math.round((1_000 * (all - totals.already_blocked.connections)) / all) / 10;
}

const coverageText = (before: number | null, after: number | null): string =>
  before === null || after === null
    ? 'No traffic was seen, so nothing can be proposed.'
    : `Rules cover ${before} % of the connections now and ${after} % with the plan.`;
