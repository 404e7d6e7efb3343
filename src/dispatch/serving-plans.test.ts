import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OPERATOR } from '../access/decide.ts';
import { loadConfig } from '../config/load.ts';
import { createLog } from '../core/log.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { tinyEstate } from '../simulator/testing/tiny-estate.ts';
import { createServing, type Serving } from './serving.ts';

let simulator: Simulator;
let folder: string;
const opened: Serving[] = [];
beforeEach(async () => {
  simulator = await createSimulator({ estate: tinyEstate(), rateLimit: 'off' });
  folder = mkdtempSync(join(tmpdir(), 'serving-'));
});
afterEach(async () => {
  for (const serving of opened.splice(0)) await serving.close();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

/** A server process, as the configuration makes it. */
function serve(stateDir: string, more: Readonly<Record<string, string>> = {}): Serving {
  const { settings } = loadConfig({
    dotenv: '',
    environment: {
      PCE_HOST: simulator.url,
      PCE_ORG_ID: String(simulator.orgId),
      API_KEY: simulator.apiKey,
      API_SECRET: simulator.apiSecret,
      MCP_STATE_DIR: stateDir,
      MCP_TOOLSETS: 'all',
      ...more,
    },
  });
  const serving = createServing(settings, { log: createLog({ write: () => {} }) });
  opened.push(serving);
  return serving;
}

async function call(serving: Serving, name: string, args: object): Promise<Readonly<Record<string, unknown>>> {
  const { structuredContent } = await serving.dispatcher.call({
    name,
    args,
    principal: OPERATOR,
    signal: new AbortController().signal,
  });
  return structuredContent ?? {};
}

const LABEL = { key: 'env', value: 'QA' };

async function writes(): Promise<readonly string[]> {
  const answer = await fetch(`${simulator.url}/_sim/requests`);
  const { requests } = (await answer.json()) as { readonly requests: readonly { method: string; path: string }[] };
  return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

it('a plan outlives the server that made it', async () => {
  const planned = await call(serve(folder), 'create-label', { ...LABEL, dry_run: true });
  expect(planned).toMatchObject({ state: 'planned' });
  expect(planned['warnings']).toBeUndefined();
  const next = serve(folder);
  expect(await call(next, 'apply-plan', { plan_id: planned['plan_id'] })).toMatchObject({ state: 'applied' });
  expect(await call(serve(folder), 'undo-change', { plan_id: planned['plan_id'] })).toMatchObject({ state: 'applied' });
  expect(await writes()).toEqual([
    'POST /api/v2/orgs/1/labels',
    expect.stringMatching(/^DELETE \/api\/v2\/orgs\/1\/labels\/\d+$/),
  ]);
});

it('says with each plan that it will be lost where the state folder cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  const serving = serve(join(folder, 'file'));
  const planned = await call(serving, 'create-label', { ...LABEL, dry_run: true });
  expect(planned['warnings']).toEqual([expect.stringContaining('end with this server')]);
  expect(await call(serving, 'apply-plan', { plan_id: planned['plan_id'] })).toMatchObject({ state: 'applied' });
});

it('a plan made before is not applied in read-only mode; writes are neither listed nor sent', async () => {
  const planned = await call(serve(folder), 'create-label', { ...LABEL, dry_run: true });
  const applied = await call(serve(folder), 'create-label', { key: 'env', value: 'UAT' });
  const before = await writes();
  const readOnly = serve(folder, { MCP_READ_ONLY: 'true' });
  expect(await call(readOnly, 'apply-plan', { plan_id: planned['plan_id'] })).toMatchObject({ error: 'read_only' });
  expect(await call(readOnly, 'undo-change', { plan_id: applied['plan_id'] })).toMatchObject({ error: 'read_only' });
  expect(await call(readOnly, 'provision-policy', {})).toMatchObject({ error: 'read_only' });
  expect(await writes()).toEqual(before);
  const listed = readOnly.dispatcher.list(OPERATOR);
  expect(listed.length).toBeGreaterThan(10);
  // One's own key is kept by this server; the PCE is not changed by that.
  const writing = listed.filter(
    ({ name, annotations }) => !annotations.readOnlyHint && !name.endsWith('-pce-credentials'),
  );
  expect(writing.map(({ name }) => name)).toEqual([]);
  expect(await call(readOnly, 'compare-draft-active', {})).toMatchObject({ status: 'in_sync' });
});
