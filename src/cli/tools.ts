import { OPERATOR } from '../access/decide.ts';
import { jsonLength, tokensOf } from '../answer/budget.ts';
import { loadConfig } from '../config/load.ts';
import { silentLog } from '../core/log.ts';
import { createServing } from '../dispatch/serving.ts';
import { digestOfTools } from '../dispatch/surface.ts';
import { parse, SERVER_SETTINGS, settingFlags, settingOptions } from './options.ts';

/** `illumio-mcp tools [--json | --digest]`: what `tools/list` gives with this configuration, and what it costs a model to read. */
export async function run(argv: readonly string[]): Promise<void> {
  const values = parse(argv, {
    json: { type: 'boolean' },
    digest: { type: 'boolean' },
    ...settingOptions(...SERVER_SETTINGS),
  });
  const { settings } = loadConfig({ flags: settingFlags(values) });
  const { dispatcher } = createServing(settings, { log: silentLog });
  const tools = dispatcher.list(OPERATOR);
  if (values['json']) return void process.stdout.write(`${JSON.stringify(tools, null, 2)}\n`);
  if (values['digest']) return void process.stdout.write(`${digestOfTools(tools)}\n`);
  const width = Math.max(0, ...tools.map(({ name }) => name.length));
  const rows = tools.map((tool) => {
    const tokens = costOf(tool);
    return { tokens, line: `${tool.name.padEnd(width)}  ${String(tokens).padStart(5)}  ${tool.description}` };
  });
  const total = rows.reduce((sum, { tokens }) => sum + tokens, 0);
  const summary = `${tools.length} tools, ${total} tokens of names, descriptions and input schemas (4 characters a token)`;
  process.stdout.write(`${[...rows.map(({ line }) => line), '', summary].join('\n')}\n`);
}

/** Of what hosts put before the model: the output schema stays with the host. */
const costOf = ({ name, description, inputSchema }: { name: string; description: string; inputSchema: object }) =>
  tokensOf(jsonLength({ name, description, inputSchema }));
