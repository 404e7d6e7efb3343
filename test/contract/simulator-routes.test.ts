import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simulatorRoutes } from '../../src/cli/pce-sim-routes.ts';
import { NOT_SERVED } from '../../src/simulator/not-served.ts';
import { PCE_VERSIONS, type PceVersion } from '../../src/simulator/versions.ts';

const INDEX = fileURLToPath(new URL('../../../shared/pce/schemas/', import.meta.url));
const METHODS = ['get', 'post', 'put', 'delete', 'patch'];

/** `GET /orgs/{}/labels/{}`: the names of parameters are everybody's own. */
const nameless = (call: string): string => call.replaceAll(/\{\w+\}|:\w+/g, '{}');

/** Every call of the index that Illumio publishes for a release. */
function published(release: string): readonly string[] {
  const { paths } = JSON.parse(readFileSync(`${INDEX}${release}/openapi.json`, 'utf8')) as {
    readonly paths: Readonly<Record<string, object>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => METHODS.includes(method))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}

const served = (version: PceVersion): ReadonlySet<string> =>
  new Set(
    (JSON.parse(simulatorRoutes(true, version)) as { readonly method: string; readonly path: string }[]).map(
      ({ method, path }) => nameless(`${method} ${path}`),
    ),
  );

describe.skipIf(!existsSync(INDEX)).each([
  ['25.2', '25.2.20'],
  ['26.3', '26.3.0'],
] as const)('a PCE %s', (version, release) => {
  const calls = published(release);
  const own = served(version);

  it('answers every published call, or says why not', () => {
    const excused = new Set(NOT_SERVED.map(([call]) => nameless(call)));
    expect(calls.length).toBeGreaterThan(290);
    expect(calls.filter((call) => !own.has(nameless(call)) && !excused.has(nameless(call)))).toEqual([]);
  });

  it('excuses nothing that it answers', () => {
    expect(NOT_SERVED.filter(([call]) => own.has(nameless(call)))).toEqual([]);
  });

  it('has no call that only the other release publishes', () => {
    const other = published(release === '25.2.20' ? '26.3.0' : '25.2.20').map(nameless);
    const here = new Set(calls.map(nameless));
    expect(other.filter((call) => !here.has(call) && own.has(call))).toEqual([]);
  });
});

it.skipIf(!existsSync(INDEX))('excuses only calls that are published, once each, with a reason', () => {
  const all = new Set([...published('25.2.20'), ...published('26.3.0')]);
  expect(NOT_SERVED.filter(([call]) => !all.has(call))).toEqual([]);
  expect(new Set(NOT_SERVED.map(([call]) => call)).size).toBe(NOT_SERVED.length);
  for (const [call, reason] of NOT_SERVED) expect(reason.length, call).toBeGreaterThan(20);
});

it('gains calls with every release and loses none', () => {
  const [oldest, ...later] = PCE_VERSIONS.map(served);
  for (const [index, own] of later.entries()) {
    const before = [oldest, ...later][index] ?? new Set<string>();
    expect([...before].filter((call) => !own.has(call))).toEqual([]);
    expect(own.size).toBeGreaterThan(before.size);
  }
});
