import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { createServing, type Serving } from '../../src/dispatch/serving.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { pointingAt } from './programs.ts';

// The official suite, on the real server: those of its scenarios that ask for no tool, prompt or resource of the suite's own.
const WITHOUT_FIXTURES: Readonly<Record<string, readonly string[]>> = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'server-session-lifecycle',
  ],
  '2026-07-28': [
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'sep-2164-resource-not-found',
    'prompts-list',
    'dns-rebinding-protection',
    'caching',
    'input-required-result-missing-input-response',
    'input-required-result-unsupported-methods',
    'input-required-result-ignore-extra-params',
    'input-required-result-validate-input',
    'http-header-validation',
  ],
};
const SUITE = fileURLToPath(new URL('../../node_modules/.bin/conformance', import.meta.url));

let simulator: Simulator;
let serving: Serving;
let server: HttpServer;
beforeAll(async () => {
  simulator = await createSimulator({ estate: tinyEstate(), rateLimit: 'off' });
  const { settings } = loadConfig({ dotenv: '', environment: pointingAt(simulator) });
  serving = createServing(settings, { log: silentLog });
  server = await startHttp({ dispatcher: serving.dispatcher, ...openToThisMachine(OPERATOR), log: silentLog });
});
afterAll(async () => {
  await server.close();
  await serving.close();
  await simulator.close();
});

/** What the suite says of each scenario of a revision. */
async function verdicts(revision: string): Promise<ReadonlyMap<string, string>> {
  const args = [SUITE, 'server', '--url', server.url.replace('127.0.0.1', 'localhost'), '--requirements', revision];
  // Its exit code tells of all scenarios; most need fixtures.
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  const lines = stripVTControlCharacters(output).matchAll(/^(✓|✗) ([\w-]+): (\d+) passed, (\d+) failed/gm);
  return new Map([...lines].map(([, mark, name = '', passed, failed]) => [name, `${mark} ${passed}/${failed}`]));
}

describe.each(Object.entries(WITHOUT_FIXTURES))('the conformance suite of %s', (revision, scenarios) => {
  it('finds nothing wrong', { timeout: 120_000 }, async () => {
    const found = await verdicts(revision);
    expect(found.size).toBeGreaterThan(20);
    for (const name of scenarios)
      expect([name, found.get(name)]).toEqual([name, expect.stringMatching(/^✓ [1-9]\d*\/0$/)]);
  });
});
