import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Href, href } from '../../src/core/href.ts';
import { trafficBody } from '../../src/pce/traffic/body.ts';
import type {
  DestinationActor,
  DestinationExclude,
  TrafficActor,
  TrafficQuery,
  TrafficService,
} from '../../src/pce/traffic/query.ts';
import { CANCELLATION } from '../../src/pce/traffic/run.ts';
import { RELEASES, SCHEMAS_MISSING, schemas } from './simulator-traffic/schemas.ts';

// What JSON leaves out does not reach the PCE.
const asSent = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

const ref = (pattern: string): fc.Arbitrary<Href> =>
  fc.integer({ min: 1, max: 99 }).map((id) => href(pattern.replace('ID', `${id}`)));
const label = ref('/orgs/1/labels/ID').map((value): TrafficActor => ({ label: value }));
const plain: fc.Arbitrary<TrafficActor> = fc.oneof(
  label,
  ref('/orgs/1/sec_policy/active/label_groups/ID').map((value): TrafficActor => ({ labelGroup: value })),
  ref('/orgs/1/workloads/ID').map((value): TrafficActor => ({ workload: value })),
  ref('/orgs/1/sec_policy/active/ip_lists/ID').map((value): TrafficActor => ({ ipList: value })),
  fc.constantFrom<TrafficActor>({ ipAddress: '10.0.0.1' }, { ipAddress: '2001:db8::/32' }),
);
const ams = fc.constant<TrafficActor>({ actors: 'ams' });
const fqdn = fc.constant<DestinationActor>({ fqdn: '*.example.com' });
const transmission = fc.constantFrom('broadcast' as const, 'multicast' as const, 'unicast' as const);
const blocks = <T>(actor: fc.Arbitrary<T>) => fc.array(fc.array(actor, { maxLength: 3 }), { maxLength: 3 });
const port = fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined });
const service: fc.Arbitrary<TrafficService> = fc.record({
  proto: fc.option(fc.constantFrom(6, 17, 1), { nil: undefined }),
  port,
  toPort: port,
  processName: fc.option(fc.string(), { nil: undefined }),
  windowsServiceName: fc.option(fc.string(), { nil: undefined }),
});
const services = fc.array(service, { maxLength: 3 });

// `ams` in an exclusion is left out: clients send it (traffic.md §2.5), the published schema does not know it.
const query: fc.Arbitrary<TrafficQuery> = fc.record({
  name: fc.string(),
  start: fc.constant('2025-06-01T00:00:00Z'),
  end: fc.constant('2025-06-02T23:59:59Z'),
  sources: fc.record({ include: blocks(fc.oneof(plain, ams)), exclude: fc.array(plain, { maxLength: 3 }) }),
  destinations: fc.record({
    include: blocks<DestinationActor>(fc.oneof(plain, ams, fqdn)),
    exclude: fc.array<DestinationExclude>(
      fc.oneof(
        plain,
        fqdn,
        transmission.map((word): DestinationExclude => ({ transmission: word })),
      ),
      { maxLength: 3 },
    ),
  }),
  services: fc.record({ include: services, exclude: services }),
  sourcesOrDestinations: fc.boolean(),
  decisions: fc.subarray(['allowed', 'potentially_blocked', 'blocked', 'unknown'] as const),
  excludeWorkloadsFromIpListQuery: fc.boolean(),
  maxResults: fc.integer({ min: 1, max: 200_000 }),
});

describe.skipIf(SCHEMAS_MISSING !== null)(
  `bodies the client sends${SCHEMAS_MISSING === null ? '' : `: ${SCHEMAS_MISSING}`}`,
  () => {
    it.each(RELEASES)('are valid traffic queries on %s', (release) => {
      const problems = schemas(release);
      fc.assert(
        fc.property(query, (given) => {
          expect(problems('traffic_flows_async_queries_post', asSent(trafficBody(given)))).toEqual([]);
        }),
        { numRuns: 300 },
      );
      expect(problems('traffic_flows_async_queries_post', { query_name: 'x' })).not.toEqual([]);
    });

    it.each(RELEASES)('are a valid cancellation on %s', (release) => {
      expect(schemas(release)('traffic_flows_async_queries_put', CANCELLATION)).toEqual([]);
    });
  },
);
