import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dialogue, dialogue, parsed, until } from './dialogue.ts';

/** What the TypeScript reconciler does: it reads workloads asynchronously, by the API path plus Location (traffic.md §7.3, §15). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({ Accept: 'application/json', Prefer: 'respond-async' });
});
afterAll(() => it.close());

test('all workloads through one job, and a second one right after', async () => {
  for (let turn = 0; turn < 2; turn++) {
    const accepted = await it.say('GET', '/orgs/1/workloads?managed=true');
    // 409 would mean that a job is still running; the simulator lets several run.
    expect(accepted.status).toBe(202);
    expect(accepted.body).toHaveLength(0);
    const job = await until(
      async () => parsed(await it.say('GET', accepted.headers['location'] ?? '')),
      ({ status }) => status === 'done' || status === 'failed',
    );
    expect(job['status']).toBe('done');
    const file = await it.say('GET', (job['result'] as { readonly href: string }).href);
    const managed = it.pce.world.estate.workloads.filter((workload) => workload.managed);
    expect(parsed(file)).toHaveLength(managed.length);
  }
});
