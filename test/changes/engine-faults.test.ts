import { afterEach, describe, expect, it } from 'vitest';
import type { ChangeOutcome } from '../../src/changes/plan.ts';
import { Failure } from '../../src/core/errors.ts';
import type { Fault, FaultEffect } from '../../src/simulator/faults/fault.ts';
import { enginePce, type EngineOptions, type EnginePce, everything } from './engine-pce.ts';
import { fiveSteps } from './engine-plans.ts';

const opened: EnginePce[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function start(options?: EngineOptions): Promise<EnginePce> {
  const server = await enginePce(options);
  opened.push(server);
  return server;
}

type Told = ChangeOutcome['state'] | 'refused';

async function propose(server: EnginePce): Promise<{ readonly told: Told; readonly outcome: ChangeOutcome | null }> {
  try {
    const outcome = await server.desk().propose(await fiveSteps(server), { dryRun: false });
    return { told: outcome.state, outcome };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { told: 'refused', outcome: null };
  }
}

/** What stands after the plan, against what stood before: an independent comparison over everything that can be written. */
async function stands(
  server: EnginePce,
  before: unknown,
  whole: unknown,
): Promise<'nothing' | 'everything' | 'a part'> {
  const now = JSON.stringify(await everything(server));
  if (now === JSON.stringify(before)) return 'nothing';
  return withoutIds(now) === withoutIds(JSON.stringify(whole)) ? 'everything' : 'a part';
}

// A request that was sent twice would draw two ids; ids as such differ between runs where one was refused in between.
const withoutIds = (text: string): string => text.replaceAll(/\/(labels|rule_sets|sec_rules)\/\d+/g, '/$1/N');

/** How many requests the run takes, reads included, and how the PCE looks before and after. */
async function dryCount(): Promise<{ readonly requests: number; readonly before: unknown; readonly whole: unknown }> {
  const server = await start();
  const before = await everything(server);
  const skipped = (await server.log()).length;
  expect((await propose(server)).told).toBe('applied');
  const requests = (await server.log()).length - skipped;
  return { requests, before, whole: await everything(server) };
}

const FAULTS: readonly (readonly [name: string, effect: FaultEffect])[] = [
  ['a 500 in place of it', { kind: 'status', status: 500 }],
  ['a 500 after it was carried out', { kind: 'status', status: 500, when: 'after' }],
  ['a reset in place of it', { kind: 'reset' }],
  ['a reset after it was carried out', { kind: 'reset', when: 'after' }],
  ['a 502 after it was carried out', { kind: 'status', status: 502, when: 'after' }],
];

describe('a plan of five requests leaves everything or nothing and says which', () => {
  it.each(FAULTS)(
    'with %s, at each of its requests in turn, reads included',
    async (_name, effect) => {
      const { requests, before, whole } = await dryCount();
      expect(requests).toBeGreaterThan(15);
      for (let at = 1; at <= requests; at++) {
        const server = await start();
        await server.faults({ match: { nth: at }, effect });
        const { told, outcome } = await propose(server);
        const actual = await stands(server, before, whole);
        const said = told === 'applied' ? 'everything' : 'nothing';
        expect({ at, told, actual }, JSON.stringify(outcome?.outcomes)).toEqual({ at, told, actual: said });
        expect(['applied', 'compensated', 'refused']).toContain(told);
        if (told === 'compensated')
          expect(outcome?.outcomes.every(({ result }) => ['undone', 'failed', 'not_sent'].includes(result))).toBe(true);
        await opened.pop()?.close();
      }
    },
    120_000,
  );

  it.each([4, 5])(
    'and takes back what it can through a second failure (write %i fails, then taking back)',
    async (nth) => {
      const server = await start();
      const before = await everything(server);
      const last: Fault = nth === 5 ? at('DELETE', 'services', 500) : at('POST', 'rule_sets/*/sec_rules', 500);
      await server.faults(
        last,
        { match: { method: 'DELETE', path: '/orgs/1/labels/*' }, effect: { kind: 'reset', when: 'after' } },
        {
          match: { method: 'DELETE', path: '/orgs/1/sec_policy/draft/rule_sets/*' },
          effect: { kind: 'status', status: 500 },
        },
      );
      const { told } = await propose(server);
      expect(told).toBe('compensated');
      expect(await server.hits()).toBe(3);
      expect(await everything(server)).toEqual(before);
    },
  );

  it('and says what still stands when taking back goes on failing, for a later undo', async () => {
    const server = await start();
    const before = await everything(server);
    await server.faults(at('DELETE', 'services', 500), {
      match: { method: 'DELETE', path: '/orgs/1/labels/*', count: 0 },
      effect: { kind: 'status', status: 503 },
    });
    const { told, outcome } = await propose(server);
    expect(told).toBe('stuck');
    expect(outcome?.outcomes.map(({ result }) => result)).toEqual([
      'undo_failed',
      'undone',
      'undone',
      'undone',
      'failed',
    ]);
    await server.clearFaults();
    const undone = await server.desk().undo(outcome?.plan.id ?? '', { dryRun: false });
    expect(undone.state).toBe('applied');
    expect(await everything(server)).toEqual(before);
  });
});

const at = (method: 'POST' | 'DELETE', path: string, status: number): Fault => ({
  match: { method, path: `/orgs/1/sec_policy/draft/${path}${method === 'DELETE' ? '/*' : ''}` },
  effect: { kind: 'status', status },
});

describe('a request that times out', () => {
  it('is found where it was carried out', async () => {
    const server = await start({ writeDeadlineMs: 150 });
    await server.faults({
      match: { method: 'POST', path: '/orgs/1/sec_policy/draft/rule_sets/*/sec_rules' },
      effect: { kind: 'drip', bytes: 100, every_ms: 200 },
    });
    const { told, outcome } = await propose(server);
    expect(told).toBe('applied');
    expect(outcome?.outcomes[3]).toMatchObject({ result: 'done', href: expect.stringContaining('/sec_rules/') });
    expect(outcome?.outcomes[3]?.message).toContain('The answer was lost');
  });

  it('is never said to have failed: carried out late, an undo finds it', async () => {
    const server = await start();
    const before = await everything(server);
    let late = (): Promise<unknown> => Promise.resolve();
    const { pce } = server;
    const desk = server.desk({
      pce: {
        ...pce,
        send(request) {
          if (request.path !== '/orgs/1/labels' || request.method !== 'POST') return pce.send(request);
          late = () => pce.send(request);
          return Promise.reject(new Failure('timeout'));
        },
      },
    });
    const outcome = await desk.propose(await fiveSteps(server), { dryRun: false });
    expect(outcome.state).toBe('stuck');
    expect(outcome.outcomes.map(({ result }) => result)).toEqual(['unknown', ...Array(4).fill('not_sent')]);
    await late();
    const undone = await server.desk().undo(outcome.plan.id, { dryRun: false });
    expect(undone.state).toBe('applied');
    expect(await everything(server)).toEqual(before);
  });
});
