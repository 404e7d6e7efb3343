import { mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { createLog, type Log } from '../core/log.ts';
import { Secret } from '../core/secret.ts';
import type { Config } from './load.ts';
import { levelNamed } from './log-level.ts';
import type { Settings } from './schema.ts';

const DOCKER_LOG_FILE = '/var/log/illumio-mcp/illumio-mcp.log';

/** The log of a server: stderr, and the log file where one is configured; every configured secret is cut out of it. */
export function openLog({ settings, warnings }: Config): Log {
  const path = logFilePath(settings);
  const file = path === undefined ? undefined : openLogFile(path);
  const log = createLog({
    level: levelNamed(settings.MCP_LOG_LEVEL),
    write(line) {
      process.stderr.write(line);
      if (file?.descriptor !== undefined) append(file.descriptor, line);
    },
  });
  for (const value of secretsOf(settings)) log.hide(value);
  for (const warning of warnings) log.warning(warning);
  if (file?.problem) log.warning('the log file cannot be opened; logging to stderr only', { error: file.problem });
  return log;
}

/** Where the log file is, if there is one. */
export const logFilePath = (settings: Settings): string | undefined =>
  settings.MCP_LOG_FILE ?? (settings.DOCKER_CONTAINER ? DOCKER_LOG_FILE : undefined);

/** A full disk must not fail a call; stderr has the line. */
function append(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, line);
  } catch {
    // Nowhere left to say it.
  }
}

function openLogFile(path: string): { readonly descriptor?: number; readonly problem?: unknown } {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return { descriptor: openSync(path, 'a', 0o600) };
  } catch (problem) {
    return { problem };
  }
}

function secretsOf(settings: Settings): readonly string[] {
  const values = Object.values(settings).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
  const { API_KEY: key, API_SECRET: secret, HTTPS_PROXY: proxy } = settings;
  if (key && secret) values.push(Buffer.from(`${key.reveal()}:${secret.reveal()}`).toString('base64'));
  if (proxy?.password) values.push(decodeURIComponent(proxy.password), proxy.password);
  return values;
}
