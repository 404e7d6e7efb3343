import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const rows = readFileSync(join(here, 'README.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, number, , shown = ''] = line.split('|').map((cell) => cell.trim());
    return /^\d+$/.test(number ?? '') ? [{ number: Number(number), shown }] : [];
  });
const filesIn = (text: string) => [...text.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file = '']) => file);

it('lists all 54, in order, each with a test or a reason', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 54 }, (_, index) => index + 1));
  for (const { number, shown } of rows)
    expect([number, filesIn(shown).length > 0 || /^(?:Cannot apply|Not )/.test(shown)]).toEqual([number, true]);
});

it.each([...new Set(rows.flatMap(({ shown }) => filesIn(shown)))])('names %s, which is there', (file) => {
  expect(existsSync(join(/^(?:src|test)\//.test(file) ? root : here, file))).toBe(true);
});

it('names every case there is', () => {
  const listed = new Set(rows.flatMap(({ shown }) => filesIn(shown)).map((file) => basename(file)));
  const cases = globSync('{token,http,href,confirm,credential,audit,tools,dependency}/*.test.ts', { cwd: here }).map(
    (file) => basename(file),
  );
  expect(cases.filter((file) => !listed.has(file))).toEqual([]);
});
