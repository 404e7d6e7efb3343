import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const promised = join(root, '../shared/product/parity.md');
const kept = readFileSync(join(root, 'docs/parity.md'), 'utf8');

interface Row {
  readonly id: string;
  readonly keptBy: string;
  readonly tests: readonly string[];
}

const cells = (table: string): readonly (readonly string[])[] =>
  table
    .split('\n')
    .filter((line) => /^\| [a-z]+\./.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const rows: readonly Row[] = cells(kept).map(([id = '', keptBy = '', tests = '']) => ({
  id,
  keptBy,
  tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
}));

describe('parity', () => {
  it.skipIf(!existsSync(promised))('has a row for every promise (needs ../shared/product/parity.md)', () => {
    const ids = cells(readFileSync(promised, 'utf8')).flatMap(([id = '']) => id.split(', '));
    expect(ids.length).toBeGreaterThan(40);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it.each(rows.map((row) => [row.id, row] as const))(
    '%s is open, or kept by a test that exists',
    (_id, { keptBy, tests }) => {
      if (keptBy === 'open') return expect(tests).toEqual([]);
      expect(tests).not.toEqual([]);
      for (const file of tests) expect(existsSync(join(root, file)), file).toBe(true);
      return undefined;
    },
  );
});
