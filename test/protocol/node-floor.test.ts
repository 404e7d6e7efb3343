import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
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

it('every package that users get runs on the lowest Node that we promise', () => {
  const [[major, minor] = [0, 0]] = lowerBounds(engineOf(json('package.json')));
  const lock = json('package-lock.json');
  const packages = isObject(lock) && isObject(lock['packages']) ? Object.entries(lock['packages']) : [];
  const shipped = packages.filter(([name, entry]) => name !== '' && isObject(entry) && entry['dev'] !== true);
  const tooNew = shipped
    .filter(([, entry]) => !lowerBounds(engineOf(entry)).some(([m, n]) => m < major || (m === major && n <= minor)))
    .map(([name, entry]) => `${name} needs ${engineOf(entry)}`);
  expect(shipped.length).toBeGreaterThan(5);
  expect(tooNew).toEqual([]);
});
