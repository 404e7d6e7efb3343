import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { table, terminal, wrap } from './terminal.ts';

describe('wrap', () => {
  it('breaks at blanks, keeps long words whole and loses nothing', () => {
    const text = 'one two three averyveryverylongword four';
    expect(wrap(text, 9)).toEqual(['one two', 'three', 'averyveryverylongword', 'four']);
    expect(wrap(text, 9).join(' ')).toBe(text);
  });
});

describe('table', () => {
  it('aligns columns, numbers to the right, and cuts long cells visibly', () => {
    const rows = [
      ['a', 5],
      ['a-name-too-long', 1200],
    ] as const;
    expect(table(['name', 'n'], rows, { maxCell: 8 })).toEqual([
      'name         n',
      '--------  ----',
      'a            5',
      'a-name-…  1200',
    ]);
  });
});

describe('terminal', () => {
  const written = (stream: PassThrough): string => String(stream.read());

  it('writes neither colours nor cursor movements where no person watches', () => {
    const stream = new PassThrough() as PassThrough & NodeJS.WriteStream;
    const out = terminal(stream);
    out.paragraph('hello', { style: 'bold' });
    out.progress('reading 1 of 3');
    out.progress('asking');
    out.progress('reading 2 of 3');
    out.done();
    out.progress('reading 4 of 5');
    out.lines(['end']);
    expect(written(stream)).toBe('hello\n   ... reading 1 of 3\n   ... asking\n   ... reading 4 of 5\nend\n');
  });

  it('indents the first line with a mark and the others with blanks', () => {
    const stream = new PassThrough() as PassThrough & NodeJS.WriteStream;
    terminal(stream).paragraph(`tool ${'x'.repeat(100)}`, { indent: '-> ' });
    expect(written(stream)).toBe(`-> tool\n   ${'x'.repeat(100)}\n`);
  });
});
