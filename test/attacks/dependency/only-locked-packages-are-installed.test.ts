import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// Security case 51: a package that is not the one that was looked at, or that runs code when it is installed.
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../../..', file), 'utf8'));
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const manifest = read('package.json') as {
  readonly dependencies?: object;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const installed = Object.entries(packages).filter(([path]) => path !== '');

it('every package is locked to its content, and from a registry', () => {
  expect(installed.length).toBeGreaterThan(300);
  for (const [path, { version, integrity, resolved }] of installed) {
    expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    expect([path, version]).toEqual([path, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
    // Where to get it is the installer's business, never that of the file.
    expect([path, resolved]).toEqual([path, undefined]);
  }
});

it('what is published brings no package along, so that nothing is chosen at the user’s', () => {
  expect(manifest.dependencies ?? {}).toEqual({});
});

it('no package runs anything when it is installed but those that were looked at', () => {
  const scripted = installed.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [path.split('node_modules/').at(-1) ?? path] : [],
  );
  // It checks the binary that its optional package brings; without the script it does so when it is first used.
  const notAllowed = ['esbuild'];
  expect(scripted.toSorted()).toEqual([...Object.keys(manifest.allowScripts), ...notAllowed].toSorted());
});
