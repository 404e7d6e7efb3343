import { pagesOfDocs, read } from '../../scripts/docs/generate.ts';

export interface DocsPage {
  readonly path: string;
  readonly text: string;
  /** Without fenced blocks. */
  readonly prose: string;
  readonly fences: readonly { readonly language: string; readonly body: string }[];
}

const FENCE = /^( *)```([\w-]*)\n([\s\S]*?)^\1```$/gm;

/** The pages people read: the documentation and what stands beside it at the root. */
export const pages: readonly DocsPage[] = [
  ...pagesOfDocs().filter((path) => !path.startsWith('docs/adr/') && path !== 'docs/parity.md'),
  'README.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  'SECURITY.md',
].map((path) => {
  const text = read(path);
  return {
    path,
    text,
    prose: text.replaceAll(FENCE, ''),
    fences: [...text.matchAll(FENCE)].map(([, , language = '', body = '']) => ({ language, body })),
  };
});

/** The anchors of a page, made as GitHub and the site make them. */
export const anchorsOf = (text: string): readonly string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[`*]/g, '')
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
