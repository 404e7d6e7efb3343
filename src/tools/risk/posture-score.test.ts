import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import { posture, POSTURE_WEIGHTS } from '../../analysis/posture.ts';
import { flowTables } from '../../work/flow-tables.ts';
import postureScore from './posture-score.ts';

const flows = flowTables();
afterAll(() => flows.close());

const [app, env] = [label(1, 'app', 'a'), label(2, 'env', 'prod')];
const workloads = [
  workload(1, 'w1', [app, env], { mode: 'full' }),
  workload(2, 'w2', [app, env], { mode: 'selective' }),
  workload(3, 'w3', [], { mode: 'visibility_only', visibility: 'flow_off' }),
  workload(4, 'w4', [app], { mode: 'idle' }),
];
const ends = { from: { ip: '10.0.0.1', name: 'w1' }, to: { ip: '10.0.0.2', name: 'w2' } };
const rows = [
  flowRow({ ...ends, port: 1, connections: 60 }),
  flowRow({ ...ends, port: 2, connections: 40, policy: 'potentially_blocked' }),
];
const copies = [
  rule(1, 1, { services: [{ kind: 'ports', proto: 6, port: 1, toPort: null }] }),
  rule(1, 2, { services: [{ kind: 'ports', proto: 6, port: 1, toPort: null }] }),
];
const call = (args: object) =>
  callTool(postureScore, args, {
    pce: memoryPce({ labels: [app, env], workloads, ruleSets: [ruleSet(1, 's', copies)], flows: rows }),
    flows,
  });

describe('posture-score', () => {
  it('weights sum to 100', () => {
    expect(Object.values(POSTURE_WEIGHTS).reduce((sum: number, weight) => sum + weight, 0)).toBe(100);
  });

  it('publishes every factor with its weight; the score is their weighted mean', async () => {
    const { structured } = await call({});
    const values = Object.fromEntries(structured.items.map((item) => [item['factor'], item['value']]));
    expect(values).toEqual({ enforcement: 37.5, coverage: 60, ransomware: 25, labels: 50, visibility: 50, rules: 50 });
    const score = (30 * 37.5 + 25 * 60 + 20 * 25 + 10 * 50 + 10 * 50 + 5 * 50) / 100;
    expect(structured.totals['score']).toBeCloseTo(score, 1);
    expect(structured).toMatchObject({ grade: 'F', factors: values });
    const best = structured.items.find((item) => item['factor'] === 'enforcement');
    expect(best?.['what_if']).toBeCloseTo(score + (30 * 62.5) / 100, 1);
    expect(structured.answer).toContain('Most to gain: enforcement');
  });

  it('tells the movement since an earlier answer', async () => {
    const { structured } = await call({
      compare_to: { enforcement: 20, coverage: 60, ransomware: 25, labels: 50, visibility: 50, rules: 50 },
    });
    expect(structured.items[0]).toMatchObject({ factor: 'enforcement', change: 17.5 });
    expect(structured.totals['movement']).toBeCloseTo(5.2, 0);
  });

  it('leaves the weight of what cannot be measured to the rest', () => {
    const none = { enforcement: null, coverage: null, ransomware: null, labels: null, visibility: null, rules: null };
    expect(posture(none)).toEqual({ score: null, grade: '-' });
    expect(posture({ ...none, labels: 80, rules: 20 })).toEqual({ score: 60, grade: 'C' });
  });
});
