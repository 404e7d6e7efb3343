import type { Answer } from '../../answer/answer.ts';
import { carryOut, changeColumns, changeOutput, type ChangeRow, dryRun, unlessDryRun } from '../change.ts';
import { counts, described, flag, integer, oneOf, text, texts } from '../fields.ts';
import { withGaps } from '../lifecycle/traffic-impact.ts';
import { isApplied, withFields } from '../policy/outcome.ts';
import { ruleFields } from '../policy/rule-fields.ts';
import { applicationText } from '../risk/application.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { nothingToAdd, ringfenceFields, ringfenceSentence } from './create-ringfence-answer.ts';
import { planRingfence, type RingfenceArguments } from './create-ringfence-plan.ts';

const remote = {
  type: 'object',
  properties: { app: text, env: text, coverage: text, connections: integer, observed_ports: texts },
} as const;

export default defineTool({
  name: 'create-ringfence',
  title: 'Ringfence an application',
  description:
    'Drafts a ringfence from observed traffic: inside open, known applications let in, selective adds a deny. Use dry_run first; not for single rules: create-rule.',
  toolset: 'segmentation',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      app_name: described(text, 'Label value, app=x or href'),
      env_name: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      ruleset_name: described(text, 'Default RF-<app>-<env>; merges'),
      selective: described(flag, 'Add a deny of all other inbound'),
      deny_consumer: described(oneOf('any', 'ams', 'ams_and_any'), 'Whom the deny names; default any'),
      deny_service: ruleFields.ingress_services,
      skip_allowed: described(flag, 'No rule for what is allowed already'),
      tier: described(oneOf('ringfence', 'tiered', 'strict'), 'tiered: by roles; strict: and by port'),
      other_sources: described(oneOf('list', 'allow'), 'Unlabelled, unmanaged, IP lists'),
      outbound: described(flag, 'Rules out too, in <app>-outbound'),
      remote_rulesets: described(flag, 'Outbound in a ruleset of each remote'),
      ...dryRun,
    },
    required: ['app_name', 'env_name'],
  },
  output: changeOutput({
    app: text,
    env: text,
    app_label_href: text,
    env_label_href: text,
    lookback_days: integer,
    skip_allowed: flag,
    tier: text,
    flows_analysed: counts,
    policy_coverage: {
      type: 'object',
      properties: { already_allowed: integer, newly_allowed: integer, total_remote_apps: integer, description: text },
    },
    inbound_remote_apps: { type: 'array', items: remote },
    outbound_remote_apps: { type: 'array', items: remote },
    other_sources: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: text,
          name: text,
          addresses: integer,
          connections: integer,
          coverage: text,
          observed_ports: texts,
          handling: text,
        },
      },
    },
    other_sources_total: integer,
    selective: flag,
    deny_consumer: text,
    enforcement_mode: text,
    discovery_truncated: flag,
    skipped_already_allowed: texts,
    skipped_existing_rules: texts,
    unhandled: texts,
    ruleset: {
      type: 'object',
      properties: {
        href: text,
        name: text,
        merged: flag,
        rules: {
          type: 'array',
          items: { type: 'object', properties: { type: text, rule: text, coverage: text } },
        },
      },
    },
    would_block: {
      type: 'object',
      properties: { if_mode: text, sentence: text, edges: integer, connections: integer, flows: texts },
    },
  }),
  example: { app_name: 'ordering', env_name: 'prod', selective: true, dry_run: true },
  columns: changeColumns,
  effectOf: unlessDryRun('draft'),
  run: (args, context) => ringfence(args, context),
});

/** One ringfence, planned and without `dry_run` written to the draft. What a batch does for each application. */
export async function ringfence(
  args: RingfenceArguments & { readonly dry_run?: boolean | undefined },
  context: ToolContext,
): Promise<Answer<ChangeRow>> {
  const plan = await planRingfence(args, context);
  if (plan.requests.length === 0) return nothingToAdd(plan, args);
  const name = applicationText(plan.application);
  const answer = await carryOut(
    context,
    {
      tool: 'create-ringfence',
      title: `ringfence ${name} in ruleset ${plan.name}: ${ringfenceSentence(plan)}`,
      effect: 'draft',
      requests: plan.requests,
      widening: plan.widening,
      warnings: [...plan.warnings, ...plan.unhandled.map(({ what, why }) => `${what}: ${why}`)],
    },
    {
      dryRun: args.dry_run,
      done: `Ringfence ${plan.name} for ${name} is in the draft: ${ringfenceSentence(plan)}`,
      query: plan.query,
    },
  );
  const fields = ringfenceFields(plan, args);
  const made = isApplied(answer) ? answer.items.find(({ request }) => request.endsWith('/rule_sets'))?.href : undefined;
  return {
    ...withFields(answer, { ...fields, ruleset: { ...fields.ruleset, ...(made === undefined ? {} : { href: made }) } }),
    coverage: withGaps(withGaps(plan.found.coverage, plan.impact.coverage.gaps), answer.coverage.gaps),
    next: [...(answer.next ?? []), ...(isApplied(answer) ? ['provision-policy makes it active.'] : [])],
  };
}
