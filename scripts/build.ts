import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import { type LicenseInfo, licensePlugin } from 'rolldown-license-plugin';
import manifest from '../package.json' with { type: 'json' };
import { isCompatible, notices } from './notices.ts';
import { sbom } from './sbom.ts';

const ENTRIES = {
  'illumio-mcp': 'src/cli/main.ts',
  'illumio-mcp-http': 'src/cli/http-main.ts',
  worker: 'src/work/worker.ts',
};

/**
 * Bundles the program into `dir`, replacing what is there: two commands, the worker, and chunks that are read only when they are needed
 * (the PCE client, the simulator, the HTTP stack), so that a stdio server answers fast. Chunks lie beside the entries: the worker is
 * found there. Gives the packages that went into it.
 */
export async function bundle(dir: string): Promise<readonly LicenseInfo[]> {
  await rm(dir, { recursive: true, force: true });
  let packages: readonly LicenseInfo[] = [];
  const changelog = await readFile(join(import.meta.dirname, '..', 'CHANGELOG.md'), 'utf8');
  await build({
    cwd: join(import.meta.dirname, '..'),
    input: ENTRIES,
    platform: 'node',
    transform: {
      target: 'node22.13',
      define: { BUILD_VERSION: JSON.stringify(manifest.version), BUILD_CHANGELOG: JSON.stringify(changelog) },
    },
    plugins: [
      licensePlugin({
        allow: isCompatible,
        failOnViolation: true,
        failOnUnlicensed: true,
        done: (found) => void (packages = found),
      }),
    ],
    output: {
      dir,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
  });
  for (const name of ['illumio-mcp', 'illumio-mcp-http']) await chmod(join(dir, `${name}.js`), 0o755);
  return packages;
}

if (import.meta.main) {
  const dir = join(import.meta.dirname, '..', 'dist');
  const packages = await bundle(dir);
  await Promise.all([
    writeFile(join(dir, 'THIRD-PARTY-NOTICES.md'), notices(packages)),
    sbom(packages).then((text) => writeFile(join(dir, 'sbom.cdx.json'), text)),
  ]);
}
