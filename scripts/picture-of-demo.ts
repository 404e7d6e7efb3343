import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Draws part of a real run of the demo as `docs/pictures/demo.svg`, the picture of the README. */
const root = join(import.meta.dirname, '..');
const SHOWN = ['1.', '5.', '8.'];

const { stdout, status } = spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), 'demo', '--once'], {
  encoding: 'utf8',
  env: { ...process.env, COLUMNS: '110' },
});
if (status !== 0) throw new Error('the demo failed');

const questions = stdout.split(/\n(?=\d+\. )/).filter((part) => SHOWN.some((number) => part.startsWith(number)));
const lines = ['$ npm ci && npm run demo', '', ...questions.join('\n').trimEnd().split('\n')];

const [WIDTH, LINE, LEFT, TOP] = [980, 17, 24, 52];
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const colour = (line: string): string =>
  /^\d+\./.test(line) ? '#7dd3fc' : /^\s+->/.test(line) ? '#fcd34d' : /^\s+\.\.\./.test(line) ? '#64748b' : '#e2e8f0';
const height = TOP + lines.length * LINE + 20;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Part of a run of npm run demo">
<rect width="${WIDTH}" height="${height}" rx="10" fill="#0f172a"/>
<g fill="#334155"><circle cx="28" cy="24" r="6"/><circle cx="48" cy="24" r="6"/><circle cx="68" cy="24" r="6"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12.5" xml:space="preserve">
${lines.map((line, index) => `<text x="${LEFT}" y="${TOP + index * LINE}" fill="${colour(line)}">${escape(line)}</text>`).join('\n')}
</g>
</svg>
`;
mkdirSync(join(root, 'docs/pictures'), { recursive: true });
writeFileSync(join(root, 'docs/pictures/demo.svg'), svg);
