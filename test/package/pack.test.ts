import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject } from '../../src/core/json.ts';
import { clientFor, REVISIONS } from '../protocol/clients.ts';
import { npm, npmCli, OFFLINE } from './npm.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLOOR = '22.13';

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'illumio-mcp-pack-'));
  await npm(['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'none');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Installed by npx from the tarball alone, in a folder that is empty, with an npm that reaches nothing. */
async function installed(node: string) {
  const cwd = await mkdtemp(join(folder, 'empty-'));
  const env = { ...OFFLINE, HOME: cwd, npm_config_cache: join(cwd, '.npm'), XDG_STATE_HOME: cwd, XDG_CACHE_HOME: cwd };
  await npm(['install', tarball], { node, cwd, env });
  const transport = new StdioClientTransport({
    command: node,
    args: [npmCli(), 'exec', '--offline', '--', 'illumio-mcp', '--demo'],
    env: { ...env, PATH: [dirname(node), process.env['PATH'] ?? ''].join(delimiter) },
    cwd,
    stderr: 'pipe',
  });
  return { cwd, transport };
}

async function firstAnswer(node: string): Promise<void> {
  const { cwd, transport } = await installed(node);
  expect(readdirSync(join(cwd, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['illumio-mcp']);
  const client = clientFor(REVISIONS[0]);
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(40);
    const workloads = await client.callTool({ name: 'get-workloads', arguments: { max_results: 3 } });
    expect(workloads.isError ?? false).toBe(false);
    expect(workloads.structuredContent).toMatchObject({ items: [{}, {}, {}] });
    // Traffic needs the worker, which is a file of its own.
    const traffic = await client.callTool({ name: 'get-traffic-flows-summary', arguments: { lookback_days: 1 } });
    expect(traffic.isError ?? false).toBe(false);
  } finally {
    await client.close();
  }
}

describe('the package', () => {
  it('has no dependencies and runs nothing when it is installed', async () => {
    const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
    const manifest: unknown = JSON.parse(text);
    const { dependencies, optionalDependencies, peerDependencies, scripts } = isObject(manifest) ? manifest : {};
    expect([dependencies, optionalDependencies, peerDependencies]).toEqual([undefined, undefined, undefined]);
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
    expect(Object.keys(isObject(scripts) ? scripts : {}).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  it('is small and holds only the bundle, the notices and what npm always adds', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n').sort();
    expect(files.filter((name) => !/^package\/dist\/[\w.-]+\.js$/.test(name))).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/dist/THIRD-PARTY-NOTICES.md',
      'package/dist/sbom.cdx.json',
      'package/package.json',
    ]);
    expect(statSync(tarball).size).toBeLessThan(2_000_000);
  });

  it('passes on the notices of every package it contains and lists them in its bill of materials', () => {
    const read = (name: string) =>
      execFileSync('tar', ['-xzOf', tarball, `package/dist/${name}`], { encoding: 'utf8', maxBuffer: 16 << 20 });
    const bill: { components: { name: string; version: string; purl: string; licenses: unknown[] }[] } = JSON.parse(
      read('sbom.cdx.json'),
    );
    const noticed = [
      ...read('THIRD-PARTY-NOTICES.md').matchAll(/^## (\S+ \d\S*)\n\nLicence: (.+)\n\n`{3,}text\n[^]{20}/gm),
    ];
    expect(noticed.map(([, name]) => name)).toEqual(bill.components.map(({ name, version }) => `${name} ${version}`));
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@modelcontextprotocol/server', 'hono', 'pg', 'undici', 'zod']));
    expect(names).not.toContain('vitest');
    for (const { licenses, purl } of bill.components) {
      expect(licenses.length).toBeGreaterThan(0);
      expect(purl).toMatch(/^pkg:npm\//);
    }
  });

  it('names no folder of the machine that built it', () => {
    const text = execFileSync('tar', ['-xzOf', tarball], { encoding: 'utf8', maxBuffer: 64 << 20 });
    expect(text).not.toContain(ROOT);
  });

  it('installs offline into an empty folder and answers on the embedded PCE, on the Node of development', () =>
    firstAnswer(process.execPath));

  it(`does so on Node ${FLOOR}, the lowest that is promised`, async ({ skip }) => {
    const node = floorNode();
    skip(node === undefined, `no Node ${FLOOR}: ILLUMIO_NODE_FLOOR is not set and .clients/node-floor is not there`);
    await firstAnswer(node ?? '');
  });
});

/** The lowest Node that is promised, from the environment or where the whole check installs it. */
function floorNode(): string | undefined {
  const given = process.env['ILLUMIO_NODE_FLOOR'];
  const local = join(ROOT, '.clients/node-floor/node_modules/node/bin/node');
  const node = given ?? (existsSync(local) ? local : undefined);
  if (node === undefined) return undefined;
  expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(
    new RegExp(`^v${FLOOR.replace('.', '\\.')}\\.`),
  );
  return node;
}
