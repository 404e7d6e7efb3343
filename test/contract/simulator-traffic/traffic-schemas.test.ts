import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trafficCorrections } from './corrections.ts';
import { asking, type FlowRecord, type Json, type Pce, startPce } from './harness.ts';
import { RELEASES, SCHEMAS_MISSING, schemas } from './schemas.ts';

const QUERIES = '/orgs/1/traffic_flows/async_queries';

describe.skipIf(SCHEMAS_MISSING !== null)(
  `published schemas${SCHEMAS_MISSING ? `: skipped, ${SCHEMAS_MISSING}` : ''}`,
  () => {
    let pce: Pce;
    beforeAll(async () => {
      pce = await startPce();
    });
    afterAll(() => pce?.close());

    test.each(RELEASES)('%s: queries in every state, lists, metrics', async (release) => {
      const problems = schemas(release);
      const posted = await pce.json('POST', QUERIES, { body: asking() });
      expect(problems('traffic_flows_async_queries_post_response', posted)).toEqual([]);
      const { href } = await pce.finished(asking());
      await pce.call('PUT', `${href}/update_rules`);
      for (const query of await pce.json<readonly Json[]>('GET', QUERIES)) {
        expect(problems('traffic_flows_async_queries_get', query)).toEqual([]);
      }
      const metrics = await pce.json('GET', '/orgs/1/traffic_flows/database_metrics');
      expect(problems('traffic_flows_database_metrics_get', metrics)).toEqual([]);
    });

    test.each(RELEASES)('%s: every row, with and without draft decisions', async (release) => {
      const problems = schemas(release, trafficCorrections);
      const { href } = await pce.finished(asking());
      const check = async () => {
        const rows = await pce.json<readonly FlowRecord[]>('GET', `${href}/download`);
        expect(rows.length).toBeGreaterThan(500);
        expect(problems('traffic_flows_async_queries_download_get', rows).slice(0, 5)).toEqual([]);
      };
      await check();
      await pce.call('PUT', `${href}/update_rules`);
      await check();
    });

    test.each(RELEASES)('%s: what the schema accepts is accepted, what it refuses is refused', async (release) => {
      const problems = schemas(release);
      const label = { label: { href: `/orgs/1/labels/${pce.world.estate.labels[0]?.id}` } };
      const include = (actor: unknown) => asking({ sources: { include: [[actor]], exclude: [] } });
      const bodies = [
        asking(),
        include(label),
        include({ ip_address: '10.0.0.0/8' }),
        include({ actors: 'ams' }),
        include({ transmission: 'broadcast' }),
        include({ nonsense: 1 }),
        include({ cloud_resource: { resource_uuid: 'x' } }),
        include({ data_center: { type: 'aws' } }),
        asking({
          destinations: { include: [], exclude: [{ transmission: 'multicast' }, { fqdn: 'a.example.com' }, label] },
        }),
        asking({ destinations: { include: [[{ fqdn: 'a.example.com' }]], exclude: [] } }),
        asking({
          services: {
            include: [{ port: 1, to_port: 2, proto: 6, process_name: 'x', windows_service_name: 'y' }],
            exclude: [],
          },
        }),
        asking({ services: { include: [{ port: 70_000 }], exclude: [] } }),
        asking({ services: { include: [{ icmp_type: 1 }], exclude: [] } }),
        asking({ data_sources: { include: ['server', 'endpoint', 'flowlink', 'scanner'] } }),
        asking({ data_sources: { include: ['router'] } }),
        asking({ boundary_decisions: ['blocked', 'blocked_by_override_deny', 'blocked_non_illumio_rule'] }),
        asking({ policy_decisions: ['allowed', 'potentially_blocked', 'blocked', 'unknown'] }),
        asking({ policy_decisions: ['no'] }),
        asking({ max_results: 200_001 }),
        asking({ exclude_workloads_from_ip_list_query: false, sources_destinations_query_op: 'or' }),
        asking({ surprise: true }),
      ];
      const verdicts = await Promise.all(
        bodies.map(async (body) => {
          const { status } = await pce.call('POST', QUERIES, { body });
          return { body, accepted: status === 202 };
        }),
      );
      expect(verdicts).toEqual(
        bodies.map((body) => ({ body, accepted: problems('traffic_flows_async_queries_post', body).length === 0 })),
      );
    });
  },
);
