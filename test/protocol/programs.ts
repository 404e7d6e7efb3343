import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/build.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Program } from './clients.ts';

export const SOURCE = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** An empty folder to run in, so that no `.env` of a developer is read and no state of theirs is touched. */
export async function sandbox() {
  const folder = await mkdtemp(join(tmpdir(), 'illumio-mcp-test-'));
  const env = { HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: join(tmpdir(), 'illumio-mcp-test-cache') };
  return {
    folder,
    /** The program from `file`, in the sandbox. */
    program: (file: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Program => ({
      args: [file, ...args],
      env: { ...env, ...more },
      cwd: folder,
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Builds the bundle into the folder; the path of its main file. */
export async function built(folder: string): Promise<string> {
  const dir = join(folder, 'dist');
  await bundle(dir);
  return join(dir, 'illumio-mcp.js');
}

/** The environment that points at a simulated PCE. */
export const pointingAt = ({ url, orgId, apiKey, apiSecret }: Simulator) => ({
  PCE_HOST: url,
  PCE_ORG_ID: String(orgId),
  API_KEY: apiKey,
  API_SECRET: apiSecret,
});
