import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type SettingName, settings } from '../config/schema.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The flags that stand for settings: `--read-only` for `MCP_READ_ONLY`, and so on. */
export const settingOptions = (...names: readonly SettingName[]): Options =>
  Object.fromEntries(
    settings.flatMap(({ name, flag }) =>
      flag !== undefined && names.includes(name) ? [[flag, { type: flag === 'read-only' ? 'boolean' : 'string' }]] : [],
    ),
  );

/** What the flags on the command line say about settings. */
export function settingFlags(values: Readonly<Record<string, unknown>>): Partial<Record<SettingName, string>> {
  const flags: Partial<Record<SettingName, string>> = {};
  for (const { name, flag } of settings) {
    const value = flag === undefined ? undefined : values[flag];
    if (typeof value === 'string' || typeof value === 'boolean') flags[name] = `${value}`;
  }
  return flags;
}

/** The settings every server command takes as flags. */
export const SERVER_SETTINGS = ['MCP_READ_ONLY', 'MCP_TOOLSETS', 'MCP_ALLOWED_TOOLS', 'MCP_LOG_LEVEL'] as const;

/** Command-line options, strictly: an unknown one is an error, because a mistyped `--read-only` must not start a writing server. */
export const parse = <const O extends Options>(argv: readonly string[], options: O) =>
  parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;

/** What is wrong with a command line beyond what `parseArgs` sees. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `parseArgs` explains what is wrong with a command line in errors of its own kind. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
