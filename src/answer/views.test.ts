import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvHeader, csvRow } from './csv.ts';
import { HOSTILE } from './hostile.test-support.ts';
import { mermaid } from './mermaid.ts';
import { sanitiseText } from './sanitise.ts';
import { tableRow } from './table.ts';

const columns = [
  { header: 'a, b', value: ([first]: readonly [string, number | null]) => first },
  { header: 'n', value: ([, second]: readonly [string, number | null]) => second },
];

test('CSV lines are read back by a CSV parser as the inert values', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.option(fc.integer()), (text, number) => {
      const lines = `${csvHeader(columns)}\n${csvRow(columns, [text, number])}\n`;
      const [row] = parse(lines, { columns: true, skip_empty_lines: false }) as Record<string, string>[];
      const value = row?.['a, b'] ?? '';
      expect(value.replace(/^'(?=\s*[=+\-@])/, '')).toBe(sanitiseText(text));
      expect(row?.['n']).toBe(number === null ? '' : String(number));
    }),
  );
});

test.each(['=1+1', '+1', '-1', '@x', ' =1', '\t=1', '\u200b=1'])('%j is text for a spreadsheet', (formula) => {
  expect(csvRow(columns, [formula, -5])).toMatch(/^'.*,-5$/);
});

test('a table row has one cell per column and no line break, whatever is in it', () => {
  for (const text of HOSTILE) {
    const row = tableRow(columns, [text, 3]);
    expect(row.split(' | ')).toHaveLength(2);
    expect(row).not.toContain('\n');
  }
});

test('a diagram consists of our ids and quoted labels only', () => {
  const edges = HOSTILE.map((from, i) => ({ from, to: HOSTILE[(i + 1) % HOSTILE.length] ?? '', label: from }));
  const [first, ...lines] = mermaid(edges, edges.length).split('\n');
  expect(first).toBe('flowchart LR');
  for (const line of lines) expect(line).toMatch(/^ {2}n\d+(?:\["[^"#<>`\\;&\n]+"\]| -->\|"[^"#<>`\\;&\n]+"\| n\d+)$/);
});
