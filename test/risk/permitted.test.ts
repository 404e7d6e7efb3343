import { expect, it } from 'vitest';
import { hostGroups } from '../../src/analysis/graph/groups.ts';
import { candidates } from '../../src/analysis/graph/permitted.ts';
import { ruleReach } from '../../src/analysis/rules/members.ts';
import type { Actor } from '../../src/model/inventory.ts';
import { readPolicy } from '../../src/tools/segmentation/policy-reading.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../catalogue/memory-pce.ts';

const apps = ['a', 'b', 'c'].map((name, index) => label(index + 1, 'app', name));
const workloads = apps.map((app, index) => workload(index + 1, app.value, [app]));
const by = (name: string): readonly Actor[] =>
  apps.flatMap(({ href, value }): readonly Actor[] =>
    value === name ? [{ kind: 'label', href, exclusion: false }] : [],
  );
const allow = (id: number, from: string, to: string, port: number) =>
  rule(1, id, { consumers: by(from), providers: by(to), services: [{ kind: 'ports', proto: 6, port, toPort: null }] });

it('judges the easiest ways where there are too many, whatever the order of the rules, and counts the rules it leaves', async () => {
  const rules = [allow(1, 'a', 'b', 8_080), allow(2, 'a', 'c', 22), allow(3, 'b', 'c', 3_389), allow(4, 'a', 'b', 445)];
  const pce = memoryPce({ labels: apps, workloads, ruleSets: [ruleSet(1, 'set', rules)] });
  const policy = await readPolicy('active', { pce, signal: new AbortController().signal, progress: () => {} });
  const ways = (limit?: number) => {
    const { list, left } = candidates(
      ruleReach(policy.source),
      hostGroups(policy.workloads),
      policy.workloads,
      limit === undefined ? {} : { limit },
    );
    return { ports: list.map(({ question }) => question.port).sort((a, b) => a - b), left };
  };
  expect(ways()).toEqual({ ports: [22, 445, 3_389, 8_080], left: 0 });
  expect(ways(3)).toEqual({ ports: [22, 445, 3_389], left: 1 });
  expect(ways(2)).toEqual({ ports: [445, 3_389], left: 2 });
});
