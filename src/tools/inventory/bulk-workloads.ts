import { Failure } from '../../core/errors.ts';
import { dryRun } from '../change.ts';
import { described, flag, integer, oneOf, text } from '../fields.ts';
import { impactOf, withImpact } from '../lifecycle/traffic-impact.ts';
import { plural } from '../listing.ts';
import { defineTool } from '../tool.ts';
import {
  bulkAnswer,
  bulkColumns,
  bulkOutput,
  DEFAULT_MAX_CHANGES,
  refuseNothing,
  refuseTooMany,
} from './bulk-answer.ts';
import { ignoredColumns, planRows } from './bulk-workloads-plan.ts';
import { readRows, refuseUnknownColumns } from './bulk-workloads-rows.ts';
import { undoFields } from './bulk-workloads-undo-file.ts';
import { labelPlanner } from './workload-labels.ts';

const VERBS = {
  create: ['create', 'created'],
  update: ['update', 'updated'],
  relabel: ['relabel', 'relabelled'],
  delete: ['delete', 'deleted'],
} as const;

export default defineTool({
  name: 'bulk-workloads',
  title: 'Change many workloads from rows or CSV',
  description:
    'Creates, updates, relabels or deletes many workloads; each row matched exactly, answered alone. Labels given replace those of their key. For one use update-workload.',
  toolset: 'inventory',
  effect: 'bulk',
  input: {
    type: 'object',
    properties: {
      operation: oneOf('create', 'update', 'relabel', 'delete'),
      rows: described(
        {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              href: text,
              hostname: text,
              name: text,
              new_name: text,
              external_data_set: text,
              external_data_reference: text,
              description: text,
              ip_addresses: described(text, 'Comma separated'),
              enforcement_mode: text,
              labels: described(text, 'app=ordering env=prod'),
            },
            additionalProperties: text,
          },
        },
        'Also label keys; (none) takes a value away',
      ),
      csv: described(text, 'The same with a header line'),
      match_on: described(oneOf('href', 'hostname', 'name', 'external_data'), 'Default hostname'),
      create_missing: described(flag, 'Create missing labels (default false)'),
      max_changes: described({ ...integer, minimum: 1 }, 'Refuse above this (default 1000)'),
      ...dryRun,
    },
    required: ['operation'],
  },
  output: bulkOutput(),
  example: {
    operation: 'relabel',
    rows: [{ hostname: 'web-01.example.com', app: 'ordering', env: 'prod' }],
    dry_run: true,
  },
  columns: bulkColumns,
  effectOf: ({ dry_run: planOnly }) => (planOnly === true ? 'read' : 'bulk'),

  async run({ operation, match_on: by = 'hostname', max_changes: maxChanges = DEFAULT_MAX_CHANGES, ...args }, context) {
    const { signal, progress } = context;
    const changes = await context.changes();
    const { pce } = changes;
    if (operation === 'create' && by === 'href')
      throw new Failure('invalid_arguments', { message: 'A new workload has no href yet: match on another column.' });
    const given = await readRows(args);
    const { items: labels } = await context.pce.labels({}, { signal });
    const planner = labelPlanner(labels, { orgId: pce.orgId, createMissing: args.create_missing === true });
    refuseUnknownColumns(given, planner.keys);
    progress('Reading workloads');
    const wish = { operation, by, given, planner };
    const { rows, steps, previous, widening, warnings } = await planRows(wish, { pce, view: context.pce, signal });
    const ignored = ignoredColumns(wish);
    refuseNothing(rows);
    refuseTooMany(rows, maxChanges);
    const [verb, done] = VERBS[operation];
    const left = ignored.length === 0 ? [] : [`${operation} does not use the columns ${ignored.join(', ')}.`];
    const outcome = await changes.propose(
      {
        tool: 'bulk-workloads',
        title: `${verb} ${plural(rows.filter(({ stays }) => stays === null).length, 'workload')}`,
        requests: [...planner.creates, ...steps],
        widening,
        warnings: [...left, ...warnings],
        mode: 'rows',
        effect: 'bulk',
        undoRows: previous,
      },
      { dryRun: args.dry_run === true, signal, onProgress: progress },
    );
    const answer = bulkAnswer(outcome, rows, {
      noun: 'row',
      planned: (share) => `${verb} ${share}`,
      done: (share) => `${share} ${done}`,
      ...undoFields(previous, outcome.plan.id),
    });
    return args.dry_run === true ? withImpact(answer, await impactOf(outcome.plan.requests, context)) : answer;
  },
});
