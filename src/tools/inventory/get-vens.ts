import type { Ven } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, oneOf, text, texts } from '../fields.ts';
import { labelFilter, labelTerm } from '../label-argument.ts';
import { byNameThenHref, listingCoverage, plural, tally, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

interface VenRow {
  readonly href: string;
  readonly hostname?: string;
  readonly status: string;
  readonly version?: string;
  readonly os_id?: string;
  readonly ven_type?: string;
  readonly last_heartbeat_at?: string;
  readonly conditions: readonly string[];
  readonly labels: readonly string[];
  readonly workload?: string;
}

const DAY_MS = 86_400_000;

export default defineTool({
  name: 'get-vens',
  title: 'List VENs',
  description:
    'Lists VENs (agents): status, version, last heartbeat, conditions. Use it for agent health, versions and offline hosts; for enforcement and addresses use get-workloads.',
  toolset: 'inventory',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      hostname: described(text, 'Part of the host name'),
      status: oneOf('active', 'suspended', 'stopped', 'uninstalled'),
      health: oneOf('healthy', 'unhealthy', 'error', 'warning'),
      version: described(text, 'VEN version, like 24.2.10'),
      labels: described(text, 'app=ordering env=prod|dev, or list of hrefs'),
      max_results: described({ ...integer, minimum: 1 }, 'Read at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      hostname: text,
      status: text,
      version: text,
      os_id: text,
      ven_type: text,
      last_heartbeat_at: text,
      conditions: texts,
      labels: texts,
      workload: text,
    },
    { total: integer, by_status: counts, by_version: counts, without_heartbeat_24h: integer },
  ),
  example: { status: 'active', labels: 'env=prod' },
  columns: [
    { header: 'hostname', value: (row: VenRow) => row.hostname },
    { header: 'status', value: (row: VenRow) => row.status },
    { header: 'version', value: (row: VenRow) => row.version },
    { header: 'os', value: (row: VenRow) => row.os_id },
    { header: 'type', value: (row: VenRow) => row.ven_type },
    { header: 'last heartbeat', value: (row: VenRow) => row.last_heartbeat_at },
    { header: 'conditions', value: (row: VenRow) => row.conditions.join(', ') },
    { header: 'labels', value: (row: VenRow) => row.labels.join(' ') },
    { header: 'href', value: (row: VenRow) => row.href },
    { header: 'workload', value: (row: VenRow) => row.workload },
  ],

  async run({ hostname, status, health, version, labels, max_results: maxResults }, { pce, signal, clock, progress }) {
    const filter = { hostname, status, health, version, labels: await labelFilter(labels, pce.resolve, { signal }) };
    const [listing, known] = await Promise.all([
      pce.vens(filter, {
        signal,
        maxResults,
        onProgress: (read, total) => progress('Reading VENs', read, total ?? undefined),
      }),
      pce.labels({}, { signal }),
    ]);
    const names = new Map(known.items.map(({ href, key, value }) => [String(href), labelTerm(key, value)]));
    const vens = [...listing.items].sort(byNameThenHref((ven) => ven.hostname ?? ''));
    const statuses = tally(vens.map((ven) => ven.status));
    const silent = vens.filter((ven) => isSilent(ven, clock.now() - DAY_MS)).length;
    return {
      answer:
        vens.length === 0
          ? 'No VEN matches.'
          : `${plural(vens.length, 'VEN')}: ${tallyText(statuses)}; ${silent} without a heartbeat for 24 hours.`,
      items: vens.map((ven) => venRow(ven, names)),
      totals: {
        total: listing.matched ?? vens.length,
        by_status: Object.fromEntries(statuses),
        by_version: Object.fromEntries(tally(vens.map((ven) => ven.version ?? 'unknown'))),
        without_heartbeat_24h: silent,
      },
      coverage: listingCoverage(listing),
    };
  },
});

const isSilent = ({ lastHeartbeatAt }: Ven, sinceMs: number): boolean =>
  lastHeartbeatAt === null || Date.parse(lastHeartbeatAt) < sinceMs;

const venRow = (ven: Ven, labelNames: ReadonlyMap<string, string>): VenRow => ({
  href: ven.href,
  ...present({ hostname: ven.hostname }),
  status: ven.status,
  ...present({
    version: ven.version,
    os_id: ven.osId,
    ven_type: ven.venType,
    last_heartbeat_at: ven.lastHeartbeatAt,
    workload: ven.workloads[0],
  }),
  conditions: ven.conditions,
  labels: ven.labels.map((label) => labelNames.get(label) ?? label),
});
