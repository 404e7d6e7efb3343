import { expect, it } from 'vitest';
import { quotedPages, read, referencePages, shapeOf } from '../../scripts/docs/generate.ts';

const REMEDY = 'stale: run `npm run -s docs`';

it('the reference pages are what the code says', async () => {
  for (const { path, content } of await referencePages())
    expect(read(path) === content, `${path} is ${REMEDY}`).toBe(true);
}, 240_000);

it('quoted output is what the demo estate and the command line answer', async () => {
  const pages = await quotedPages();
  expect(pages.length).toBeGreaterThan(5);
  for (const { path, content } of pages) expect(shapeOf(read(path)), `${path} is ${REMEDY}`).toBe(shapeOf(content));
}, 240_000);
