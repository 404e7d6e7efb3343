import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'cyan' | 'green' | 'red';

/** Where the tour is printed. Colours and a moving progress line only where a person watches. */
export interface Terminal {
  /** Text wrapped to the width; `indent` stands before the first line, blanks of its length before the others. */
  paragraph(text: string, options?: { readonly indent?: string; readonly style?: Style }): void;
  /** Lines as they are. */
  lines(lines: readonly string[], options?: { readonly style?: Style }): void;
  /** What is going on right now; replaced by the next one, gone with `done`. */
  progress(message: string): void;
  done(): void;
  readonly width: number;
}

const MAX_WIDTH = 120;

export function terminal(stream: NodeJS.WriteStream): Terminal {
  const width = Math.min(stream.columns ?? 100, MAX_WIDTH);
  const styled = (text: string, style: Style | undefined): string =>
    style === undefined ? text : styleText(style, text, { stream });
  let last = '';
  const told = new Set<string>();

  const clear = (): void => {
    if (stream.isTTY && last !== '') stream.write('\r\u001b[K');
    last = '';
  };

  return {
    width,
    paragraph(text, { indent = '', style } = {}) {
      clear();
      const hanging = ' '.repeat(indent.length);
      const lines = text.split('\n').flatMap((part) => wrap(part, width - indent.length));
      for (const [index, line] of lines.entries())
        stream.write(`${index === 0 ? indent : hanging}${styled(line, style)}\n`);
    },
    lines(lines, { style } = {}) {
      clear();
      for (const line of lines) stream.write(`${styled(line, style)}\n`);
    },
    progress(message) {
      if (!stream.isTTY) {
        // In a log one line for each kind of step is enough; questions asked side by side take turns.
        const kind = withoutNumbers(message);
        if (!told.has(kind)) stream.write(`   ... ${message}\n`);
        told.add(kind);
      } else {
        clear();
        stream.write(styled(`   ... ${message}`.slice(0, width - 1), 'dim'));
      }
      last = message;
    },
    done() {
      clear();
      told.clear();
    },
  };
}

const withoutNumbers = (text: string): string => text.replaceAll(/ ?\d+( of \d+)?/g, '');

/** `text` in lines of at most `width` characters, broken at blanks; a longer word keeps a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Rows under their headers in columns as wide as needed; numbers to the right. Cells longer than `maxCell` end in an ellipsis. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { maxCell }: { readonly maxCell: number },
): readonly string[] {
  const cut = (cell: string): string => (cell.length > maxCell ? `${cell.slice(0, maxCell - 1)}…` : cell);
  const cells = rows.map((row) => row.map((cell) => cut(String(cell))));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const numeric = headers.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]): string =>
    widths
      .map((size, column) => {
        const cell = row[column] ?? '';
        return numeric[column] === true ? cell.padStart(size) : cell.padEnd(size);
      })
      .join('  ')
      .trimEnd();
  return [line(headers), line(widths.map((size) => '-'.repeat(size))), ...cells.map(line)];
}
