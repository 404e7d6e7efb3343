import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { read, ROOT } from '../../scripts/docs/generate.ts';
import { anchorsOf, pages } from './pages.ts';

const LINK = /\]\(([^()\s]+)\)|(?:src|href)="([^"]+)"/g;

const targets = pages.flatMap(({ path, prose }) =>
  [...prose.replaceAll(/`[^`\n]*`/g, '').matchAll(LINK)].map(([, markdown, html]) => ({
    path,
    target: markdown ?? html ?? '',
  })),
);

it('every link inside the repository leads to a file and a heading that exist', () => {
  const broken = targets
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .filter(({ path, target }) => !leadsSomewhere(path, target));
  expect(broken).toEqual([]);
  expect(targets.length).toBeGreaterThan(100);
});

it('links elsewhere are https and well formed', () => {
  const outside = targets.filter(({ target }) => /^[a-z]+:/.test(target));
  expect(outside.filter(({ target }) => !URL.canParse(target) || !/^(?:https|mailto):/.test(target))).toEqual([]);
});

it('every page can be reached from the front page of the documentation', () => {
  const reached = new Set(['docs/index.md']);
  for (const path of reached)
    for (const { path: from, target } of targets)
      if (from === path && target.includes('.md')) reached.add(resolved(path, target));
  const written = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
  expect(written.filter((path) => !reached.has(path))).toEqual([]);
});

it("every entry of the site's navigation is a page", () => {
  const entries = [...read('docs/.vitepress/config.ts').matchAll(/page\('[^']+', '(\/[^']+)'\)/g)].map(
    ([, link = '']) => link,
  );
  expect(entries.length).toBeGreaterThan(20);
  expect(entries.filter((link) => !existsSync(join(ROOT, `docs${link}.md`)))).toEqual([]);
});

const resolved = (path: string, target: string): string =>
  normalize(join(dirname(path), target.replace(/#.*$/s, ''))).replaceAll('\\', '/');

function leadsSomewhere(path: string, target: string): boolean {
  const file = target.startsWith('#') ? path : resolved(path, target);
  if (!existsSync(join(ROOT, file))) return false;
  const anchor = /#(.+)$/s.exec(target)?.[1];
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(read(file)).includes(anchor);
}
