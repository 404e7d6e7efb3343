import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import explainActivity from './explain-activity.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const web = { ip: '10.0.0.1', name: 'web1', labels: { app: 'crm' } };
const db = { ip: '10.0.0.2', name: 'db1', labels: { app: 'crm' } };
const bad = { ip: '203.0.113.77', lists: ['Threat-Blocklist'] };
const beacon = {
  ...flowRow({
    from: web,
    to: bad,
    port: 443,
    connections: 289,
    process: 'C:\\Users\\Public\\svch0st.exe',
    user: 'MRG\\alice',
  }),
  timestamp_range: { first_detected: '2025-06-10T00:00:00Z', last_detected: '2025-06-11T00:00:00Z' },
};
const rows = [
  flowRow({ from: web, to: db, port: 5432, connections: 500, process: '/opt/crm/bin/web', user: 'crm' }),
  flowRow({
    from: web,
    to: db,
    port: 5432,
    connections: 500,
    process: '/usr/bin/postgres',
    user: 'postgres',
    direction: 'inbound',
  }),
  beacon,
  flowRow({ from: web, to: db, port: 22, connections: 3, policy: 'blocked' }),
  flowRow({ from: web, to: { ip: '10.0.0.255' }, port: 137, proto: 17, connections: 10, transmission: 'broadcast' }),
];
const ask = (args: object): Promise<Called> =>
  callTool(explainActivity, args, { pce: memoryPce({ flows: rows }), flows, clock });

describe('explain-activity', () => {
  it('puts each process on the side whose agent reported it', async () => {
    const { structured } = await ask({ process: 'postgres' });
    expect(structured.items).toEqual([
      expect.objectContaining({
        host: 'db1',
        process: '/usr/bin/postgres',
        user: 'postgres',
        direction: 'inbound',
        peer: 'web1',
        port: 5432,
      }),
    ]);
    const client = await ask({ process: '/opt/crm' });
    expect(client.structured.items).toEqual([
      expect.objectContaining({ host: 'web1', peer: 'db1', direction: 'outbound' }),
    ]);
  });

  it('tells first what deserves a look, and why', async () => {
    const { structured } = await ask({ user: 'alice' });
    expect(structured.items[0]).toMatchObject({
      process: 'C:\\Users\\Public\\svch0st.exe',
      every_seconds: 300,
      signs: [
        'address is in Threat-Blocklist',
        'program in a folder everybody can write to',
        'steady contact, every 300 s on average over 1 days',
      ],
    });
    expect(structured.answer).toContain('1 row deserves a look, first C:\\Users\\Public\\svch0st.exe on web1');
    expect((await ask({ user: 'crm' })).structured.answer).toContain('Nothing deserves a look');
  });

  it('looks at all hosts where it is told none, broadcasts left out', async () => {
    const { structured } = await ask({});
    expect(structured.totals).toMatchObject({ rows: 4, processes: 3, users: 3, with_signs: 1 });
    expect(structured.coverage.gaps.join()).toContain('1 rows whose agent named no process');
  });
});
