import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatorRoutes } from '../../src/cli/pce-sim-routes.ts';
import { buildEstate } from '../../src/simulator/estates/index.ts';
import type { Route } from '../../src/simulator/http/route.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { PCE_VERSIONS, type PceVersion } from '../../src/simulator/versions.ts';
import { checkOf, everyAnswer, hrefs, problemsOf } from './answers.ts';
import { isPublished, SCHEMAS_MISSING } from './simulator-traffic/schemas.ts';

/** Only two releases have published schemas; an older one may leave fields out and never has more. */
const SCHEMAS_OF = { '23.5': '25.2.20', '24.5': '25.2.20', '25.2': '25.2.20', '26.3': '26.3.0' } as const;

const PUBLISHED: ReadonlySet<PceVersion> = new Set(['25.2', '26.3']);

const nowMs = Date.parse('2026-03-31T09:00:00Z');
const routesOf = (version: PceVersion) =>
  JSON.parse(simulatorRoutes(true, version)) as readonly Pick<Route, 'method' | 'path' | 'schema'>[];

/** Every name of a property in a published schema and in what it refers to. */
function namesIn(release: string, file: string, seen = new Set<string>()): ReadonlySet<string> {
  const root = fileURLToPath(new URL('../../../shared/pce/schemas', import.meta.url));
  const names = new Set<string>();
  if (seen.has(file)) return names;
  seen.add(file);
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string' && inner.includes('.json')) {
        const target = join(dirname(file), inner.replace(/#.*$/, ''));
        for (const name of namesIn(release, target, seen)) names.add(name);
      }
      if (key === 'properties' && typeof inner === 'object')
        for (const name of Object.keys(inner ?? {})) names.add(name);
      visit(inner);
    }
  };
  visit(JSON.parse(readFileSync(join(root, release, file), 'utf8')));
  return names;
}

function keysIn(value: unknown, keys = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return keys;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) keys.add(key);
    keysIn(inner, keys);
  }
  return keys;
}

describe.skipIf(SCHEMAS_MISSING !== null).each(PCE_VERSIONS)('a PCE %s', (version) => {
  let simulator: Simulator;
  let call: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    simulator = await createSimulator({
      // What no schema is published for, on what fits on a page.
      estate: PUBLISHED.has(version) ? buildEstate({ profile: 'small', seed: 3, nowMs, flows: 500 }) : tinyEstate(),
      rateLimit: 'off',
      pceVersion: version,
    });
    call = clientOf(simulator);
  });
  afterAll(() => simulator.close());

  it('answers nothing but what the schemas of its release say', async () => {
    const release = SCHEMAS_OF[version];
    const check = checkOf(release);
    const found: string[] = [];
    let validated = 0;
    for await (const answer of everyAnswer(call, routesOf(version))) {
      if (!isPublished(release, answer.schema)) continue;
      expect(answer.status, answer.url).toBe(200);
      found.push(...problemsOf(check, answer).map((problem) => `${answer.url}: ${problem}`));
      validated++;
      if (release === '26.3.0' || !isPublished('26.3.0', answer.schema)) continue;
      const file = `v2/${answer.schema}.schema.json`;
      const newer = namesIn('26.3.0', file).difference(namesIn(release, file));
      for (const key of keysIn(answer.json).intersection(newer))
        found.push(`${answer.url}: ${key} is of a later release`);
    }
    expect(found).toEqual([]);
    expect(validated).toBeGreaterThan(50);
  });

  it('says which one it is', async () => {
    const { json } = await call('GET', '/product_version');
    expect(json).toMatchObject({
      product_name: 'PCE',
      version: expect.stringMatching(`^${version.replace('.', '\\.')}\\.`),
    });
  });

  it.each([
    ['deny_rules', '24.5'],
    ['policy_check', '25.2'],
    ['ip_list_attributes', '26.3'],
  ] as const)('has %s from %s on', async (name, since) => {
    const [set] = hrefs((await call('GET', '/orgs/1/sec_policy/draft/rule_sets')).json);
    const [first, second] = hrefs((await call('GET', '/orgs/1/workloads?managed=true')).json);
    const paths = {
      deny_rules: `${set}/deny_rules`,
      policy_check: `/orgs/1/sec_policy/draft/policy_check?src_workload=${first}&dst_workload=${second}&port=1&protocol=6`,
      ip_list_attributes: '/orgs/1/ip_list_attributes',
    };
    const there = PCE_VERSIONS.indexOf(version) >= PCE_VERSIONS.indexOf(since);
    expect((await call('GET', paths[name])).status).toBe(there ? 200 : 404);
  });

  it('takes fields from the release on that has them, and refuses them by name before', async () => {
    const [set] = hrefs((await call('GET', '/orgs/1/sec_policy/draft/rule_sets')).json);
    const rule = {
      enabled: true,
      providers: [{ actors: 'ams' }],
      consumers: [{ actors: 'ams' }],
      ingress_services: [{ proto: 6, port: 4711 }],
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
      all_ips_except_for_in_consumers: true,
    };
    const { status, json } = await call('POST', `${set}/sec_rules`, { body: rule });
    if (version === '26.3') {
      expect([status, json]).toEqual([201, expect.objectContaining({ all_ips_except_for_in_consumers: true })]);
      return;
    }
    // objects.md §1.5, seen on a real 25.2.
    const message = expect.stringContaining(
      'The property \'#/\' contains additional properties ["all_ips_except_for_in_consumers"] outside of the schema',
    );
    expect([status, json]).toEqual([406, [{ token: 'input_validation_error', message }]]);
  });

  it('shows deny rules in rule sets from 24.5 on', async () => {
    const { json } = await call('GET', '/orgs/1/sec_policy/active/rule_sets');
    const shown = (json as object[]).map((set) => 'deny_rules' in set);
    expect(new Set(shown)).toEqual(new Set([version !== '23.5']));
  });
});
