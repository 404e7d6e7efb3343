import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import manifest from '../package.json' with { type: 'json' };

const ENTRIES = {
  'illumio-mcp': 'src/cli/main.ts',
  'illumio-mcp-http': 'src/cli/http-main.ts',
  worker: 'src/work/worker.ts',
};

/**
 * Bundles the program into `dir`, replacing what is there: two commands, the worker, and chunks that are read only when they are needed
 * (the PCE client, the simulator, the HTTP stack), so that a stdio server answers fast. Chunks lie beside the entries: the worker is
 * found there.
 */
export async function bundle(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await build({
    cwd: join(import.meta.dirname, '..'),
    input: ENTRIES,
    platform: 'node',
    transform: { target: 'node22.13', define: { BUILD_VERSION: JSON.stringify(manifest.version) } },
    output: {
      dir,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
  });
  for (const name of ['illumio-mcp', 'illumio-mcp-http']) await chmod(join(dir, `${name}.js`), 0o755);
}

if (import.meta.main) await bundle(join(import.meta.dirname, '..', 'dist'));
