import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulated } from '../../test/catalogue/simulated.ts';
import { quotesIn, withQuotes } from './quotes.ts';
import { failuresPage } from './reference-failures.ts';
import { promptsPage } from './reference-prompts.ts';
import { resourcesPage } from './reference-resources.ts';
import { settingsPage } from './reference-settings.ts';
import { simulatorPage } from './reference-simulator.ts';
import type { Page } from './page.ts';
import { toolPages } from './reference-tools.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** Every page of the documentation, from the repository's root. */
export const pagesOfDocs = (): readonly string[] =>
  readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules') && !name.startsWith('.vitepress'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .sort();

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Whole pages made from code: the same to the byte on every run. */
export const referencePages = async (): Promise<readonly Page[]> => [
  ...toolPages(),
  promptsPage(),
  resourcesPage(),
  settingsPage(),
  failuresPage(),
  await simulatorPage(),
];

/** Hand-written pages with quoted output, the quotes made anew. */
export async function quotedPages(): Promise<readonly Page[]> {
  const estate = await simulated({ profile: 'mid', seed: 7 });
  try {
    const pages: Page[] = [];
    for (const path of pagesOfDocs())
      if (quotesIn(read(path)).length > 0) pages.push({ path, content: await withQuotes(read(path), estate) });
    return pages;
  } finally {
    await estate.close();
  }
}

/** What a change of code makes stale: numbers may move with the clock and the machine, words and layout may not. */
export const shapeOf = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
    .replaceAll(/\d+(?:[.,:]\d+)*/g, '0')
    // Where a line is cut depends on how long its numbers are.
    .replaceAll(/\S*…$/gm, '…')
    .replaceAll(/[ \t]+/g, ' ');
