import { chmod, rm } from 'node:fs/promises';
import { build } from 'rolldown';
import manifest from '../package.json' with { type: 'json' };

/**
 * Bundles the program into `dist`: two commands, the worker, and chunks that are read only when they are needed (the PCE client, the
 * simulator, the HTTP stack), so that a stdio server answers fast. Chunks lie beside the entries: the worker is found there.
 */
const ENTRIES = {
  'illumio-mcp': 'src/cli/main.ts',
  'illumio-mcp-http': 'src/cli/http-main.ts',
  worker: 'src/work/worker.ts',
};

await rm('dist', { recursive: true, force: true });
await build({
  input: ENTRIES,
  platform: 'node',
  transform: { target: 'node22.13', define: { BUILD_VERSION: JSON.stringify(manifest.version) } },
  output: {
    dir: 'dist',
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  },
});
for (const name of ['illumio-mcp', 'illumio-mcp-http']) await chmod(`dist/${name}.js`, 0o755);
