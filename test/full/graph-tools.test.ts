import { afterAll, expect, it } from 'vitest';
import { flowTables } from '../../src/work/flow-tables.ts';
import { callTool, type Structured } from '../catalogue/call.ts';
import { appMesh, GRAPH_TOOLS, STEP } from '../risk/app-mesh.ts';

const APPS = 2_000;
const EDGES = 100_000;

const flows = flowTables();
afterAll(() => flows.close());
const pce = appMesh(APPS, EDGES);

/** How many applications at most so many calls away from the first, counted step by step as the mesh was made. */
function within(hops: number): number {
  const seen = new Set([0]);
  for (let hop = 0; hop < hops; hop += 1)
    for (const app of Array.from(seen))
      for (let chord = 0; chord < EDGES / APPS; chord += 1) seen.add((app + 1 + chord * STEP) % APPS);
  return seen.size - 1;
}
const REACHED = within(4);

/** What each tool has to say of the mesh, known from how it was made. */
const EXPECTED: Readonly<Record<string, (answer: Structured) => void>> = {
  'identify-infrastructure-services': ({ totals, coverage, items }) => {
    expect(totals).toMatchObject({ unique_apps: APPS, unique_app_to_app_edges: EDGES });
    // Every application has as many callers as it calls: none is infrastructure more than another.
    expect(items[0]).toMatchObject({ in_degree: EDGES / APPS, out_degree: EDGES / APPS });
    const [pivots = APPS] = (coverage['gaps'] as string[]).flatMap((gap) => {
      const [, sampled, all] = /^betweenness is an estimate from (\d+) of (\d+) applications$/.exec(gap) ?? [];
      return Number(all) === APPS ? [Number(sampled)] : [];
    });
    expect(pivots).toBeGreaterThan(0);
    expect(pivots).toBeLessThan(APPS);
  },
  'detect-lateral-movement-paths': ({ totals }) =>
    // No application is the only way to another, as each is called by fifty.
    expect(totals).toMatchObject({
      total_apps: APPS,
      total_edges: EDGES,
      permitted_edges: EDGES,
      articulation_points: 0,
      paths: REACHED,
    }),
  'blast-radius': ({ totals }) =>
    expect(totals).toMatchObject({ groups: APPS, reached: REACHED, permitted_reach: REACHED }),
  'build-identity-graph': ({ totals }) =>
    expect(totals).toMatchObject({ flow_rows: EDGES, rows_with_identity: EDGES, rows_without_identity: 0 }),
  'plan-rollout': ({ totals }) => expect(totals).toMatchObject({ applications: APPS, planned: APPS }),
};

it.each(GRAPH_TOOLS)(
  `$tool.name answers on ${APPS} applications and ${EDGES} edges, and says what it sampled`,
  async ({ tool, args }) => {
    const { isError, text, structured } = await callTool(tool, args, { pce: pce(), flows });
    expect(isError, text).toBe(false);
    expect(EXPECTED[tool.name]).toBeDefined();
    EXPECTED[tool.name]?.(structured);
  },
);
