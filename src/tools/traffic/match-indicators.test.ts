import { afterAll, describe, expect, it } from 'vitest';
import { type Called, callTool } from '../../../test/catalogue/call.ts';
import { flowRow } from '../../../test/catalogue/flow-rows.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { flowTables } from '../../work/flow-tables.ts';
import matchIndicators from './match-indicators.ts';

const flows = flowTables();
afterAll(() => flows.close());
const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };

const web = { ip: '10.0.0.1', name: 'web1', labels: { app: 'crm', env: 'prod' } };
const bad = { ip: '203.0.113.77' };
const named = { ip: '198.51.100.1', fqdn: 'deep.c2.bad.example' };
const scanner = { ip: '192.0.2.14' };
const rows = [
  flowRow({
    from: web,
    to: bad,
    port: 443,
    connections: 36,
    process: 'C:\\Users\\Public\\rclone.exe',
    user: 'MRG\\bob',
  }),
  flowRow({ from: web, to: named, port: 443, connections: 2 }),
  flowRow({ from: scanner, to: web, port: 22, connections: 9, policy: 'blocked' }),
  flowRow({ from: web, to: { ip: '203.0.113.78' }, port: 443, connections: 1_000 }),
  flowRow({ from: web, to: { ip: '198.51.100.2', fqdn: 'notbad.example' }, port: 443 }),
];
const ask = (...iocs: readonly string[]): Promise<Called> =>
  callTool(matchIndicators, { iocs }, { pce: memoryPce({ flows: rows }), flows, clock });
const hits = ({ structured }: Called) =>
  structured.items.map(({ indicator, direction, host, address, connections }) =>
    [indicator, direction, host, address, connections].join(' '),
  );

describe('match-indicators', () => {
  it('finds addresses, blocks, ranges and names, and says which indicator it was', async () => {
    expect(hits(await ask('203.0.113.77'))).toEqual(['203.0.113.77 outbound web1 203.0.113.77 36']);
    expect(hits(await ask('192.0.2.0/28'))).toEqual(['192.0.2.0/28 inbound web1 192.0.2.14 9']);
    expect(hits(await ask('192.0.2.10-192.0.2.20'))).toEqual(['192.0.2.10-192.0.2.20 inbound web1 192.0.2.14 9']);
    expect(hits(await ask('bad.example'))).toEqual(['bad.example outbound web1 198.51.100.1 2']);
    expect(hits(await ask('*.c2.bad.example'))).toEqual(['*.c2.bad.example outbound web1 198.51.100.1 2']);
  });

  it('reads defanged indicators as they stand in reports', async () => {
    expect(hits(await ask('203[.]0[.]113[.]77', 'hxxps://c2.bad[.]example/login'))).toEqual([
      '203[.]0[.]113[.]77 outbound web1 203.0.113.77 36',
      // The sanitiser takes the life out of schemes.
      'hxxps[:]//c2.bad[.]example/login outbound web1 198.51.100.1 2',
    ]);
  });

  it('tells process, user, bytes and what deserves a look; what passed comes first', async () => {
    const { structured } = await ask('203.0.113.77', '192.0.2.14');
    expect(structured.items[0]).toMatchObject({
      process: 'C:\\Users\\Public\\rclone.exe',
      user: 'MRG\\bob',
      bytes_sent: 360,
      bytes_received: 720,
      signs: ['program in a folder everybody can write to'],
    });
    expect(structured.items[1]).toMatchObject({ policy: 'blocked' });
    expect(structured.totals).toMatchObject({
      indicators: 2,
      indicators_hit: 2,
      hosts: 1,
      connections: 45,
      passed: 36,
    });
  });

  it('names indicators it cannot look for, and an IP list that does not exist fails', async () => {
    const { structured } = await ask('203.0.113.77', 'd41d8cd98f00b204e9800998ecf8427e');
    expect(structured.unread_indicators).toEqual(['d41d8cd98f00b204e9800998ecf8427e']);
    expect(structured.coverage.gaps.join()).toContain('1 indicators');
    expect(await ask('iplist:Nowhere')).toMatchObject({ isError: true, structured: { error: 'not_found' } });
    expect(await ask()).toMatchObject({ isError: true });
  });

  it('says plainly that there is nothing', async () => {
    expect((await ask('192.0.2.200')).structured.answer).toMatch(/^No traffic with any of 1 indicator/);
  });

  it('takes thousands of indicators', async () => {
    const many = Array.from({ length: 4_999 }, (_, n) => `100.64.${n >> 8}.${n & 255}`);
    expect(hits(await ask(...many, '203.0.113.77'))).toEqual(['203.0.113.77 outbound web1 203.0.113.77 36']);
  });
});
