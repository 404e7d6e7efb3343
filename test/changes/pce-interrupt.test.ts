import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { PREFIX } from '../pce/prefix.ts';
import { pointingAt, sandbox } from '../protocol/programs.ts';

const RUN = fileURLToPath(new URL('../pce/run.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let simulator: Simulator;
let folder: Awaited<ReturnType<typeof sandbox>>;
beforeEach(async () => {
  simulator = await createSimulator({
    profile: 'small',
    rateLimit: 'off',
    // The first change of an object takes so long that the run is interrupted while the object is there.
    faults: [{ match: { method: 'PUT' }, effect: { kind: 'latency', ms: 5_000 } }],
  });
  folder = await sandbox();
});
afterEach(async () => {
  await folder.remove();
  await simulator.close();
});

/** Values of labels that a run made and has not removed. */
async function left(): Promise<readonly string[]> {
  const { json } = await clientOf(simulator)('GET', `/orgs/1/labels?value=${PREFIX}`);
  return (json as readonly { readonly value: string }[]).map(({ value }) => value);
}

it('npm run test:pce removes what it made also when it is interrupted', async () => {
  const run = spawn(process.execPath, [RUN, '-t', 'the life of a label'], {
    cwd: ROOT,
    env: {
      ...folder.program('', []).env,
      ...pointingAt(simulator),
      PATH: process.env['PATH'] ?? '',
      PCE_REQUESTS_PER_MINUTE: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const told: string[] = [];
  run.stderr.on('data', (chunk: unknown) => told.push(String(chunk)));
  const closed = once(run, 'close');
  await expect.poll(left, { timeout: 40_000, interval: 50 }).toHaveLength(1);
  run.kill('SIGINT');
  await closed;
  expect(run.exitCode).not.toBe(0);
  expect(told.join('')).toContain(`Removed: ${PREFIX}`);
  expect(await left()).toEqual([]);
});
