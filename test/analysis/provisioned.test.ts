import { afterEach, describe, expect, it } from 'vitest';
import { connectPce, type PceConnection } from '../../src/pce/index.ts';
import { CHANGES } from '../../src/model/impact/change.ts';
import { Secret } from '../../src/core/secret.ts';
import { provisioned } from '../../src/tools/segmentation/policy-impact.ts';
import { readPolicy } from '../../src/tools/segmentation/policy-reading.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { NOW_MS } from '../catalogue/simulated.ts';
import { rawPce } from './raw-flows.ts';

/** What provisioning is said to make of the policy is what it makes of it: no observed flow is decided otherwise. */
const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function connected({ host, port, orgId, apiKey, apiSecret }: Simulator): PceConnection {
  const pce = connectPce({
    scheme: 'http',
    host,
    port,
    orgId: String(orgId),
    apiKey: new Secret(apiKey),
    apiSecret: new Secret(apiSecret),
    readOnly: false,
  });
  open.unshift(() => pce.close());
  return pce;
}

describe.each([
  ['everything', null],
  ['one ruleset', 'rule_sets'],
  ['one service', 'services'],
] as const)('provisioning %s', (_, type) => {
  it('decides every observed flow as foretold', async () => {
    const simulator = await createSimulator({ profile: 'mid', seed: 7, nowMs: NOW_MS, rateLimit: 'off' });
    open.push(() => simulator.close());
    const pce = connected(simulator);
    const raw = rawPce(simulator);
    const rows = await raw.rows(iso(NOW_MS - 7 * DAY_MS), iso(NOW_MS));
    const pending = (await raw.send('GET', '/orgs/1/sec_policy/pending')) as Readonly<
      Record<string, readonly { readonly href: string }[]>
    >;
    const [chosen] = type === null ? [] : (pending[type] ?? []);
    const context = { pce, signal: new AbortController().signal, progress: () => {} };
    const [active, draft] = [await readPolicy('active', context), await readPolicy('draft', context)];
    const foretold = provisioned(active, draft, chosen === undefined ? null : [chosen.href]);
    await raw.send('POST', '/orgs/1/sec_policy', {
      update_description: 'test',
      ...(chosen === undefined || type === null ? {} : { change_subset: { [type]: [{ href: chosen.href }] } }),
    });
    // Another connection: this one keeps listings for a minute.
    const after = await readPolicy('active', { ...context, pce: connected(simulator) });

    const flows = flowTables();
    open.push(() => flows.close());
    const bytes = new TextEncoder().encode(JSON.stringify(rows));
    const table = await flows.load({
      open: async () => ({
        encoding: 'identity',
        chunks: (async function* () {
          yield bytes;
        })(),
      }),
    });
    const same = ['already_blocked', 'uncertain', 'stays_unprotected', 'stays_allowed', 'unenforced'];
    const answer = await table.judge({
      from: foretold.source,
      to: after.source,
      list: CHANGES.filter((change) => !same.includes(change)),
      limit: 10,
    });
    expect(answer.edges).toEqual([]);
    expect(foretold.ruleSets.length).toBe(after.ruleSets.length);
    expect(answer.totals.stays_allowed.edges).toBeGreaterThan(1_000);
  });
});
