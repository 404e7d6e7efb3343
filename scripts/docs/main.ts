import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { galleryPages } from './gallery/gallery.ts';
import { quotedPages, read, referencePages, ROOT, shapeOf } from './generate.ts';
import type { Page } from './page.ts';

/**
 * `npm run -s docs`: makes the generated pages and the quoted output of the documentation anew. With `--check` it writes nothing and exits
 * with 1 when a page is stale: reference pages to the byte, quotes in words and layout.
 */
const check = process.argv.includes('--check');

const current = (path: string): string => {
  try {
    return read(path);
  } catch {
    return '';
  }
};

const stale: string[] = [];
function keep({ path, content }: Page, same: (there: string) => boolean): void {
  if (same(current(path))) return;
  stale.push(path);
  if (check) return;
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), content);
}

for (const page of await referencePages()) keep(page, (there) => there === page.content);
for (const page of await galleryPages()) keep(page, (there) => shapeOf(there) === shapeOf(page.content));
for (const page of await quotedPages()) keep(page, (there) => shapeOf(there) === shapeOf(page.content));

process.stdout.write(
  `${stale.map((path) => `${check ? 'stale' : 'written'}: ${path}\n`).join('')}${stale.length} pages\n`,
);
if (check && stale.length > 0) process.exitCode = 1;
