import { infrastructureScores } from '../../analysis/infrastructure.ts';
import { asFailure } from '../../core/errors.ts';
import { appGraph } from '../../model/graph/app-graph.ts';
import { unlessDryRun, dryRun } from '../change.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, number, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { ruleFields } from '../policy/rule-fields.ts';
import { appContacts } from '../risk/app-contacts.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { ringfence } from './create-ringfence.ts';
import type { RingfenceArguments } from './create-ringfence-plan.ts';

interface BatchRow {
  readonly app: string;
  readonly env: string;
  readonly status: 'success' | 'unchanged' | 'error';
  readonly infrastructure_score?: number;
  readonly message: string;
  readonly plan_id?: string;
  readonly rules?: readonly string[];
  readonly would_block?: number;
  readonly error?: string;
}

const SCORE_LOOKBACK_DAYS = 90;
const DECISIONS = ['allowed', 'potentially_blocked', 'blocked'] as const;

export default defineTool({
  name: 'ringfence-batch',
  title: 'Ringfence several applications',
  description:
    'Drafts ringfences for several applications, infrastructure first if asked; one that fails does not stop the rest. Use dry_run first; for one app use create-ringfence.',
  toolset: 'segmentation',
  effect: 'bulk',
  input: {
    type: 'object',
    properties: {
      apps: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            app_name: text,
            env_name: text,
            selective: flag,
            deny_consumer: oneOf('any', 'ams', 'ams_and_any'),
            deny_service: ruleFields.ingress_services,
            skip_allowed: flag,
            ruleset_name: text,
            tier: oneOf('ringfence', 'tiered', 'strict'),
            other_sources: oneOf('list', 'allow'),
            outbound: flag,
            remote_rulesets: flag,
          },
          required: ['app_name', 'env_name'],
        },
      },
      auto_order: described(flag, 'Infrastructure first'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      ...dryRun,
    },
    required: ['apps'],
  },
  output: envelope(
    {
      app: text,
      env: text,
      status: text,
      infrastructure_score: number,
      message: text,
      plan_id: text,
      rules: texts,
      would_block: integer,
      error: text,
    },
    { total_apps: integer, successful: integer, unchanged: integer, errors: integer },
    {
      extra: {
        summary: {
          type: 'object',
          properties: { total_apps: integer, successful: integer, errors: integer, dry_run: flag, auto_ordered: flag },
        },
      },
    },
  ),
  example: { apps: [{ app_name: 'ordering', env_name: 'prod', selective: true }], auto_order: true, dry_run: true },
  columns: [
    { header: 'app', value: (row: BatchRow) => row.app },
    { header: 'env', value: (row) => row.env },
    { header: 'status', value: (row) => row.status },
    { header: 'score', value: (row) => row.infrastructure_score },
    { header: 'plan', value: (row) => row.plan_id },
    { header: 'result', value: (row) => row.message },
  ],
  effectOf: unlessDryRun('bulk'),

  async run({ apps, auto_order: ordered = false, lookback_days, dry_run = false }, context) {
    const scores = ordered ? await scoresOf(context) : () => null;
    const scored = apps.map((app) => ({ app, score: scores(app) }));
    // Stable: apps without traffic, and those of one score, keep the order they were given in.
    if (ordered) scored.sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
    const items: BatchRow[] = [];
    for (const [index, { app, score }] of scored.entries()) {
      context.progress(`Ringfencing ${app.app_name} (${app.env_name})`, index, apps.length);
      items.push({
        ...(await one({ ...app, lookback_days, dry_run }, context)),
        ...present({ infrastructure_score: score }),
      });
    }
    const count = (status: BatchRow['status']): number => items.filter((row) => row.status === status).length;
    const [errors, unchanged] = [count('error'), count('unchanged')];
    const successful = items.length - errors;
    return {
      answer: `${plural(successful, 'ringfence')} ${dry_run ? 'planned' : 'drafted'}${unchanged === 0 ? '' : ` (${unchanged} complete already)`}, ${errors} failed of ${items.length}.`,
      items,
      totals: { total_apps: items.length, successful, unchanged, errors },
      coverage: {
        rows_read: items.length,
        truncated: false,
        gaps:
          errors === 0
            ? []
            : items.filter(({ error }) => error !== undefined).map(({ app, env }) => `${app} (${env}): failed`),
      },
      extra: { summary: { total_apps: items.length, successful, errors, dry_run, auto_ordered: ordered } },
      next: items
        .flatMap(({ plan_id: id }) =>
          id === undefined ? [] : [`${dry_run ? 'apply-plan' : 'undo-change'} plan_id=${id}`],
        )
        .slice(0, 3),
    };
  },
});

/** One application of the batch; its failure is a row, not the end. A cancelled call ends all. */
async function one(args: RingfenceArguments & { readonly dry_run: boolean }, context: ToolContext): Promise<BatchRow> {
  const named = { app: args.app_name, env: args.env_name };
  try {
    const { extra = {}, answer } = await ringfence(args, context);
    const {
      ruleset,
      would_block: blocks,
      plan_id: id,
    } = extra as {
      readonly ruleset?: { readonly rules: readonly { readonly rule: string }[] };
      readonly would_block?: { readonly edges: number };
      readonly plan_id?: string;
    }; // the fields of create-ringfence
    return {
      ...named,
      status: extra['state'] === 'unchanged' ? 'unchanged' : 'success',
      message: answer,
      ...present({ plan_id: id, would_block: blocks?.edges }),
      rules: (ruleset?.rules ?? []).map(({ rule }) => rule),
    };
  } catch (error) {
    context.signal.throwIfAborted();
    const { code, message } = asFailure(error);
    return { ...named, status: 'error', message, error: code };
  }
}

/** Infrastructure scores by application (reference-server.md §2.2); null for one without traffic or labels. */
async function scoresOf(
  context: ToolContext,
): Promise<(app: { readonly app_name: string; readonly env_name: string }) => number | null> {
  const { query } = await trafficQuery({ lookback_days: SCORE_LOOKBACK_DAYS, policy_decisions: DECISIONS }, context);
  const graph = await withFlows(query, context, async ({ table }) =>
    appGraph((await appContacts(table, context.signal)).contacts),
  );
  const { scores } = infrastructureScores(graph, { productionEnvs: ['prod', 'production'] });
  const byName = new Map(scores.map(({ app, env, score }) => [JSON.stringify([app, env]), score]));
  const plain = (key: string, given: string): string => given.trim().replace(new RegExp(`^${key}=`), '');
  return ({ app_name: app, env_name: env }) =>
    byName.get(JSON.stringify([plain('app', app), plain('env', env)])) ?? null;
}
