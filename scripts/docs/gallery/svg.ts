/** The few forms the gallery is drawn with. Every form is an SVG group of a known height, 920 wide. */
export interface Drawn {
  readonly height: number;
  readonly svg: string;
}

export type Tone = 'blue' | 'green' | 'amber' | 'red' | 'grey' | 'violet';

const COLOURS: Readonly<Record<Tone, string>> = {
  blue: '#2563eb',
  green: '#16a34a',
  amber: '#d97706',
  red: '#dc2626',
  grey: '#94a3b8',
  violet: '#7c3aed',
};

const WIDTH = 920;
const INK = '#0f172a';
const FAINT = '#64748b';

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

interface Style {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: number;
}

const words = (
  x: number,
  y: number,
  text: string,
  { size = 13, fill = INK, anchor = 'start', weight = 400 }: Style = {},
): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}" font-weight="${weight}">${escape(text)}</text>`;

export interface Bar {
  readonly label: string;
  /** One part for each tone, in order. */
  readonly parts: readonly { readonly value: number; readonly tone: Tone }[];
  readonly note?: string;
}

/** One line a bar, on a common scale. */
export function bars(rows: readonly Bar[]): Drawn {
  const total = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0);
  const scale = 430 / Math.max(1, ...rows.map(total));
  const lines = rows.map((row, index) => {
    const y = index * 28;
    let x = 260;
    const parts = row.parts.map(({ value, tone }) => {
      const width = value * scale;
      const part = `<rect x="${x.toFixed(1)}" y="${y + 4}" width="${width.toFixed(1)}" height="18" rx="2" fill="${COLOURS[tone]}"/>`;
      x += width;
      return part;
    });
    const note = row.note ?? total(row).toLocaleString('en-US');
    return `${words(250, y + 18, cut(row.label, 36), { anchor: 'end' })}${parts.join('')}${words(x + 8, y + 18, cut(note, 40), { fill: FAINT, size: 12 })}`;
  });
  return { height: rows.length * 28, svg: lines.join('\n') };
}

export function legend(entries: readonly (readonly [Tone, string])[]): Drawn {
  const parts = entries.map(
    ([tone, label], index) =>
      `<rect x="${24 + index * 170}" y="4" width="12" height="12" rx="2" fill="${COLOURS[tone]}"/>${words(42 + index * 170, 15, label, { size: 12, fill: FAINT })}`,
  );
  return { height: 26, svg: parts.join('\n') };
}

export interface Card {
  readonly value: string;
  readonly label: string;
  readonly tone: Tone;
}

/** Large numbers side by side. */
export function cards(all: readonly Card[]): Drawn {
  const width = (WIDTH - 48 - (all.length - 1) * 12) / all.length;
  const parts = all.map(({ value, label, tone }, index) => {
    const x = 24 + index * (width + 12);
    return `<rect x="${x}" y="0" width="${width}" height="74" rx="8" fill="#f8fafc" stroke="#e2e8f0"/><rect x="${x}" y="0" width="5" height="74" rx="2" fill="${COLOURS[tone]}"/>${words(x + 18, 36, value, { size: 24, weight: 700 })}${words(x + 18, 58, cut(label, Math.floor(width / 7)), { size: 12, fill: FAINT })}`;
  });
  return { height: 90, svg: parts.join('\n') };
}

export interface Column {
  readonly title: string;
  readonly width: number;
}

