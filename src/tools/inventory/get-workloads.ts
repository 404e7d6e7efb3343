import type { Column } from '../../answer/answer.ts';
import { Failure } from '../../core/errors.ts';
import type { Workload } from '../../model/inventory.ts';
import type { WorkloadFilter } from '../../pce/view.ts';
import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, oneOf, text, texts } from '../fields.ts';
import { workloadFilter } from '../label-argument.ts';
import { byNameThenHref, listingCoverage, plural, tally, tallyText } from '../listing.ts';
import { perListing } from '../per-listing.ts';
import { defineTool } from '../tool.ts';
import { type Detail, type WorkloadRow, labelsOf, workloadRow } from './workload-row.ts';

const columns: readonly Column<WorkloadRow>[] = [
  { header: 'name', value: (row) => row.name ?? row.hostname },
  { header: 'hostname', value: (row) => (row.name === undefined || row.hostname === row.name ? '' : row.hostname) },
  { header: 'ip', value: (row) => row.ip_addresses },
  { header: 'os', value: (row) => row.os_type },
  { header: 'mode', value: (row) => row.enforcement_mode },
  { header: 'visibility', value: (row) => row.visibility_level },
  { header: 'managed', value: (row) => row.managed },
  { header: 'online', value: (row) => row.online },
  { header: 'labels', value: labelsOf },
  { header: 'details', value: (row) => row.details },
  { header: 'href', value: (row) => row.href },
];

export default defineTool({
  name: 'get-workloads',
  title: 'List workloads',
  description:
    'Lists workloads with labels, addresses, OS and enforcement mode; filter by name, IP, mode or labels. For counts per application use get-workload-enforcement-status.',
  toolset: 'inventory',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      hostname: described(text, 'Part of the host name'),
      ip_address: described(text, 'Part of an address'),
      description: described(text, 'Part of the description'),
      managed: described(flag, 'Has a VEN'),
      online: described(flag, 'VEN is online'),
      enforcement_mode: oneOf('visibility_only', 'full', 'idle', 'selective'),
      labels: described(text, 'app=ordering env=prod|dev, or list of hrefs'),
      max_results: described({ ...integer, minimum: 1 }, 'Read at most so many (default all)'),
      detail_level: described(oneOf('compact', 'full', 'labels_only'), 'Fields per row (default compact)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      hostname: text,
      ip_addresses: text,
      os_type: text,
      online: flag,
      managed: flag,
      enforcement_mode: text,
      visibility_level: text,
      details: text,
      open_ports: texts,
    },
    { total: integer, returned: integer, managed: integer, unmanaged: integer, online: integer, by_mode: counts },
    { open: true },
  ),
  example: { labels: 'app=ordering env=prod', max_results: 100 },
  columns,

  async run(args, { pce, signal, progress }) {
    const detail: Detail = args.detail_level ?? 'compact';
    const chosen = await workloadFilter(args.labels, pce.resolve, { signal });
    const filter: WorkloadFilter = {
      ...chosen,
      name: args.name,
      hostname: args.hostname,
      ipAddress: args.ip_address,
      description: args.description,
      managed: agreed(args.managed, chosen.managed),
      online: args.online,
      enforcementMode: args.enforcement_mode,
    };
    const listing = await pce.workloads(filter, {
      signal,
      maxResults: args.max_results,
      onProgress: (read, total) => progress('Reading workloads', read, total ?? undefined),
    });
    const { rows, totals, answer } = viewOf(listing.items, `${detail} ${listing.matched}`, (workloads) =>
      view(workloads, detail, listing.matched),
    );
    return {
      answer,
      items: rows,
      totals,
      coverage: listingCoverage(listing),
      next: rows.length === 0 ? ['get-labels lists the label values that exist.'] : undefined,
    };
  },
});

const viewOf = perListing<Workload, ReturnType<typeof view>>();

function view(workloads: readonly Workload[], detail: Detail, matched: number | null) {
  const sorted = workloads.toSorted(byNameThenHref((workload) => workload.name ?? workload.hostname ?? ''));
  const managed = sorted.filter((workload) => workload.managed);
  const modes = tally(managed.map(({ mode }) => mode));
  return {
    rows: sorted.map((workload) => workloadRow(workload, detail)),
    totals: {
      total: matched ?? sorted.length,
      returned: sorted.length,
      managed: managed.length,
      unmanaged: sorted.length - managed.length,
      online: managed.filter(({ online }) => online).length,
      by_mode: Object.fromEntries(modes),
    },
    answer: summary(sorted, managed, modes, matched),
  };
}

/** `ams` in the labels says "managed" too; a contradiction must not drop one of the two. */
function agreed(argument: boolean | undefined, expression: boolean | undefined): boolean | undefined {
  if (argument !== undefined && expression !== undefined && argument !== expression)
    throw new Failure('invalid_arguments', { message: 'labels=ams and managed=false contradict each other.' });
  return argument ?? expression;
}

function summary(
  workloads: readonly Workload[],
  managed: readonly Workload[],
  modes: ReturnType<typeof tally>,
  matched: number | null,
): string {
  if (workloads.length === 0) return 'No workload matches.';
  const whole =
    matched !== null && matched > workloads.length
      ? `${plural(matched, 'workload')} match, ${workloads.length} of them read`
      : plural(workloads.length, 'workload');
  const inModes = modes.length === 0 ? '' : ` (${tallyText(modes)})`;
  return `${whole}: ${managed.length} managed${inModes}, ${workloads.length - managed.length} unmanaged.`;
}
