import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../../scripts/build.ts';
import { isObject } from '../../src/core/json.ts';

const json = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));

/** The lower bounds of an `engines.node` range, one per alternative, as [major, minor]. */
const lowerBounds = (range: string): readonly (readonly [number, number])[] =>
  range.split('||').map((alternative) => {
    const [, major = '0', minor = '0'] = /(\d+)(?:\.(\d+))?/.exec(alternative) ?? [];
    return [Number(major), Number(minor)];
  });

const engineOf = (entry: unknown): string => {
  const engines = isObject(entry) ? entry['engines'] : undefined;
  const node = isObject(engines) ? engines['node'] : undefined;
  return typeof node === 'string' ? node : '>=0';
};

it('every package in the bundle runs on the lowest Node that we promise', async () => {
  const [[major, minor] = [0, 0]] = lowerBounds(engineOf(json('package.json')));
  const folder = await mkdtemp(join(tmpdir(), 'illumio-mcp-floor-'));
  const bundled = await bundle(folder);
  await rm(folder, { recursive: true, force: true });
  const tooNew = bundled
    .map(({ name }) => ({ name, engine: engineOf(json(`node_modules/${name}/package.json`)) }))
    .filter(({ engine }) => !lowerBounds(engine).some(([m, n]) => m < major || (m === major && n <= minor)))
    .map(({ name, engine }) => `${name} needs ${engine}`);
  expect(bundled.length).toBeGreaterThan(5);
  expect(tooNew).toEqual([]);
});
