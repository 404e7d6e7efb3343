import { expect, it } from 'vitest';
import { appGraph } from '../model/graph/app-graph.ts';
import { infrastructureScores } from './infrastructure.ts';

const app = (name: string) => ({ app: name, env: name === 'pos' ? 'Staging' : 'Production' });
const contact = (from: string, to: string, connections: number) => ({ from: app(from), to: app(to), connections });
const production = { productionEnvs: ['prod', 'production'] };

// reference-server.md §2.2, "Golden vector".
const GOLDEN = [
  contact('crm', 'ad', 100),
  contact('ordering', 'ad', 200),
  contact('pos', 'ad', 50),
  contact('nagios', 'crm', 30),
  contact('nagios', 'ordering', 30),
  contact('nagios', 'pos', 10),
  contact('crm', 'ordering', 400),
];

it('gives the golden vector of the published formula', () => {
  const { scores, pivots } = infrastructureScores(appGraph(GOLDEN), production);
  expect(pivots).toBe(5);
  expect(
    scores.map((one) => [
      one.app,
      one.inDegree,
      one.outDegree,
      one.betweenness,
      one.consumerRatio,
      one.inConnections + one.outConnections,
      one.providerScore,
      one.consumerScore,
      one.score,
      one.pattern,
    ]),
  ).toEqual([
    ['ad', 3, 0, 0.1667, 1, 350, 97.78, 27.78, 97.8, 'provider'],
    ['nagios', 0, 3, 0.1667, 0, 70, 25.56, 95.56, 95.6, 'consumer'],
    ['ordering', 2, 1, 0.0556, 0.67, 630, 60, 36.67, 46.2, 'provider'],
    ['crm', 1, 2, 0.0556, 0.33, 530, 35.87, 59.21, 45.5, 'consumer'],
    ['pos', 1, 1, 0.0556, 0.5, 60, 37.14, 37.14, 14.3, 'provider'],
  ]);
  expect(scores.map(({ tier }) => tier)).toEqual([
    'Core Infrastructure',
    'Core Infrastructure',
    'Standard Application',
    'Standard Application',
    'Standard Application',
  ]);
});

it('halves what is not in a production environment, and takes other names for those', () => {
  const { scores } = infrastructureScores(appGraph(GOLDEN), { productionEnvs: ['STAGING'] });
  const scoreOf = (name: string) => scores.find((one) => one.app === name);
  expect(scoreOf('pos')).toMatchObject({ isProduction: true, score: 28.6 });
  expect(scoreOf('ad')).toMatchObject({ isProduction: false, score: 48.9 });
});

it('sums repeated contacts, drops self contacts and what has too few connections', () => {
  const graph = appGraph([contact('a', 'b', 1), contact('a', 'b', 2), contact('a', 'a', 99), contact('c', 'a', 2)], {
    minConnections: 3,
  });
  expect(graph.nodes.map((node) => node.app)).toEqual(['a', 'b']);
  expect(graph.edges).toEqual([{ from: 0, to: 1, connections: 3 }]);
});
