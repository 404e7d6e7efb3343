import { isObject } from '../../core/json.ts';
import type { TrafficDesk } from '../traffic/desk.ts';
import { rowsOf } from '../traffic/result.ts';
import { jsonWriter } from '../traffic/row-json.ts';
import type { World } from '../world.ts';
import { naiveMatch } from './naive-count.ts';

/**
 * The rows and connections a traffic query is about, without `max_results` and seen by everybody. Every record of the window is written
 * out as a download has it and judged by itself, so that the number does not depend on the query engine's filters.
 */
export async function countNaively(
  body: Readonly<Record<string, unknown>>,
  { world, desk }: { readonly world: World; readonly desk: TrafficDesk },
): Promise<{ readonly rows: number; readonly connections: number }> {
  const time = (name: string, otherwise: number) => {
    const ms = Date.parse(String(body[name]));
    return Number.isNaN(ms) ? otherwise : ms;
  };
  const any = { include: [], exclude: [] };
  const everything = desk.ask(
    {
      fromMs: time('start_date', 0),
      toMs: time('end_date', Number.MAX_SAFE_INTEGER),
      sources: any,
      destinations: any,
      services: any,
      either: false,
      decisions: [],
      boundaryDecisions: [],
      clientTypes: any,
      workloadsOutsideIpLists: false,
      maxResults: Number.MAX_SAFE_INTEGER,
    },
    null,
  );
  const write = jsonWriter(everything);
  let rows = 0;
  let connections = 0;
  for await (const batch of rowsOf(everything, {})) {
    for (const observed of batch) {
      const record: unknown = JSON.parse(write(observed, null));
      if (!isObject(record) || !naiveMatch(record, body, world)) continue;
      rows += 1;
      connections += Number(record['num_connections']);
    }
  }
  return { rows, connections };
}
