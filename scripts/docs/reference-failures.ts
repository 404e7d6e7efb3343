import { FAULTS } from '../../src/cli/doctor/faults.ts';
import { FAILURES } from '../../src/core/errors.ts';
import { code, GENERATED, prose, table } from './markdown.ts';
import type { Page } from './page.ts';

/** Every code an answer or the doctor can name, with what to do. */
export const failuresPage = (): Page => ({
  path: 'docs/reference/failures.md',
  content: `${GENERATED}

# Failure codes

A failed call is an error of the tool: \`isError\` with \`error\` (a code of this list), \`message\` and \`remedy\`. The message of a call says what
exactly; the ones below are said when nothing better is known.

## Answers of tools

${table(
  ['Code', 'Message', 'What to do'],
  Object.entries(FAILURES).map(([name, [message, remedy]]) => [code(name), prose(message), prose(remedy)]),
)}

## Findings of \`illumio-mcp doctor\`

${table(
  ['Code', 'What to do'],
  Object.entries(FAULTS).map(([name, remedy]) => [code(name), prose(remedy)]),
)}
`,
});
