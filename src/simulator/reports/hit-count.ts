import { objectsIn, hrefOf, textIn } from '../lifecycle/body.ts';
import { isoTime } from '../objects/wire.ts';
import { draftReporter } from '../traffic/judge.ts';
import { questionOf } from '../traffic/observe.ts';
import type { TrafficDesk } from '../traffic/desk.ts';
import { rowsOf } from '../traffic/result.ts';
import type { JsonObject } from '../../core/json.ts';
import type { WorldState } from '../world-state.ts';

const HEADER =
  'Rule HREF,Rule Name,Rule Set HREF,Rule Set Name,Rule Hit Count,Days Since Last Hit,Last Updated Timestamp,Last Updated By,Start Date,End Date';
const DAY_MS = 86_400_000;
const EVERYTHING = { include: [], exclude: [] } as const;

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The rule hit count as CSV (traffic.md §11): how many connections of a time range each active rule allowed or denied, and how long ago the
 * last one was; -1: never.
 */
export async function* hitCountCsv(
  world: WorldState,
  desk: TrafficDesk,
  { fromMs, toMs }: Range,
  parameters: JsonObject,
) {
  const wanted = new Set(objectsIn(parameters['rule_sets']).map((entry) => idOf(hrefOf(entry) ?? '')));
  const hits = await hitsOf(world, desk, { fromMs, toMs });
  yield `${HEADER}\n`;
  for (const { object, content } of world.policies.inVersion('rule_sets', 'active')) {
    if (wanted.size > 0 && !wanted.has(object.id)) continue;
    const set = world.policies.href(object, 'active');
    for (const { kind, id, body, updatedMs, updatedBy } of content.rules) {
      if (kind === 'ip_tables_rules') continue;
      const href = `${set}/${kind}/${id}`;
      const hit = hits.get(href);
      const days = hit === undefined ? -1 : Math.floor((world.clock.now() - hit.lastMs) / DAY_MS);
      const cells = [
        href,
        textIn(body['description']) ?? '',
        set,
        textIn(content.body['name']) ?? '',
        hit?.connections ?? 0,
        days,
        isoTime(updatedMs),
        updatedBy,
        isoTime(fromMs),
        isoTime(toMs),
      ];
      yield `${cells.map((cell) => quoted(String(cell))).join(',')}\n`;
    }
  }
}

const idOf = (href: string): string => href.slice(href.lastIndexOf('/') + 1);

/** A field of CSV. */
export const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

async function hitsOf(
  world: WorldState,
  desk: TrafficDesk,
  { fromMs, toMs }: Range,
): Promise<ReadonlyMap<string, { connections: number; lastMs: number }>> {
  const hits = new Map<string, { connections: number; lastMs: number }>();
  const covering = draftReporter(world.policy('active'));
  const everything = desk.ask(
    {
      fromMs,
      toMs,
      sources: EVERYTHING,
      destinations: EVERYTHING,
      services: EVERYTHING,
      either: false,
      decisions: [],
      boundaryDecisions: [],
      clientTypes: EVERYTHING,
      workloadsOutsideIpLists: true,
      maxResults: Number.MAX_SAFE_INTEGER,
    },
    null,
  );
  for await (const batch of rowsOf(everything, {}))
    for (const { row, src, dst } of batch) {
      // A connection between two VENs is reported twice and happened once.
      if (row.reporter === 'source' && dst.peer?.record.managed === true) continue;
      const { rules, boundaries, overrideDenies } = covering(questionOf(row, { src, dst }));
      for (const href of [...rules, ...boundaries, ...overrideDenies]) {
        const hit = hits.get(href) ?? { connections: 0, lastMs: 0 };
        hit.connections += row.connections;
        hit.lastMs = Math.max(hit.lastMs, row.lastMs);
        hits.set(href, hit);
      }
    }
  return hits;
}
