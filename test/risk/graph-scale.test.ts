import { expect, it } from 'vitest';
import { serviceHubs } from '../../src/analysis/graph/service-hubs.ts';
import { infrastructureScores } from '../../src/analysis/infrastructure.ts';
import { bridges, pathsFrom, reaches } from '../../src/analysis/lateral.ts';
import { appGraph } from '../../src/model/graph/app-graph.ts';

const APPS = 2_000;
const EDGES = 100_000;

/** Always the same graph: a ring, so that everything is reached, and chords spread by a fixed step. */
function* contacts() {
  const name = (index: number) => ({ app: `app-${index % APPS}`, env: 'prod' });
  for (let index = 0; index < EDGES; index += 1) {
    const from = index % APPS;
    yield { from: name(from), to: name(from + 1 + Math.floor(index / APPS) * 37), connections: 1 + (index % 7) };
  }
}

it('every graph question ends on 2,000 applications and 100,000 edges; betweenness is sampled and says so', () => {
  const graph = appGraph(contacts());
  expect([graph.nodes.length, graph.edges.length]).toEqual([APPS, EDGES]);
  const { scores, pivots } = infrastructureScores(graph, { productionEnvs: ['prod'] });
  expect(scores).toHaveLength(APPS);
  expect(pivots).toBeLessThan(APPS);
  expect(new Set(reaches(graph).map(({ reach }) => reach))).toEqual(new Set([APPS - 1]));
  expect(bridges(graph).size).toBe(0);
  // On one service all of it hangs together; on another everything hangs on one application.
  const ring = [...contacts()].map((contact) => ({ ...contact, service: { proto: 6, port: 443 } }));
  const backup = { app: 'backup', env: 'prod' };
  const star = graph.nodes.map((to) => ({ from: backup, to, connections: 1, service: { proto: 6, port: 1556 } }));
  expect(serviceHubs([...ring, ...star], 10)).toEqual([
    {
      ...backup,
      service: star[0]?.service,
      alsoOn: 0,
      reaches: APPS,
      reachedBy: 0,
      cutOff: APPS - 1,
      betweenness: 1,
      isEstimate: false,
    },
  ]);
  const paths = pathsFrom(graph, 0, 2);
  expect(Math.max(...paths.map(({ hops }) => hops))).toBe(2);
}, 60_000);
