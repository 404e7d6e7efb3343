import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import type { PceView } from '../../pce/view.ts';
import type { ServiceRef } from '../../model/inventory.ts';
import { flowTables } from '../../work/flow-tables.ts';
import blastRadius from './blast-radius.ts';

const flows = flowTables();
afterAll(() => flows.close());

const prod = label(90, 'env', 'prod');
const pci = label(91, 'compliance', 'pci');
const apps = ['a', 'b', 'c', 'd'].map((name, index) => label(index + 1, 'app', name));
const workloads = apps.map((app, index) =>
  workload(index + 1, `w${index + 1}`, [app, prod, ...(app.value === 'd' ? [pci] : [])], { mode: 'full' }),
);
const by = (app: string) => [
  { kind: 'label' as const, href: apps.find(({ value }) => value === app)?.href ?? prod.href, exclusion: false },
];
const tcp = (port: number): readonly ServiceRef[] => [{ kind: 'ports', proto: 6, port, toPort: null }];
const allow = (id: number, from: string, to: string, port: number) =>
  rule(1, id, { consumers: by(from), providers: by(to), services: tcp(port) });
const RULES = [allow(1, 'a', 'b', 3389), allow(2, 'b', 'c', 445), allow(3, 'c', 'd', 1521)];
const seen = (from: number, to: number, port: number, policy = 'allowed') =>
  flowRow({
    from: { ip: `10.0.0.${from}`, name: `w${from}` },
    to: { ip: `10.0.0.${to}`, name: `w${to}` },
    port,
    policy,
  });

/** Workloads by name and by the app labels of an expression, as the simulator would find them. */
function pceWith(rules: Parameters<typeof ruleSet>[2], rows: readonly object[]): PceView {
  const pce = memoryPce({ labels: [...apps, prod, pci], workloads, ruleSets: [ruleSet(1, 'set', rules)], flows: rows });
  return {
    ...pce,
    workloads: async (filter, options) => {
      const listing = await pce.workloads(filter, options);
      const wanted = filter?.labels;
      if (wanted === undefined) return listing;
      const items = listing.items.filter(({ labels }) =>
        wanted.some((all) => all.every((one) => labels.some(({ href }) => href === one))),
      );
      return { ...listing, items };
    },
  };
}

async function call(args: object, rules: Parameters<typeof ruleSet>[2] = RULES, rows: readonly object[] = []) {
  const { structured, isError, text } = await callTool(
    blastRadius,
    { from: 'app=a', ...args },
    { pce: pceWith(rules, rows), flows },
  );
  expect(isError, text).toBe(false);
  return structured;
}
const targets = ({ items }: Awaited<ReturnType<typeof call>>) =>
  items.map(({ target, hops, ease }) => [target, hops, ease]);

describe('blast-radius', () => {
  it('follows rules hop by hop; the score is value times ease', async () => {
    const found = await call({});
    expect(targets(found)).toEqual([
      ['b (prod)', 1, 0.9],
      ['c (prod)', 2, 0.648],
      ['d (prod)', 3, 0.0518],
    ]);
    expect(found.totals).toMatchObject({ reached: 3, crown_jewels_reached: 1, permitted_reach: 3, observed_reach: 0 });
    const score = (100 * (3 * 0.9 + 3 * 0.9 * 0.9 * 0.8 + 10 * 0.9 * 0.9 * 0.1 * 0.64)) / (3 + 3 + 10);
    expect(found.totals['score']).toBeCloseTo(score, 1);
    expect(found['cuts']).toHaveLength(3);
  });

  it('stops at the hop limit', async () => {
    expect(targets(await call({ max_hops: 2 })).map(([name]) => name)).toEqual(['b (prod)', 'c (prod)']);
  });

  it('tells what traffic took from what rules only permit', async () => {
    const rows = [seen(1, 2, 3389), seen(1, 3, 22), seen(1, 4, 22, 'blocked')];
    const observed = await call({ basis: 'observed' }, RULES, rows);
    expect(targets(observed)).toEqual([
      ['b (prod)', 1, 0.9],
      ['c (prod)', 1, 0.4],
    ]);
    const both = await call({}, RULES, rows);
    expect(both.items.map(({ target, observed: taken }) => [target, taken])).toEqual([
      ['b (prod)', true],
      ['c (prod)', false],
      ['d (prod)', false],
    ]);
  });

  it('takes no way that an override deny closes, and only the ports asked for', async () => {
    const deny = rule(1, 9, { kind: 'override_deny', consumers: by('b'), providers: by('c'), services: tcp(445) });
    expect(targets(await call({}, [...RULES, deny])).map(([name]) => name)).toEqual(['b (prod)']);
    expect(targets(await call({ ports: ['445'], from: 'app=b' })).map(([name]) => name)).toEqual(['c (prod)']);
    expect(targets(await call({ ports: ['lateral'] })).map(([name]) => name)).toEqual(['b (prod)', 'c (prod)']);
  });

  it('lists every way into a target with the rules of each hop', async () => {
    const found = await call({ to: 'app=d' }, [...RULES, allow(4, 'a', 'd', 22)]);
    expect(found.items.map(({ path }) => path)).toEqual([
      ['a (prod)', 'd (prod) 22/tcp'],
      ['a (prod)', 'b (prod) 3389/tcp', 'c (prod) 445/tcp', 'd (prod) 1521/tcp'],
    ]);
    expect(found.items[1]?.['rules']).toHaveLength(3);
  });

  it('refuses ports and hosts that are none', async () => {
    const refused = async (args: object) =>
      (await callTool(blastRadius, { from: 'app=a', ...args }, { pce: pceWith([], []), flows })).structured.error;
    expect(await refused({ ports: ['smb'] })).toBe('invalid_arguments');
    expect(await refused({ from: 'app=x' })).toBe('label_not_found');
  });
});
