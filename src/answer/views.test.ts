import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvPart, csvRow } from './csv.ts';
import { HOSTILE } from './hostile.test-support.ts';
import { mermaid } from './mermaid.ts';
import { sanitise, sanitiseText } from './sanitise.ts';
import { tableRow } from './table.ts';

const columns = [
  { header: 'a, b', value: ([first]: readonly [string, number | null]) => first },
  { header: 'n', value: ([, second]: readonly [string, number | null]) => second },
];

test('CSV lines are read back by a CSV parser as the inert values', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer()), { maxLength: 3 }),
    fc.record({ inner: fc.string({ unit: 'grapheme' }) }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ 'a, b': value, n: value }, { noNullPrototype: true }), { minLength: 1 }),
      (items) => {
        const { text, next } = csvPart(items, 0, 1_000_000);
        const rows = parse(text, { columns: true, skip_empty_lines: false }) as Record<string, string>[];
        expect(next).toBeNull();
        expect(
          rows.map((row) => Object.values(row).map((field) => field.replace(/^'(?=\s*[=+\-@＝＋－＠].)/u, ''))),
        ).toEqual(items.map((item) => Object.values(item).map(asText)));
      },
    ),
  );
});

/** What a field holds, said once more: lists by `; `, deeper values as JSON. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => sanitiseText(String(one))).join('; ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(sanitise(value));
  return value === null ? '' : typeof value === 'string' ? sanitiseText(value) : JSON.stringify(value);
}

test('a file in parts is the file, whatever the parts are as long as', () => {
  const items = Array.from({ length: 57 }, (_, n) => ({
    n,
    name: `host "${n}", a;b`,
    ...(n === 40 ? { late: true } : {}),
  }));
  const whole = csvPart(items, 0, 1_000_000).text;
  for (const maxLength of [1, 60, 500]) {
    let text = '';
    let from: number | null = 0;
    while (from !== null) {
      const part = csvPart(items, from, maxLength);
      text += part.text;
      expect(part.next === null || part.next > from).toBe(true);
      from = part.next;
    }
    expect(text).toBe(whole);
  }
});

test.each(['=1+1', '+1', '-1', '@x', ' =1', '\t=1', '\u200b=1', '＝1'])('%j is text for a spreadsheet', (formula) => {
  expect(csvRow(['a', 'n'], { a: formula, n: -5 })).toMatch(/^'.*,-5$/);
  expect(csvRow(['a'], { a: [formula, 'b'] })).toMatch(/^"'/);
});

test('a dash alone, which stands for nothing, stays one', () => {
  expect(csvRow(['a'], { a: '-' })).toBe('-');
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
