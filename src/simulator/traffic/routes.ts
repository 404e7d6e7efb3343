import { integerParam, flagParam } from '../http/query.ts';
import { notFound, refused } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { bodyCheck } from '../http/validate.ts';
import { oneOf, record } from '../http/schema.ts';
import { JSON_TYPE } from '../http/send.ts';
import type { WorldState } from '../world-state.ts';
import { databaseMetrics } from './database-metrics.ts';
import type { TrafficDesk, TrafficQuery } from './desk.ts';
import { questionReader } from './read-question.ts';
import { csvDownload, jsonDownload } from './result.ts';
import { ruleCoverageRoute } from './rule-coverage.ts';
import { uploadRoute } from './uploaded.ts';
import { queryObject } from './wire.ts';

const QUERIES = '/orgs/:org/traffic_flows/async_queries';
const QUERY = `${QUERIES}/:id`;

const cancelCheck = bodyCheck<{ readonly status: string }>(
  'traffic_flows_async_queries_put',
  record({ status: oneOf('cancel_requested') }, ['status']),
);

export interface TrafficRouteOptions {
  /** The desk of a world; the same one for the same world. */
  readonly desk: (world: WorldState) => TrafficDesk;
  readonly strict: boolean;
}

/**
 * The traffic API (traffic.md §2, §3, §8.6). Queries are reads: a read-only user may make them, and none leaves an audit event. The list
 * is a plain array outside the asynchronous collections (§2.3).
 */
export function trafficRoutes({ desk, strict }: TrafficRouteOptions): readonly Route<WorldState>[] {
  const readNamed = questionReader({ strict, named: true, maxRows: 200_000 });
  const readBlocking = questionReader({ strict, named: false, maxRows: 100_000 });

  const find = ({ world, params, caller }: Request<WorldState>): TrafficQuery => {
    const query = desk(world).find(params['id'] ?? '', caller);
    if (!query) throw notFound();
    return query;
  };
  const completed = (request: Request<WorldState>): TrafficQuery => {
    const query = find(request);
    // What a PCE answers before completion is not known; 404 is recommended (traffic.md §16.1).
    if (query.status() !== 'completed') throw notFound();
    return query;
  };

  return [
    uploadRoute,
    ruleCoverageRoute,
    {
      method: 'POST',
      path: QUERIES,
      access: 'read',
      schema: 'traffic_flows_async_queries_post_response',
      handle({ world, caller, body }) {
        const question = readNamed(body, world);
        const query = desk(world).post(question, { body, caller });
        const id = query.href.slice(query.href.lastIndexOf('/') + 1);
        // However soon it begins, it is told as queued (traffic.md §2.2); pylo takes nothing else.
        return { status: 202, json: { ...queryObject(query), status: 'queued' }, headers: { 'content-location': id } };
      },
    },
    {
      method: 'GET',
      path: QUERIES,
      access: 'read',
      schema: 'traffic_flows_async_queries_get',
      handle: ({ world, caller }) => ({ status: 200, json: desk(world).list(caller).map(queryObject) }),
    },
    {
      method: 'GET',
      path: QUERY,
      access: 'read',
      schema: 'traffic_flows_async_queries_get',
      handle: (request) => ({ status: 200, json: queryObject(find(request)) }),
    },
    {
      method: 'PUT',
      path: QUERY,
      access: 'read',
      handle(request) {
        cancelCheck(request.body);
        if (!desk(request.world).cancel(find(request))) {
          throw refused('simulator_query_not_running', 'Only a queued or working query can be cancelled');
        }
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: QUERY,
      access: 'read',
      handle(request) {
        desk(request.world).remove(find(request));
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: `${QUERY}/download`,
      access: 'read',
      schema: 'traffic_flows_async_queries_download_get',
      handle(request) {
        const { query: parameters, headers } = request;
        const result = completed(request).result();
        const slice = { offset: integerParam(parameters, 'offset'), limit: integerParam(parameters, 'limit') };
        // CSV is what comes without an Accept; Go clients rely on it (traffic.md §2.8).
        if (/\bapplication\/json\b/.test(headers['accept'] ?? '')) {
          return { status: 200, body: jsonDownload(result, slice), headers: JSON_TYPE };
        }
        const draft = flagParam(parameters, 'include_draft_policy_in_csv') ?? false;
        return { status: 200, body: csvDownload(result, slice, draft), headers: { 'Content-Type': 'text/csv' } };
      },
    },
    {
      method: 'PUT',
      path: `${QUERY}/update_rules`,
      access: 'read',
      handle(request) {
        desk(request.world).updateRules(completed(request));
        return { status: 202 };
      },
    },
    {
      method: 'POST',
      path: '/orgs/:org/traffic_flows/traffic_analysis_queries',
      access: 'read',
      handle({ world, caller, body }) {
        const result = desk(world).ask(readBlocking(body, world), caller);
        return { status: 200, body: jsonDownload(result, {}), headers: JSON_TYPE };
      },
    },
    {
      method: 'GET',
      path: '/orgs/:org/traffic_flows/database_metrics',
      access: 'read',
      schema: 'traffic_flows_database_metrics_get',
      handle: ({ world }) => ({ status: 200, json: databaseMetrics(world) }),
    },
  ];
}
