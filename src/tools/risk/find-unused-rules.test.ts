import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { label, memoryPce, rule, ruleSet, workload } from '../../../test/catalogue/memory-pce.ts';
import type { ServiceRef, Workload } from '../../model/inventory.ts';
import { flowTables } from '../../work/flow-tables.ts';
import findUnusedRules from './find-unused-rules.ts';

const flows = flowTables();
afterAll(() => flows.close());

const NOW = Date.parse('2025-06-15T00:00:00Z');
const [web, db, gone] = [label(1, 'role', 'web'), label(2, 'role', 'db'), label(3, 'role', 'gone')];
const by = (one: typeof web) => [{ kind: 'label' as const, href: one.href, exclusion: false }];
const tcp = (port: number): readonly ServiceRef[] => [{ kind: 'ports', proto: 6, port, toPort: null }];
const webToDb = (id: number, port: number, over: object = {}) =>
  rule(1, id, { consumers: by(web), providers: by(db), services: tcp(port), ...over });
const hosts = (over: Partial<Workload> = {}) => [workload(1, 'w1', [web], over), workload(2, 'w2', [db], over)];
const seen = flowRow({ from: { ip: '10.0.0.1', name: 'w1' }, to: { ip: '10.0.0.2', name: 'w2' }, port: 5432 });

async function verdicts(rules: Parameters<typeof ruleSet>[2], over: Partial<Workload> = {}, flowsCount?: number) {
  const pce = memoryPce({
    labels: [web, db, gone],
    workloads: hosts(over),
    ruleSets: [ruleSet(1, 'set', rules)],
    flows: [seen],
    ...(flowsCount === undefined ? {} : { flowsCount }),
  });
  const { structured, isError, text } = await callTool(findUnusedRules, {}, { pce, flows, clock: { now: () => NOW } });
  expect(isError, text).toBe(false);
  return Object.fromEntries(
    structured.items.map((item) => [String(item['href']).replace(/^.*\//, ''), [item['verdict'], item['reason']]]),
  );
}

describe('find-unused-rules', () => {
  it('calls a rule unused when its traffic would have been seen', async () => {
    const found = await verdicts([webToDb(1, 5432), webToDb(2, 7000), webToDb(3, 7001, { providers: by(gone) })]);
    expect(found).toEqual({
      2: ['unused', 'no flow in 90 days, and every flow would have been seen'],
      3: ['unused', 'selects nobody: no workload carries its labels'],
    });
  });

  it.each([
    [{ mode: 'idle' }],
    [{ visibility: 'flow_off' }],
    [{ visibility: 'flow_drops' }],
    [{ managed: false }],
  ] as const)('never calls a rule unused where flows are not seen: %o', async (over) => {
    expect((await verdicts([webToDb(2, 7000)], over))[2]?.[0]).toBe('unknown');
  });

  it.each(['year-end closing', 'DR restore', 'break-glass access'])(
    'never calls a rule for rare days unused: %s',
    async (description) => {
      expect((await verdicts([webToDb(2, 7000, { description })]))[2]?.[0]).toBe('unknown');
    },
  );

  it('does not judge what is younger than the window', async () => {
    const found = await verdicts([webToDb(2, 7000, { createdAt: '2025-06-01T00:00:00Z' })]);
    expect(found[2]).toEqual(['unknown', 'only 14 days old, younger than the window']);
  });

  it('tells a rule that an override deny beats from one without traffic', async () => {
    const deny = rule(1, 9, { kind: 'override_deny', consumers: by(web), providers: by(db), services: tcp(5432) });
    expect(await verdicts([webToDb(1, 5432), deny])).toEqual({
      1: ['unknown', 'flows matched it, and an override deny blocked them'],
    });
  });

  it('leaves deny rules and disabled rules alone, and says so', async () => {
    const deny = rule(1, 9, { kind: 'deny', consumers: by(web), providers: by(db), services: tcp(1) });
    expect(await verdicts([deny, webToDb(2, 7000, { enabled: false })])).toEqual({});
  });

  it('calls nothing unused when not all flows arrived', async () => {
    expect((await verdicts([webToDb(2, 7000)], {}, 99))[2]?.[0]).toBe('unknown');
  });

  it('does not pretend to read hit counts', async () => {
    const { structured } = await callTool(findUnusedRules, { method: 'hits' }, { pce: memoryPce({}), flows });
    expect(structured.error).toBe('invalid_arguments');
  });
});
