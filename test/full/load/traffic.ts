import { asking } from '../../contract/simulator-traffic/harness.ts';
import type { Call } from './client.ts';

const QUERIES = '/orgs/1/traffic_flows/async_queries';

interface Row {
  readonly dst: { readonly workload?: { readonly href: string } };
}

/** A question about the traffic to one workload in one hour. */
export interface Question {
  readonly workload: string;
  readonly endMs: number;
}

/** Asks, waits and downloads, as every client of the PCE does. */
export async function rowsOf(call: Call, { workload, endMs }: Question): Promise<readonly Row[]> {
  const body = asking({
    start_date: new Date(endMs - 3_600_000).toISOString(),
    end_date: new Date(endMs).toISOString(),
    destinations: { include: [[{ workload: { href: workload } }]], exclude: [] },
    max_results: 200,
  });
  const posted = await call('POST', QUERIES, {
    status: 202,
    schema: 'traffic_flows_async_queries_post_response',
    body,
  });
  const { href } = posted.json as { readonly href: string };
  const expected = { status: 200, schema: 'traffic_flows_async_queries_get' };
  for (;;) {
    const { status, flows_count } = (await call('GET', href, expected)).json as Readonly<Record<string, unknown>>;
    if (status === 'completed') {
      const schema = 'traffic_flows_async_queries_download_get';
      const rows = (await call('GET', `${href}/download`, { status: 200, schema })).json as readonly Row[];
      if (rows.length !== flows_count) throw new Error(`${href}: ${rows.length} rows of ${String(flows_count)}`);
      return rows;
    }
    if (status !== 'queued' && status !== 'working') throw new Error(`${href}: ${String(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
