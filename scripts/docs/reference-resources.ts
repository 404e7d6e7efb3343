import { collections } from '../../src/resources/collections.ts';
import { pages } from '../../src/resources/pages.ts';
import { code, GENERATED, prose, table } from './markdown.ts';
import type { Page } from './page.ts';

/** What a client can read without a call of a tool, from the definitions. */
export const resourcesPage = (): Page => ({
  path: 'docs/reference/resources.md',
  content: `${GENERATED}

# Resources

What a client reads by address: what the PCE has, the rows of an answer, and pages of knowledge. A resource of the PCE is read by the tool beside it, with
the same rights, the same narrowing to labels and the same record.

## What the PCE has

${table(
  ['Address', 'What', 'Filters', 'Read by'],
  collections.map(({ path, description, filters, tool }) => [
    code(`illumio://${path}`),
    prose(description),
    [...Object.keys(filters), 'cursor'].map(code).join(', '),
    `[${code(tool)}](tools.md)`,
  ]),
)}

Filters stand behind the address, as in ${code('illumio://labels?key=env')}; values of names, labels and services can be completed from the PCE.

## The rows of an answer

${table(
  ['Address', 'What'],
  [
    [code('illumio://results/{cursor}'), prose('The page of an answer that its cursor leads to.')],
    [
      code('illumio://results/{cursor}/csv{?from}'),
      prose('All rows of the answer as CSV; a file too long for one part goes on where next_page says.'),
    ],
  ],
)}

[Long questions, large answers](../long-questions.md) shows both.

## Knowledge

${table(
  ['Address', 'Title', 'What'],
  pages.map(({ path, title, description }) => [code(`illumio://${path}`), prose(title), prose(description)]),
)}
`,
});
