import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LicenseInfo } from 'rolldown-license-plugin';
import manifest from '../package.json' with { type: 'json' };
import { isObject } from '../src/core/json.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * A software bill of materials (CycloneDX, JSON) of what is bundled: npm's own list of what is locked, cut to the packages that are in the
 * bundle. Their tree is not kept: a bundle has none. Throws when a bundled package is another than the locked one.
 */
export async function sbom(packages: readonly LicenseInfo[]): Promise<string> {
  const locked: unknown = JSON.parse(
    await npm('sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'),
  );
  if (!isObject(locked) || !Array.isArray(locked['components'])) throw new Error('npm sbom gave no components');
  const wanted = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const components: unknown[] = locked['components'].flatMap((component: unknown) => {
    const name = refOf(component);
    return name !== undefined && wanted.delete(name) ? [withoutPlace(component)] : [];
  });
  if (wanted.size > 0) throw new Error(`not as locked (npm ci): ${[...wanted].join(', ')}`);
  const { dependencies: _, metadata, ...rest } = locked;
  return `${JSON.stringify({ ...rest, metadata: ourName(metadata), components }, null, 2)}\n`;
}

/** `name@version`; the reference that npm gives carries more where one version is installed twice. */
function refOf(component: unknown): string | undefined {
  if (!isObject(component)) return undefined;
  const { group, name, version } = component;
  return `${typeof group === 'string' ? `${group}/` : ''}${String(name)}@${String(version)}`;
}

/** npm names the product after the folder of the checkout. */
const ourName = (metadata: unknown): unknown =>
  isObject(metadata) && isObject(metadata['component'])
    ? { ...metadata, component: { ...metadata['component'], name: manifest.name } }
    : metadata;

/** Where a package was installed, and that it served to build, says nothing about the bundle. */
function withoutPlace(component: unknown): unknown {
  if (!isObject(component)) return component;
  const { properties: _, scope: __, ...rest } = component;
  return rest;
}

/** Runs the npm that runs this script, where one does; that also finds it on Windows. */
async function npm(...args: readonly string[]): Promise<string> {
  const path = process.env['npm_execpath'];
  const [command, before] = path === undefined ? ['npm', []] : [process.execPath, [path]];
  const { stdout } = await promisify(execFile)(command, [...before, ...args], { cwd: ROOT, maxBuffer: 64 << 20 });
  return stdout;
}
