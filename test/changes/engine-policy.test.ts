import { expect, it } from 'vitest';
import type { FaultEffect } from '../../src/simulator/faults/fault.ts';
import {
  ACTIVE,
  activePolicy,
  HIGH_PORTS,
  type LifecyclePce,
  lifecyclePce,
  newRuleSet,
  OFFICES,
  ORDERING,
  pending,
} from './lifecycle-pce.ts';

// Provisioning, rolling back and reverting: a failure at each request in turn, reads included, leaves everything or nothing.
// Without traffic, which decides nothing of it and takes most of the requests.
const NO_TRAFFIC = { lookback_days: 0 };

async function drafts(server: LifecyclePce): Promise<void> {
  await newRuleSet(server);
  await server.foreign('PUT', OFFICES, { description: 'Branches' });
  await server.foreign('DELETE', `${ORDERING}/deny_rules/3`);
  await server.foreign('DELETE', HIGH_PORTS);
}

interface Case {
  readonly name: string;
  readonly prepare: (server: LifecyclePce) => Promise<void>;
  readonly tool: string;
  readonly args: (server: LifecyclePce) => Promise<object>;
}

const CASES: readonly Case[] = [
  { name: 'provisioning', prepare: drafts, tool: 'provision-policy', args: () => Promise.resolve(NO_TRAFFIC) },
  {
    name: 'a rollback',
    async prepare(server) {
      await drafts(server);
      await server.ok('provision-policy', NO_TRAFFIC);
    },
    tool: 'rollback-policy',
    args: () => Promise.resolve({}),
  },
  {
    name: 'a revert',
    prepare: drafts,
    tool: 'revert-draft',
    async args(server) {
      const groups = (await pending(server)) as Readonly<Record<string, readonly { readonly href: string }[]>>;
      return { hrefs: Object.values(groups).flatMap((items) => items.map(({ href }) => href)) };
    },
  },
];

const EFFECTS: readonly (readonly [name: string, effect: FaultEffect])[] = [
  ['a 500 in place of it', { kind: 'status', status: 500 }],
  ['a 500 after it was carried out', { kind: 'status', status: 500, when: 'after' }],
  ['a reset after it was carried out', { kind: 'reset', when: 'after' }],
];

/** What is in force and what is pending, without the times. */
async function state(server: LifecyclePce): Promise<string> {
  const text = JSON.stringify([
    await activePolicy(server),
    await pending(server),
    await server.look(`${ACTIVE}/firewall_settings`),
  ]);
  return text.replaceAll(/"(?:updated|created)_at":"[^"]*",?/g, '');
}

async function run({ prepare, tool, args }: Case, fault?: { readonly nth: number; readonly effect: FaultEffect }) {
  const server = await lifecyclePce();
  try {
    await prepare(server);
    const given = await args(server);
    const before = await state(server);
    const asked = await server.requests();
    if (fault !== undefined) await server.faults({ match: { nth: fault.nth }, effect: fault.effect });
    const failed = await server.tool(tool, given);
    const requests = (await server.requests()) - asked;
    return { failed: failed.isError, text: failed.text, requests, before, after: await state(server) };
  } finally {
    await server.close();
  }
}

it.each(CASES.flatMap((one) => EFFECTS.map(([name, effect]) => [one.name, name, one, effect] as const)))(
  '%s survives %s',
  async (_what, _fault, one, effect) => {
    const whole = await run(one);
    expect(whole.failed, whole.text).toBe(false);
    expect(whole.after).not.toBe(whole.before);
    const outcomes = { everything: 0, nothing: 0 };
    for (let nth = 1; nth <= whole.requests; nth++) {
      const { failed, text, after } = await run(one, { nth, effect });
      expect(text).not.toContain('A part of it stands');
      expect(after, `${nth}: ${text}`).toBe(failed ? whole.before : whole.after);
      outcomes[failed ? 'nothing' : 'everything']++;
    }
    expect(outcomes.everything).toBeGreaterThan(0);
  },
  120_000,
);
