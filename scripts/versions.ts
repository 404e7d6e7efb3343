import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../src/core/json.ts';

const ROOT = join(import.meta.dirname, '..');

/** One place that tells the version or the registered name of the server. */
export interface Told {
  readonly where: string;
  readonly value: string;
}

/** Everything that tells a version, and everything that tells the name in the MCP registry. */
export async function told(
  root = ROOT,
): Promise<{ readonly versions: readonly Told[]; readonly names: readonly Told[] }> {
  const read = (file: string) => readFile(join(root, file), 'utf8');
  const [manifest, bundle, server] = (
    await Promise.all(
      ['package.json', 'manifest.json', 'server.json'].map(async (file) => JSON.parse(await read(file))),
    )
  ).map((value: unknown) => (isObject(value) ? value : {}));
  const [dockerfile, kustomization] = await Promise.all([
    read('Dockerfile'),
    read('deploy/kubernetes/kustomization.yaml'),
  ]);
  const packages: readonly unknown[] = Array.isArray(server?.['packages']) ? server['packages'] : [];
  return {
    versions: [
      { where: 'package.json', value: String(manifest?.['version']) },
      { where: 'manifest.json', value: String(bundle?.['version']) },
      { where: 'server.json', value: String(server?.['version']) },
      ...packages.map((one, index) => ({
        where: `server.json packages[${index}]`,
        value: String(isObject(one) ? one['version'] : undefined),
      })),
      { where: 'Dockerfile', value: found(dockerfile, /^ARG VERSION=(\S+)$/m) },
      { where: 'deploy/kubernetes/kustomization.yaml', value: found(kustomization, /^ +newTag: (\S+)$/m) },
    ],
    names: [
      { where: 'package.json', value: String(manifest?.['mcpName']) },
      { where: 'server.json', value: String(server?.['name']) },
      { where: 'Dockerfile', value: found(dockerfile, /io\.modelcontextprotocol\.server\.name="([^"]+)"/) },
    ],
  };
}

const found = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? 'not found';

/** What does not agree, one line for each kind; with `tag`, a release tag like v1.2.3, also with that. */
export async function disagreements(tag?: string, root = ROOT): Promise<readonly string[]> {
  const { versions, names } = await told(root);
  const tagged = tag === undefined ? [] : [{ where: 'the tag', value: tag.replace(/^v/, '') }];
  return [['versions', [...versions, ...tagged]] as const, ['names', names] as const].flatMap(([kind, places]) =>
    new Set(places.map(({ value }) => value)).size === 1
      ? []
      : [`${kind} differ: ${places.map(({ where, value }) => `${where} ${value}`).join(', ')}`],
  );
}

if (import.meta.main) {
  const problems = await disagreements(process.argv[2]);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
