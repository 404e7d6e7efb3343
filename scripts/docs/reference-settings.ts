import { configTable } from '../../src/config/table.ts';
import { settings } from '../../src/config/schema.ts';
import { REQUIRED_SETTINGS } from '../../src/config/serving-mode.ts';
import { code, GENERATED, table } from './markdown.ts';
import type { Page } from './page.ts';

/** The configuration reference, from the schema. */
export function settingsPage(): Page {
  const modes = Object.entries(REQUIRED_SETTINGS).map(([mode, required]) => [
    code(mode),
    required.map((names) => (typeof names === 'string' ? code(names) : names.map(code).join(' or '))).join(', ') ||
      'nothing',
  ]);
  return {
    path: 'docs/reference/configuration.md',
    content: `${GENERATED}

# Configuration

${settings.length} settings. They are read from the environment, from \`.env\` in the working folder, and from flags where one is named; a flag wins over the
environment, the environment over \`.env\`. An empty value is no value. Secrets may be given as the path of a file by the name with \`_FILE\` behind it.

Bad values stop the start with one message that lists all of them. A name that looks like a misspelled one warns; near a safety switch it stops
the start. \`npm run -s cli -- config\` shows what is in force and where each value comes from, without secrets.

## What HTTP cannot start without

${table(['Mode', 'Needed'], modes)}

The mode is \`MCP_PCE_MODE\`, or \`dev_insecure\` where \`MCP_DEV_INSECURE\` is set.

## All settings

${configTable().trimEnd()}
`,
  };
}
