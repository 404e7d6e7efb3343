import { simulated } from '../../../test/catalogue/simulated.ts';
import { fence, GENERATED } from '../markdown.ts';
import type { Page } from '../page.ts';
import { ask } from './ask.ts';
import { PICTURES, type Picture } from './pictures.ts';
import { picture } from './svg.ts';

/** All pictures and the page they stand on, asked of the demo estate. Throws when a question no longer yields its data. */
export async function galleryPages(): Promise<readonly Page[]> {
  const estate = await simulated({ profile: 'mid', seed: 7 });
  try {
    const pages: Page[] = [];
    for (const one of PICTURES) {
      const answers = [];
      for (const call of one.calls) answers.push(await ask(estate, call));
      const { sentence, forms } = one.draw(answers);
      pages.push({ path: `docs/gallery/${one.id}.svg`, content: picture(one.title, sentence, forms) });
    }
    return [...pages, { path: 'docs/gallery.md', content: page() }];
  } finally {
    await estate.close();
  }
}

const page = (): string => `${GENERATED}

# Gallery

${PICTURES.length} questions people ask, and a picture of each answer. The estate is the demo's, the tools are named; an assistant draws such pictures itself from the
rows it gets.

${PICTURES.map(section).join('\n\n')}
`;

const section = ({ id, title, question, calls }: Picture): string =>
  [
    `## ${title}`,
    '',
    `"${question}"`,
    '',
    `![${title}](gallery/${id}.svg)`,
    '',
    fence('call', calls.map(([tool, args]) => `${tool} ${JSON.stringify(args)}`).join('\n')),
  ].join('\n');