/** A table. A cell with a tone is drawn as a badge. */
export function grid(
  columns: readonly Column[],
  rows: readonly (readonly (string | { readonly text: string; readonly tone: Tone })[])[],
): Drawn {
  const starts = columns.map((_, index) => 24 + columns.slice(0, index).reduce((sum, { width }) => sum + width, 0));
  const head = columns.map(({ title }, index) =>
    words(starts[index] ?? 0, 14, title, { size: 12, fill: FAINT, weight: 600 }),
  );
  const lines = rows.map((cells, row) => {
    const y = 24 + row * 26;
    const drawn = cells.map((cell, index) => {
      const x = starts[index] ?? 0;
      const fits = Math.floor(((columns[index]?.width ?? 100) - 10) / 6.6);
      if (typeof cell === 'string') return words(x, y + 18, cut(cell, fits), { size: 12.5 });
      const width = cell.text.length * 7.2 + 14;
      return `<rect x="${x}" y="${y + 4}" width="${width.toFixed(1)}" height="19" rx="9" fill="${COLOURS[cell.tone]}"/>${words(x + width / 2, y + 18, cell.text, { size: 11.5, fill: '#ffffff', anchor: 'middle', weight: 600 })}`;
    });
    return `<line x1="24" x2="${WIDTH - 24}" y1="${y}" y2="${y}" stroke="#e2e8f0"/>${drawn.join('')}`;
  });
  return { height: 24 + rows.length * 26 + 6, svg: [...head, ...lines].join('\n') };
}

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
  readonly tone: Tone;
  readonly note?: string;
}

/** Boxes in columns, joined from left to right; the thicker, the more. */
export function flow(layers: readonly (readonly string[])[], links: readonly Link[]): Drawn {
  const tallest = Math.max(...layers.map((layer) => layer.length));
  const height = Math.max(120, tallest * 44);
  const step = (WIDTH - 48 - 210) / Math.max(1, layers.length - 1);
  const at = new Map(
    layers.flatMap((layer, column) =>
      layer.map(
        (name, row) =>
          [`${column} ${name}`, { x: 24 + column * step, y: (height / layer.length) * (row + 0.5) }] as const,
      ),
    ),
  );
  const heaviest = Math.max(1, ...links.map(({ weight }) => weight));
  const curves = links.flatMap(({ from, to, weight, tone, note }) => {
    const column = layers.findIndex((layer, index) => layer.includes(from) && (layers[index + 1] ?? []).includes(to));
    const [start, end] = [at.get(`${column} ${from}`), at.get(`${column + 1} ${to}`)];
    if (!start || !end) return [];
    const [x1, x2] = [start.x + 210, end.x];
    const thickness = 1 + 7 * Math.sqrt(weight / heaviest);
    const label = note === undefined ? '' : words(x1 + 12, start.y - 6, cut(note, 22), { size: 10.5, fill: FAINT });
    return [
      `<path d="M${x1} ${start.y} C${(x1 + x2) / 2} ${start.y} ${(x1 + x2) / 2} ${end.y} ${x2} ${end.y}" fill="none" stroke="${COLOURS[tone]}" stroke-opacity="0.55" stroke-width="${thickness.toFixed(1)}"/>${label}`,
    ];
  });
  const boxes = [...at].map(
    ([key, { x, y }]) =>
      `<rect x="${x}" y="${y - 15}" width="210" height="30" rx="6" fill="#f1f5f9" stroke="#cbd5e1"/>${words(x + 105, y + 5, cut(key.slice(key.indexOf(' ') + 1), 28), { anchor: 'middle', size: 12.5 })}`,
  );
  return { height: height + 10, svg: [...curves, ...boxes].join('\n') };
}

/** The whole picture: title, what is to be seen in a sentence, and the forms below one another. */
export function picture(title: string, sentence: string, forms: readonly Drawn[]): string {
  let y = 84;
  const groups = forms.map(({ height, svg }) => {
    const group = `<g transform="translate(0 ${y})">\n${svg}\n</g>`;
    y += height + 12;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 12}" role="img" aria-label="${escape(title)}" font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif">
<rect width="${WIDTH}" height="${y + 12}" rx="10" fill="#ffffff" stroke="#e2e8f0"/>
${words(24, 38, title, { size: 20, weight: 700 })}
${words(24, 62, cut(sentence, 128), { fill: FAINT })}
${groups.join('\n')}
</svg>
`;
}
