import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createLog } from '../core/log.ts';
import { createSimulatorClock } from '../simulator/control/clock.ts';
import { type Fault, faultsCheck } from '../simulator/faults/fault.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { exported } from '../simulator/state/document.ts';
import type { OpenedState } from '../simulator/state/open.ts';
import { PCE_VERSIONS } from '../simulator/versions.ts';
import { CLUSTER_TYPES, createWorld } from '../simulator/world-state.ts';
import { runToEnd } from './lifecycle.ts';
import { parse, UsageError } from './options.ts';
import { simulatorRoutes } from './pce-sim-routes.ts';
import { worldOf } from './pce-sim-world.ts';

const OPTIONS = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  profile: { type: 'string' },
  seed: { type: 'string' },
  flows: { type: 'string' },
  now: { type: 'string' },
  tls: { type: 'boolean', default: false },
  'rate-limit': { type: 'string', default: '500' },
  faults: { type: 'string' },
  state: { type: 'string' },
  import: { type: 'string', multiple: true },
  export: { type: 'string' },
  'pce-version': { type: 'string', default: '25.2' },
  cluster: { type: 'string', default: 'standalone' },
  routes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const PROFILES = ['small', 'mid', 'large', 'xl'] as const;

/** `illumio-mcp pce-sim`: the simulated PCE alone. With `--json` the first line of stdout says how to reach it. */
export async function run(argv: readonly string[]): Promise<void> {
  const values = parse(argv, OPTIONS);
  const pceVersion = choice('pce-version', values['pce-version'], PCE_VERSIONS);
  if (values.routes) return void process.stdout.write(simulatorRoutes(values.json, pceVersion));
  const state = await worldOf({
    profile: values.profile === undefined ? undefined : choice('profile', values.profile, PROFILES),
    seed: values.seed === undefined ? undefined : whole('seed', values.seed, 0, 2 ** 32 - 1),
    nowMs: values.now === undefined ? undefined : time(values.now),
    flows: values.flows === undefined ? undefined : whole('flows', values.flows, 1, 1_000_000),
    imports: values.import ?? [],
    state: values.state,
  });
  if (values.export !== undefined) return await exportTo(values.export, state);
  const simulator = await createSimulator({
    state,
    pceVersion,
    cluster: choice('cluster', values.cluster, CLUSTER_TYPES),
    host: values.host,
    port: whole('port', values.port, 0, 65_535),
    tls: values.tls,
    rateLimit: values['rate-limit'] === 'off' ? 'off' : whole('rate-limit', values['rate-limit'], 1, 1_000_000),
    ...(values.faults === undefined ? {} : { faults: faultsOf(values.faults) }),
  });
  process.stdout.write(values.json ? `${JSON.stringify(facts(simulator))}\n` : described(simulator));
  const log = createLog({ write: (line) => process.stderr.write(line) });
  await runToEnd({ close: () => simulator.close(), log });
}

/** Writes the estate as it is to a file, whole or not at all, and ends. */
async function exportTo(path: string, state: OpenedState): Promise<void> {
  const { source, estate, tables, startMs, elapsedMs } = state;
  const world = createWorld(estate, createSimulatorClock(startMs + elapsedMs, tables), tables);
  if (source === null) throw new UsageError('--export: this estate cannot be written');
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, exported(world, source), { mode: 0o600 });
  await rename(unfinished, path);
  state.close();
}

/** The API key is made up like the rest of the estate; `url` has no path. */
const facts = ({ url, host, port, orgId, apiKey, apiSecret, ca }: Simulator) => ({
  url,
  host,
  port,
  org_id: orgId,
  api_key: apiKey,
  api_secret: apiSecret,
  ...(ca === null ? {} : { ca }),
});

const described = ({ url, orgId, apiKey, apiSecret, ca, port }: Simulator): string =>
  [
    `Simulated PCE at ${url}, organisation ${orgId}. Ctrl-C ends it.`,
    '',
    `PCE_HOST=${new URL(url).origin}`,
    `PCE_PORT=${port}`,
    `PCE_ORG_ID=${orgId}`,
    `API_KEY=${apiKey}`,
    `API_SECRET=${apiSecret}`,
    ...(ca === null ? [] : ['', 'Its authority, for PCE_CA_FILE:', ca]),
    '',
  ].join('\n');

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`);
}

function choice<const T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} must be one of ${choices.join(', ')}`);
}

function time(text: string): number {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError('--now must be a time like 2026-11-21T12:00:00Z');
}

function faultsOf(path: string): readonly Fault[] {
  try {
    return faultsCheck(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new UsageError(`--faults: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}
