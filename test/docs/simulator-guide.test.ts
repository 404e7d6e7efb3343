import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { pages } from './pages.ts';

const run = promisify(execFile);
const { fences = [] } = pages.find(({ path }) => path === 'docs/simulator.md') ?? {};

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  // The time the guide says to start it with.
  simulator = await createSimulator({ profile: 'small', nowMs: Date.parse('2025-06-15T10:00:00Z') });
  folder = await mkdtemp(join(tmpdir(), 'illumio-mcp-guide-'));
  const { url, host, port, orgId, apiKey, apiSecret } = simulator;
  const facts = { url, host, port, org_id: orgId, api_key: apiKey, api_secret: apiSecret };
  await writeFile(join(folder, 'pce.json'), `${JSON.stringify(facts)}\n`);
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

/** Whether this machine has what the example needs. */
const has = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, [...args]).then(
    () => true,
    () => false,
  );

it('the Python example with requests reads the blocked flows of its week', async ({ skip }) => {
  if (!(await has('python3', ['-c', 'import requests']))) skip('python3 with requests is not installed');
  const example = fences.find(
    ({ language, body }) => language === 'python' && body.includes('import json, time, requests'),
  );
  const { stdout } = await run('python3', ['-c', example?.body ?? ''], { cwd: folder });
  expect(stdout).toMatch(/^[1-9]\d* flows\n$/);
});

it('the Python example with the library of Illumio connects and counts', async ({ skip }) => {
  if (!(await has('python3', ['-c', 'import illumio']))) skip('the Python library illumio is not installed');
  const example = fences.find(({ language, body }) => language === 'python' && body.includes('from illumio import'));
  const { stdout } = await run('python3', ['-c', example?.body ?? ''], { cwd: folder });
  expect(stdout).toMatch(/^[1-9]\d* workloads\n$/);
});

it('the calls of the shell examples succeed', async ({ skip }) => {
  if (!(await has('curl', ['--version'])) || !(await has('jq', ['--version']))) skip('curl or jq is not installed');
  const lines = fences
    .filter(({ language, body }) => language === 'bash' && body.includes('curl '))
    .flatMap(({ body }) => body.split('\n'))
    .filter((line) => line.startsWith('curl ') || line.startsWith('PCE='))
    .map((line) =>
      line.replaceAll('http://127.0.0.1:9443', simulator.url).replace('curl -s', 'curl -s --fail-with-body'),
    );
  expect(lines.length).toBeGreaterThan(5);
  const { stdout } = await run('/bin/sh', ['-ec', lines.join('\n')], { cwd: folder });
  expect(stdout).toContain('"key":"env"');
  expect(stdout).toContain('"hit":0');
});
