import { describe, expect, it } from 'vitest';
import simulateChange from '../../src/tools/segmentation/simulate-change.ts';
import { callWith } from '../catalogue/call.ts';
import { NOW_MS, simulated } from '../catalogue/simulated.ts';
import { rawPce, type RawRow } from './raw-flows.ts';

/** The closed loop for changes of rules: what simulate-change says is newly blocked is what the PCE then blocks, row by row. */
const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

const flowKey = ({ src, dst, service: { proto, port }, icmp_type: type, icmp_code: code }: RawRow): string =>
  JSON.stringify([src.ip, src.fqdn, dst.ip, dst.fqdn, proto, port, type, code]);
const rowKey = (row: RawRow): string => JSON.stringify([flowKey(row), row.service, row.flow_direction]);

describe('simulate-change, change, provision, replay', () => {
  it.concurrent.each([1, 2, 3])(
    'newly blocked rows are exactly those foretold (seed %i)',
    async (seed) => {
      const on = await simulated({ profile: 'small', seed }, { tools: [simulateChange] });
      try {
        const pce = rawPce(on.simulator);
        const base = { from: iso(NOW_MS - 3 * DAY_MS), to: iso(NOW_MS) };
        // Nothing pending: what is simulated in the draft is all that changes.
        await pce.send('PUT', '/orgs/1/sec_policy/delete', {});
        const sets = (await pce.send('GET', '/orgs/1/sec_policy/draft/rule_sets?max_results=500')) as readonly {
          readonly href: string;
          readonly name: string;
        }[];
        // Whatever lets anything through to payments or by the core rules is deleted.
        const gone = sets.filter(({ name }) => /payments|CORE/.test(name)).map(({ href }) => href);
        const { structured, text } = await callWith(on.dispatcher, 'simulate-change', {
          changes: gone.map((href) => ({ operation: 'delete', href })),
          start_date: base.from,
          end_date: base.to,
        });
        const before = await pce.rows(base.from, base.to);
        for (const href of gone) await pce.send('DELETE', href);
        await pce.send('POST', '/orgs/1/sec_policy', { update_description: 'change' });
        const again = await pce.replay(base.from, base.to);
        const after = await pce.rows(again.from, again.to);

        const blockedBefore = new Set(before.filter((row) => row.policy_decision === 'blocked').map(flowKey));
        const passed = new Set(before.filter((row) => !blockedBefore.has(flowKey(row))).map(rowKey));
        const newly = after.filter((row) => row.policy_decision === 'blocked' && passed.has(rowKey(row)));
        expect(newly.length, text).toBeGreaterThan(20);
        const total = structured.totals['newly_blocked_rows'];
        expect(total).toBe(newly.length);
      } finally {
        await on.close();
      }
    },
    180_000,
  );
});
