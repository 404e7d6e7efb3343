import { loadConfig } from '../config/load.ts';
import { configTable, redactedConfig } from '../config/table.ts';
import { parse } from './options.ts';

/** `illumio-mcp config [--json | --table]`: the configuration in force without secrets, or the reference of all settings. */
export async function run(argv: readonly string[]): Promise<void> {
  const { json, table } = parse(argv, { json: { type: 'boolean' }, table: { type: 'boolean' } });
  if (table) return void process.stdout.write(configTable());
  const config = loadConfig();
  const shown = redactedConfig(config);
  if (json)
    return void process.stdout.write(`${JSON.stringify({ settings: shown, warnings: config.warnings }, null, 2)}\n`);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown
    .filter(({ value }) => value !== null)
    .map(({ name, value, source }) => `${name.padEnd(width)}  ${value}  (${source})`);
  process.stdout.write(`${[...lines, ...config.warnings.map((warning) => `warning: ${warning}`)].join('\n')}\n`);
}
