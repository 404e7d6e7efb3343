import type { RemoteFlowTable } from '../../work/flows.ts';
import { appPairs } from './app-pairs.ts';
import { blockedFlows, byProcess, externalDestinations } from './sections.ts';
import type { Section, SectionRows, SummaryRow } from './summary-row.ts';

/** Rows per section. `standard` makes one page of about 2,000 tokens. */
const LIMITS = {
  standard: { app_to_app: 16, blocked: 8, external_destinations: 8, by_process: 5, destinations: 2 },
  full: { app_to_app: 2_000, blocked: 2_000, external_destinations: 2_000, by_process: 500, destinations: 10 },
} as const satisfies Record<string, Record<Section | 'destinations', number>>;

/** The rows of a summary and what is counted beside the totals. */
export interface SummaryView {
  readonly rows: readonly SummaryRow[];
  readonly totals: Readonly<Record<string, unknown>>;
  readonly truncatedSections: readonly string[];
  readonly gaps: readonly string[];
}

/** All sections, the largest rows of each. */
export async function sections(
  table: RemoteFlowTable,
  {
    identity,
    detail,
    signal,
  }: {
    readonly identity: readonly string[];
    readonly detail: keyof typeof LIMITS;
    readonly signal: AbortSignal;
  },
): Promise<SummaryView> {
  const limits = LIMITS[detail];
  const [pairs, blocked, external, processes] = await Promise.all([
    appPairs(table, { identity, limit: limits.app_to_app, signal }),
    blockedFlows(table, { limit: limits.blocked, signal }),
    externalDestinations(table, { limit: limits.external_destinations, signal }),
    byProcess(table, { limit: limits.by_process, destinations: limits.destinations, signal }),
  ]);
  const all: Readonly<Record<Section, SectionRows>> = {
    app_to_app: pairs,
    blocked,
    external_destinations: external,
    by_process: processes,
  };
  const named = Object.entries(all);
  return {
    rows: named.flatMap(([, { rows }]) => rows),
    totals: {
      distinct_processes: processes.total,
      section_totals: Object.fromEntries(named.map(([name, { total }]) => [name, total])),
    },
    truncatedSections: named.filter(([, { rows, total }]) => rows.length < total).map(([name]) => name),
    gaps:
      processes.rowsWithoutProcess === 0
        ? []
        : [`the processes of ${processes.rowsWithoutProcess} rows, which name none`],
  };
}
