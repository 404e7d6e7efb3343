import type { EnforcementMode, Workload } from '../../model/inventory.ts';
import type { Resolver } from '../../pce/view.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, text, texts } from '../fields.ts';
import { labelTerm, workloadFilter } from '../label-argument.ts';
import { compareText, listingCoverage, plural, tally, tallyText } from '../listing.ts';
import { defineTool } from '../tool.ts';
import { fixStep } from './enforcement-fix.ts';

interface GroupRow {
  readonly app: string;
  readonly env: string;
  readonly workload_count: number;
  /** Workloads with a VEN per mode. */
  readonly enforcement_modes: Readonly<Record<string, number>>;
  readonly unmanaged_count: number;
  readonly is_mixed: boolean;
}

const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const satisfies readonly EnforcementMode[];
const UNLABELED = 'unlabeled';

export default defineTool({
  name: 'get-workload-enforcement-status',
  title: 'Enforcement by application',
  description:
    'Counts workloads per enforcement mode for each app and env, mixed applications first. Use it for progress and gaps in enforcement; for single workloads use get-workloads.',
  toolset: 'inventory',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      app_name: described(text, 'One application (label value)'),
      env_name: described(text, 'One environment (label value)'),
      fix: described(flag, 'Plan how to end mixed modes'),
    },
  },
  output: envelope(
    {
      app: text,
      env: text,
      workload_count: integer,
      enforcement_modes: counts,
      unmanaged_count: integer,
      is_mixed: flag,
    },
    {
      total_workloads: integer,
      app_group_count: integer,
      mixed_count: integer,
      managed_count: integer,
      unmanaged_count: integer,
      global_enforcement_modes: counts,
    },
    {
      extra: {
        mixed_enforcement_apps: texts,
        fix_plan: {
          type: 'array',
          items: {
            type: 'object',
            properties: { app: text, env: text, target_mode: text, because: text, workloads: texts, calls: texts },
          },
        },
      },
    },
  ),
  example: { env_name: 'prod' },
  columns: [
    { header: 'app', value: (row: GroupRow) => row.app },
    { header: 'env', value: (row: GroupRow) => row.env },
    { header: 'workloads', value: (row: GroupRow) => row.workload_count },
    ...MODES.map((mode) => ({ header: mode, value: (row: GroupRow) => row.enforcement_modes[mode] })),
    { header: 'unmanaged', value: (row: GroupRow) => row.unmanaged_count },
    { header: 'mixed', value: (row: GroupRow) => row.is_mixed },
  ],

  async run({ app_name: app, env_name: env, fix = false }, { pce, signal, progress }) {
    const filter = await applicationFilter({ app, env }, pce.resolve, signal);
    const listing = await pce.workloads(filter, {
      signal,
      onProgress: (read, total) => progress('Reading workloads', read, total ?? undefined),
    });
    const workloads = listing.items;
    const groups = byApplication(workloads);
    const mixed = groups.filter((group) => group.is_mixed);
    const modes = modeCounts(workloads);
    const managed = workloads.filter((workload) => workload.managed).length;
    const names = mixed.map((group) => `${group.app} (${group.env})`);
    const fixes = fix ? mixed.map((group) => fixStep(group.app, group.env, managedOf(workloads, group))) : [];
    return {
      answer: [
        `${plural(workloads.length, 'workload')} in ${plural(groups.length, 'app group')}: ${managed} managed`,
        managed === 0 ? '' : ` (${tallyText(Object.entries(modes))})`,
        `, ${workloads.length - managed} unmanaged. `,
        mixed.length === 0 ? 'No application mixes modes.' : `${plural(mixed.length, 'application')} with mixed modes.`,
      ].join(''),
      items: groups,
      totals: {
        total_workloads: workloads.length,
        app_group_count: groups.length,
        mixed_count: mixed.length,
        managed_count: managed,
        unmanaged_count: workloads.length - managed,
        global_enforcement_modes: modes,
      },
      coverage: listingCoverage(listing, ['unmanaged workloads, which enforce nothing: modes count those with a VEN']),
      extra: { mixed_enforcement_apps: names, ...(fix ? { fix_plan: fixes } : {}) },
      next: fix
        ? fixes.flatMap(({ calls }) => calls.slice(0, 1)).slice(0, 1)
        : mixed.length > 0
          ? ['get-workload-enforcement-status fix=true plans one mode for each mixed application.']
          : [],
    };
  },
});

/** The workloads of an application: label values, `key=value` expressions or hrefs, both narrowing. */
async function applicationFilter(
  named: { readonly app: string | undefined; readonly env: string | undefined },
  resolve: Resolver,
  signal: AbortSignal,
): ReturnType<typeof workloadFilter> {
  const terms = Object.entries(named)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '')
    .map(([key, name]) => (/[=/]/.test(name) ? name : labelTerm(key, name)));
  return workloadFilter(terms.join(' '), resolve, { signal });
}

function byApplication(workloads: readonly Workload[]): readonly GroupRow[] {
  const groups = Map.groupBy(workloads, (workload) =>
    JSON.stringify([labelOf(workload, 'app'), labelOf(workload, 'env')]),
  );
  return [...groups.values()]
    .map((members) => row(members))
    .sort(
      (a, b) =>
        Number(b.is_mixed) - Number(a.is_mixed) ||
        b.workload_count - a.workload_count ||
        compareText(`${a.app}\0${a.env}`, `${b.app}\0${b.env}`),
    );
}

function row(members: readonly Workload[]): GroupRow {
  const [first] = members;
  const modes = modeCounts(members);
  return {
    app: labelOf(first, 'app'),
    env: labelOf(first, 'env'),
    workload_count: members.length,
    enforcement_modes: modes,
    unmanaged_count: members.filter(({ managed }) => !managed).length,
    is_mixed: Object.keys(modes).length > 1,
  };
}

const labelOf = (workload: Workload | undefined, key: string): string =>
  workload?.labels.find((label) => label.key === key)?.value ?? UNLABELED;

const managedOf = (workloads: readonly Workload[], { app, env }: GroupRow): readonly Workload[] =>
  workloads.filter(
    (workload) => workload.managed && labelOf(workload, 'app') === app && labelOf(workload, 'env') === env,
  );

/** Managed workloads per mode, modes that do not occur left out. */
function modeCounts(workloads: readonly Workload[]): Readonly<Record<string, number>> {
  return Object.fromEntries(tally(workloads.filter(({ managed }) => managed).map(({ mode }) => mode)));
}
