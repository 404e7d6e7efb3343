import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { createServing, type Serving } from '../../src/dispatch/serving.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { openToThisMachine } from '../../src/transports/http/open.ts';
import { type HttpServer, startHttp } from '../../src/transports/http/server.ts';
import { pointingAt } from '../protocol/programs.ts';
import { judge, type Revision } from './suite.ts';

// The official suite, on the real server: those of its scenarios that ask for no tool, prompt or resource of the suite's own.
const WITHOUT_FIXTURES: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    'server-initialize',
    'logging-set-level',
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
    'input-required-result-unsupported-methods',
    'http-header-validation',
  ],
};

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

describe.each(Object.entries(WITHOUT_FIXTURES))('the conformance suite of %s', (revision, names) => {
  it('finds nothing wrong with the real server', async () => {
    const { scenarios } = await judge(server.url, revision as Revision);
    expect(scenarios.size).toBeGreaterThan(30);
    for (const name of names)
      expect({ name, ...scenarios.get(name) }).toEqual({ name, passed: expect.any(Number), wrong: [] });
    expect(names.filter((name) => scenarios.get(name)?.passed === 0)).toEqual([]);
  });
});
