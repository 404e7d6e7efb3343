import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** The script of the npm that runs these tests, so that any Node can run it, on Windows too. */
export function npmCli(): string {
  const path = process.env['npm_execpath']?.replace('npx-cli.js', 'npm-cli.js');
  if (path !== undefined && existsSync(path)) return path;
  const beside = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) =>
      [join(folder, '..', 'lib'), folder].map((base) => join(base, 'node_modules/npm/bin/npm-cli.js')),
    );
  const found = beside.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new Error('no npm beside any Node on the path');
}

interface Npm {
  /** The Node that runs npm and whatever npm runs. */
  readonly node?: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs npm in `cwd`; its standard output. */
export async function npm(args: readonly string[], { node = process.execPath, cwd, env = {} }: Npm): Promise<string> {
  const path = [dirname(node), process.env['PATH'] ?? ''].join(delimiter);
  const { stdout } = await promisify(execFile)(node, [npmCli(), ...args], {
    cwd,
    env: { ...process.env, ...env, PATH: path },
    maxBuffer: 16 << 20,
  });
  return stdout;
}

/** Settings under which npm reaches nothing: whatever is not in the folder or the tarball is an error. */
export const OFFLINE = {
  npm_config_offline: 'true',
  npm_config_registry: 'http://127.0.0.1:9',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};
