import { expect } from 'vitest';
import { startProcess } from './simulator-process.ts';

interface Label {
  readonly href: string;
  readonly value: string;
}
interface RuleSet {
  readonly name: string;
  readonly rules: readonly unknown[];
}
interface Event {
  readonly event_type: string;
  readonly resource_changes: readonly { readonly resource: { readonly label?: { readonly href: string } } }[];
}

/**
 * Kills a simulator in the middle of writes, again and again, and looks each time at what the next process finds in its file: every write
 * that was answered, no write in parts, and no event without its write or write without its event.
 */
export async function killAgainAndAgain(file: string, times: number): Promise<void> {
  const acknowledged = new Set<string>();
  let written = 0;
  for (let round = 0; round < times; round++) {
    const simulator = await startProcess('--profile', 'small', '--seed', '5', '--state', file);
    await lookAtWhatSurvived(simulator.call, acknowledged, round);
    const enough = Promise.withResolvers<void>();
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let count = 0; ; count++) {
        const name = `k-${round}-${writer}-${count}`;
        const write =
          writer % 2 === 0
            ? simulator.call('POST', '/orgs/1/labels', { key: 'env', value: name })
            : simulator.call('POST', '/orgs/1/sec_policy/draft/rule_sets', ruleSet(name));
        // Only the kill ends a call without an answer.
        const answer = await write.catch(() => null);
        if (answer === null) return;
        expect(answer.status).toBe(201);
        acknowledged.add(name);
        if (++written >= (round + 1) * 25) enough.resolve();
      }
    });
    const all = Promise.all(writers);
    await Promise.race([enough.promise, all]);
    await simulator.kill();
    await all;
  }
  const last = await startProcess('--state', file);
  await lookAtWhatSurvived(last.call, acknowledged, times);
  await last.stop();
}

/** One write that touches several rows: a rule set and the two rules in it. */
const ruleSet = (name: string) => ({
  name,
  scopes: [[]],
  rules: [1, 2].map((port) => ({
    enabled: true,
    providers: [{ actors: 'ams' }],
    consumers: [{ actors: 'ams' }],
    ingress_services: [{ proto: 6, port }],
    resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
  })),
});

async function lookAtWhatSurvived(
  call: Awaited<ReturnType<typeof startProcess>>['call'],
  acknowledged: ReadonlySet<string>,
  kills: number,
): Promise<void> {
  const labels = ((await call('GET', '/orgs/1/labels?max_results=100000')).json as Label[]).filter(({ value }) =>
    value.startsWith('k-'),
  );
  const sets = ((await call('GET', '/orgs/1/sec_policy/draft/rule_sets?max_results=100000')).json as RuleSet[]).filter(
    ({ name }) => name.startsWith('k-'),
  );
  const found = new Set([...labels.map(({ value }) => value), ...sets.map(({ name }) => name)]);
  expect([...acknowledged].filter((name) => !found.has(name))).toEqual([]);
  // Four writers each had at most one write on its way at each kill.
  expect(found.size).toBeLessThanOrEqual(acknowledged.size + 4 * kills);
  expect(new Set(sets.map(({ rules }) => rules.length))).toEqual(new Set(sets.length > 0 ? [2] : []));
  const events = (await call('GET', '/orgs/1/events?event_type=label.create&max_results=10000')).json as Event[];
  const told = new Set(events.map(({ resource_changes: [change] }) => change?.resource.label?.href));
  expect(labels.filter(({ href }) => !told.has(href))).toEqual([]);
}
