import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRoutes } from '../../src/simulator/routes.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { releaseOf, routesIn } from '../../src/simulator/versions.ts';
import { checkOf, everyAnswer, problemsOf } from './answers.ts';
import { isPublished, RELEASES, SCHEMAS_MISSING } from './simulator-traffic/schemas.ts';

/** What writes leave behind validates like everything else against the schema Illumio publishes for it; a whole estate: `simulator-versions.test.ts`. */
const VERSIONS = { '25.2.20': '25.2', '26.3.0': '26.3' } as const;

const WRITES: readonly (readonly [path: string, body: unknown])[] = [
  ['/sec_policy/draft/ip_lists', { name: 'C-IPL', description: 'x', ip_ranges: [{ from_ip: '10.0.0.1' }], fqdns: [] }],
  ['/sec_policy/draft/services', { name: 'C-SVC', description: 'x', service_ports: [{ proto: 6, port: 80 }] }],
  [
    '/sec_policy/draft/enforcement_boundaries',
    {
      name: 'C-EB',
      providers: [{ actors: 'ams' }],
      consumers: [{ ip_list: { href: '/orgs/1/sec_policy/draft/ip_lists/1' } }],
      ingress_services: [{ proto: 6, port: 23 }],
    },
  ],
  ['/sec_policy/draft/virtual_services', { name: 'C-VS', service_ports: [{ proto: 6, port: 8443 }] }],
  ['/workloads', { name: 'c-unmanaged', interfaces: [{ name: 'umw0', address: '10.3.2.1' }] }],
];

describe.skipIf(SCHEMAS_MISSING !== null).each(RELEASES)(
  `answers in %s${SCHEMAS_MISSING === null ? '' : ` (skipped: ${SCHEMAS_MISSING})`}`,
  (published) => {
    const release = releaseOf(VERSIONS[published]);
    const check = checkOf(published);
    let simulator: Simulator;
    let call: ReturnType<typeof clientOf>;
    beforeAll(async () => {
      simulator = await startSimulator({ estate: tinyEstate(), rateLimit: 'off', release });
      call = clientOf(simulator);
      for (const [path, body] of WRITES) {
        const answer = await call('POST', `/orgs/1${path}`, { body });
        expect(answer.status, answer.text).toBe(201);
      }
    });
    afterAll(() => simulator.close());

    it('validate', async () => {
      const found: string[] = [];
      let validated = 0;
      for await (const answer of everyAnswer(call, routesIn(release, allRoutes()))) {
        if (!isPublished(published, answer.schema)) continue;
        expect(answer.status, answer.url).toBe(200);
        found.push(...problemsOf(check, answer).map((problem) => `${answer.url}: ${problem}`));
        validated++;
      }
      expect(found).toEqual([]);
      expect(validated).toBeGreaterThan(40);
    });

    it('validate after calls that change nothing', async () => {
      const policyHref = '/orgs/1/sec_policy/draft';
      const dependencies = await call('POST', `${policyHref}/dependencies`, {
        body: { operation: 'commit', change_subset: { ip_lists: [] } },
      });
      expect(check('sec_policy_dependencies_post_response', dependencies.json)).toEqual([]);
      const impact = await call('POST', '/orgs/1/sec_policy/impact', { body: {} });
      expect(check('sec_policy_impact_post_response', impact.json)).toEqual([]);
      const job = await call('GET', '/orgs/1/labels', { headers: { Prefer: 'respond-async' } });
      const polled = await call('GET', String(job.headers['location']));
      // Its times are not RFC 3339, in the documentation's own examples (objects.md §1.3).
      expect(check('jobs_get', polled.json).filter((problem) => !/_at must match format/.test(problem))).toEqual([]);
    });
  },
);
