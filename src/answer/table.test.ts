import { describe, expect, it } from 'vitest';
import { filledColumns, tableCell, tableHeader, tableRow } from './table.ts';

interface Item {
  readonly name: string;
  readonly note?: string;
  readonly tags: readonly string[];
}

const columns = [
  { header: 'name', value: (item: Item) => item.name },
  { header: 'note', value: (item: Item) => item.note },
  { header: 'tags', value: (item: Item) => item.tags },
];

describe('a text table', () => {
  it('leaves out columns that are blank in every row, and only those', () => {
    const items: readonly Item[] = [
      { name: 'a', tags: [] },
      { name: 'b', tags: ['x'] },
    ];
    expect(tableHeader(filledColumns(columns, items))).toBe('name | tags');
    expect(tableHeader(filledColumns(columns, [{ name: 'a', note: 'n', tags: [] }]))).toBe('name | note');
  });

  it('shows a list whole, each text inert and without the separator', () => {
    const long = Array.from({ length: 100 }, (_, index) => `value-${index}`);
    expect(tableCell(long).split(' ; ')).toEqual(long);
    expect(tableRow(columns, { name: 'a', tags: ['x|y', '<b>'] })).not.toMatch(/x\|y|<b>/);
  });
});
