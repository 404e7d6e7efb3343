import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { HOSTILE } from '../../src/answer/hostile.test-support.ts';
import { flowRecord } from '../../src/model/flows/records.test-support.ts';
import getTrafficFlows from '../../src/tools/traffic/get-traffic-flows.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { readResource } from '../../src/dispatch/resources.ts';
import { silentLog } from '../../src/core/log.ts';
import { envelope } from '../../src/tools/envelope.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { startHttp } from '../../src/transports/http/server.ts';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { allPages, callWith, dispatcherOf } from '../catalogue/call.ts';
import { memoryPce } from '../catalogue/memory-pce.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';
import { clientFor, REVISIONS } from '../protocol/clients.ts';

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'small' });
});
afterAll(() => pce.close());

const reading = { principal: OPERATOR, signal: new AbortController().signal };

async function file(cursor: unknown, from = '') {
  const read = await readResource(pce.dispatcher, `illumio://results/${String(cursor)}/csv${from}`, reading);
  if (!('found' in read)) throw new Error(JSON.stringify(read));
  return read.found;
}

const clock = { now: () => Date.parse('2025-06-15T10:00:00Z') };
const rowsOf = (text: string) => parse(text, { columns: true }) as readonly Record<string, string>[];

/** A value of the structured lane as a field of a CSV file says it. */
function fieldOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value))
    return value.every((one) => typeof one !== 'object') ? value.map(String).join('; ') : JSON.stringify(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const unmarked = (field: string): string => field.replace(/^'(?=\s*[=+\-@＝＋－＠].)/u, '');

describe('all rows of an answer as one CSV file', () => {
  it.each<[string, object]>([
    ['get-traffic-flows', { max_results: 250 }],
    ['get-traffic-flows', { group_by: ['source_app', 'destination_env', 'port', 'process', 'user'] }],
    ['get-traffic-flows-summary', { detail_level: 'full', max_results: 400 }],
    ['find-unmanaged-traffic', {}],
    ['map-app-dependencies', { app_name: 'ad-core', render: 'csv' }],
    ['who-talks-to', { target: 'env=prod', direction: 'both' }],
  ])('%s %j: exactly the rows that its pages have', async (tool, args) => {
    const pages = await allPages(pce.dispatcher, tool, args);
    expect(pages.length, 'an answer of several pages').toBeGreaterThan(1);
    const items = pages.flatMap(({ structured }) => structured.items);
    for (const page of pages.slice(0, 2)) {
      if (page.structured.cursor === undefined) continue;
      const { mimeType, text, meta } = await file(page.structured.cursor);
      expect(mimeType).toBe('text/csv');
      const rows = rowsOf(text);
      expect(rows.length).toBe(items.length);
      for (const [index, row] of rows.entries())
        for (const [name, field] of Object.entries(row))
          expect([name, unmarked(field)]).toEqual([name, fieldOf(items[index]?.[name])]);
      const { totals, coverage } = page.structured;
      expect(meta).toMatchObject({ 'illumio-mcp/file': { rows: items.length, from: 0, totals } });
      // Pages may have to shorten what stands beside their rows; a file has nothing beside them.
      if (!coverage.gaps.some((gap) => gap.includes('shortened')))
        expect(meta?.['illumio-mcp/file']).toMatchObject({ coverage });
      expect(JSON.stringify(meta)).not.toContain('shortened');
      expect(new Set(Object.keys(rows[0] ?? {}))).toEqual(new Set(items.flatMap(Object.keys)));
    }
  });

  it('begins where it is told, without the header, so that parts make the whole', async () => {
    const { structured } = await callWith(pce.dispatcher, 'get-traffic-flows', { max_results: 250 });
    const whole = (await file(structured.cursor)).text.split('\r\n');
    const rest = (await file(structured.cursor, '?from=10')).text.split('\r\n');
    expect(rest).toEqual(whole.slice(11));
  });

  it('is for whoever has the cursor, and nobody else', async () => {
    const { structured } = await callWith(pce.dispatcher, 'get-traffic-flows', { max_results: 250 });
    const bob = { ...reading, principal: { ...OPERATOR, subject: 'bob' } };
    for (const uri of [`illumio://results/${structured.cursor}/csv`, 'illumio://results/guessed/csv'])
      await expect(readResource(pce.dispatcher, uri, bob)).rejects.toMatchObject({ code: 'invalid_cursor' });
    for (const wrong of ['?from=-1', '?from=x', '?to=3', '/more'])
      await expect(file(structured.cursor, wrong)).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

it('whatever a PCE sends, the file has the rows of the pages, and nothing a spreadsheet would run', async () => {
  const flows = flowTables();
  const hostile = fc.constantFrom(...HOSTILE, '=HYPERLINK("http://x")', '+1', '-2+3', '@SUM(A1)', 'a;b', 'a,"b"');
  const record = fc.tuple(flowRecord, hostile, hostile).map(([flow, process, user]) => ({
    ...flow,
    service: { ...flow.service, process_name: process, user_name: user },
  }));
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 80, maxLength: 120, size: 'max' }), async (records) => {
        const dispatcher = dispatcherOf([getTrafficFlows], { pce: memoryPce({ flows: records }), flows, clock });
        const pages = await allPages(dispatcher, 'get-traffic-flows', {});
        const [first] = pages;
        fc.pre(first?.structured.cursor !== undefined);
        const uri = `illumio://results/${first?.structured.cursor}/csv`;
        const read = await readResource(dispatcher, uri, reading);
        if (!('found' in read)) throw new Error('no file');
        const items = pages.flatMap(({ structured }) => structured.items);
        const rows = rowsOf(read.found.text);
        expect(rows.map((row) => Object.entries(row).map(([name, field]) => [name, unmarked(field)]))).toEqual(
          items.map((item) => Object.keys(rows[0] ?? {}).map((name) => [name, fieldOf(item[name])])),
        );
        for (const row of rows)
          for (const field of Object.values(row)) expect(field).not.toMatch(/^\s*(?:[=+@]|-[^\d]).|^-\d+[^\d.]/);
      }),
      { numRuns: 5 },
    );
  } finally {
    await flows.close();
  }
});

it('a CSV answer that does not fit names the file, however long its arguments are', async () => {
  const tool = defineTool({
    name: 'list-names',
    title: 'List names',
    description: 'Lists names.',
    toolset: 'traffic',
    effect: 'read',
    input: { type: 'object', properties: { names: { type: 'array', items: { type: 'string' } } } },
    output: envelope({ name: { type: 'string' } }, {}),
    example: {},
    columns: [],
    run: async ({ names = [] }) => ({
      answer: 'Names.',
      items: names.flatMap((name) => Array.from({ length: 20 }, (_, n) => ({ name: `${name} ${n}` }))),
      totals: {},
      coverage: { rows_read: 0, truncated: false, gaps: [] },
      view: { as: 'csv' },
    }),
  });
  const dispatcher = dispatcherOf([tool], { pce: memoryPce({}) });
  const names = Array.from({ length: 60 }, (_, n) => `a name that is long ${n}`);
  const { text, structured } = await callWith(dispatcher, 'list-names', { names });
  expect(text).toContain(`read the resource illumio://results/{cursor}/csv with cursor=${structured.cursor}`);
  const read = await readResource(dispatcher, `illumio://results/${structured.cursor}/csv`, reading);
  expect('found' in read && rowsOf(read.found.text).map(({ name }) => name)).toEqual(
    names.flatMap((name) => Array.from({ length: 20 }, (_, n) => `${name} ${n}`)),
  );
});

it.each([REVISIONS[0], '2025-11-25'] as const)('a client of %s reads it', async (revision) => {
  const server = await startHttp({ dispatcher: pce.dispatcher, ...openToThisMachine(OPERATOR), log: silentLog });
  const client = clientFor(revision);
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('illumio://results/{cursor}/csv{?from}');
    const { structuredContent } = await client.callTool({ name: 'get-traffic-flows', arguments: { max_results: 250 } });
    const { cursor, totals } = Object(structuredContent);
    const { contents } = await client.readResource({ uri: `illumio://results/${String(cursor)}/csv` });
    const [content] = contents;
    if (!content || !('text' in content)) throw new Error('no text');
    expect(content.mimeType).toBe('text/csv');
    expect(rowsOf(content.text)).toHaveLength(totals.total_rows);
  } finally {
    await client.close();
    await server.close();
  }
});
