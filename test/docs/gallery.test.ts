import { expect, it } from 'vitest';
import { galleryPages } from '../../scripts/docs/gallery/gallery.ts';
import { PICTURES } from '../../scripts/docs/gallery/pictures.ts';
import { read } from '../../scripts/docs/generate.ts';

it('every question of the gallery still yields its data, and its picture is in the documentation', async () => {
  const pages = await galleryPages();
  expect(PICTURES).toHaveLength(19);
  for (const { path, content } of pages) {
    // Numbers and names may move with the estate; what is drawn is a picture with words in it.
    if (path.endsWith('.svg')) expect(read(path).match(/<text/g)?.length ?? 0, path).toBeGreaterThan(8);
    else expect(read(path) === content, `${path} is stale: run \`npm run -s docs\``).toBe(true);
  }
}, 240_000);
