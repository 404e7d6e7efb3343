import { afterAll, beforeAll, expect, test } from 'vitest';
import { asking, type Dialogue, dialogue, type Json, parsed, until } from './dialogue.ts';

/** What the monitoring dashboard reads: counts come from the status object, and unknown result paths are tried (traffic.md §2.1, §2.2, §15). */
let it: Dialogue;
beforeAll(async () => {
  it = await dialogue({ Accept: 'application/json', 'Content-Type': 'application/json' });
});
afterAll(() => it.close());

test('workloads, VENs and events', async () => {
  for (const path of [
    '/orgs/1/workloads?max_results=10000',
    '/orgs/1/vens?max_results=10000',
    '/orgs/1/events?max_results=1000',
  ]) {
    const answer = await it.say('GET', path);
    expect(answer.status).toBe(200);
    expect(parsed(answer)).toEqual(expect.any(Array));
  }
});

test('the number of blocked flows is in the status; /results does not exist', async () => {
  const { href } = parsed<{ readonly href: string }>(
    await it.say('POST', '/orgs/1/traffic_flows/async_queries', {
      body: JSON.stringify(asking({ policy_decisions: ['blocked'] })),
    }),
  );
  const done = await until(
    async () => parsed(await it.say('GET', href)),
    ({ status }) => status === 'completed',
  );
  const rows = parsed<readonly Json[]>(await it.say('GET', `${href}/download`));
  expect(done['flows_count'] ?? done['matches_count']).toBe(rows.length);
  for (const guess of ['result', 'results']) expect((await it.say('GET', `${href}/${guess}`)).status).toBe(404);
});
