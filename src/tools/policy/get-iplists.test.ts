import { describe, expect, it } from 'vitest';
import { allPages, callTool, dispatcherOf } from '../../../test/catalogue/call.ts';
import { ipList, memoryPce } from '../../../test/catalogue/memory-pce.ts';
import getIplists from './get-iplists.ts';

describe('get-iplists', () => {
  it('writes ranges as people do, exclusions marked', async () => {
    const ranges = [
      { from: '10.0.0.0/8', to: null, exclusion: false, description: 'all of it' },
      { from: '10.1.0.10', to: '10.1.0.20', exclusion: true, description: null },
    ];
    const ipLists = [ipList(1, 'Corp', [], { ranges, fqdns: ['*.example.com'], description: 'ours' })];
    const { structured, text } = await callTool(getIplists, {}, { pce: memoryPce({ ipLists }) });
    expect(structured.items[0]).toMatchObject({
      name: 'Corp',
      description: 'ours',
      ip_range_count: 2,
      ip_ranges: ['10.0.0.0/8 (all of it)', '!10.1.0.10-10.1.0.20'],
      fqdns: ['*.example.com'],
      created_at: '2025-01-01T00:00:00.000Z',
    });
    expect(structured.totals).toEqual({ total_count: 1, range_count: 2, fqdn_count: 1, policy: 'draft' });
    expect(text).toContain('!10.1.0.10-10.1.0.20');
  });

  it('spreads a large list over rows; every range occurs in text and structure', async () => {
    const ranges = Array.from({ length: 400 }, (_, index) => `203.0.${index % 200}.${index}/32`);
    const dispatcher = dispatcherOf([getIplists], { pce: memoryPce({ ipLists: [ipList(7, 'Blocklist', ranges)] }) });
    const pages = await allPages(dispatcher, 'get-iplists', {});
    expect(pages.flatMap(({ structured }) => structured.items.flatMap((item) => item.ip_ranges))).toEqual(ranges);
    const words = new Set(pages.flatMap(({ text }) => text.split(/[\s,]+/)));
    expect(ranges.filter((range) => !words.has(range))).toEqual([]);
    expect(pages[0]?.structured.items[0]).toMatchObject({ part: '1 of 5', ip_range_count: 400 });
  });

  it('passes its filters to the PCE', async () => {
    const pce = memoryPce({});
    await callTool(
      getIplists,
      { name: 'n', description: 'd', fqdn: 'f', ip_address: '10.', policy: 'active' },
      { pce },
    );
    expect(pce.asked[0]?.args.slice(0, 2)).toEqual([
      'active',
      { name: 'n', description: 'd', fqdn: 'f', ipAddress: '10.' },
    ]);
  });

  it('says what max_results left out', async () => {
    const pce = memoryPce({ ipLists: [ipList(1, 'a', []), ipList(2, 'b', [])] });
    const { structured } = await callTool(getIplists, { max_results: 1 }, { pce });
    expect(structured.items.map(({ name }) => name)).toEqual(['a']);
    expect(structured.totals.total_count).toBe(2);
    expect(structured.coverage).toMatchObject({ truncated: true, row_cap: 1, rows_read: 2 });
  });
});
