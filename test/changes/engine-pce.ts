import { createPceWriter } from '../../src/changes/pce-writer.ts';
import { createChanges, type DeskOptions } from '../../src/changes/desk.ts';
import type { Changes, PceWriter } from '../../src/changes/plan.ts';
import { OPERATOR } from '../../src/access/decide.ts';
import { systemSleep } from '../../src/core/clock.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { Secret } from '../../src/core/secret.ts';
import { connectPce, type PceSettings } from '../../src/pce/index.ts';
import type { LoggedRequest } from '../../src/simulator/control/request-log.ts';
import type { Fault } from '../../src/simulator/faults/fault.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { createMemoryPlans } from '../../src/store/memory-plans.ts';
import type { PlanStore } from '../../src/store/plans.ts';

/** A simulated PCE, the engine's way to it, and a second way that shares no code with the first. */
export interface EnginePce {
  readonly simulator: Simulator;
  readonly pce: PceWriter;
  /** A desk; each call is another server process as far as the engine can tell. */
  desk(options?: Partial<DeskOptions>): Changes;
  faults(...planned: readonly Fault[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** How many requests the faults have hit. */
  hits(): Promise<number>;
  readonly store: PlanStore;
  /** Requests so far, control calls not counted. */
  log(): Promise<readonly LoggedRequest[]>;
  /** Those that change something. */
  writes(): Promise<readonly string[]>;
  /** An object or collection, as a foreign program sees it. */
  look(path: string): Promise<unknown>;
  /** A write by somebody else. */
  foreign(method: string, path: string, body?: unknown): Promise<JsonObject>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly settings?: Partial<PceSettings>;
  readonly writeDeadlineMs?: number;
}

const ASKS = /\/(?:dependencies|impact|rule_search)$/;

/** Starts a tiny estate, without waits between tries. */
export async function enginePce({ settings, writeDeadlineMs }: EngineOptions = {}): Promise<EnginePce> {
  const simulator = await createSimulator({ estate: tinyEstate(), rateLimit: 'off' });
  const connection = connectPce(
    {
      scheme: 'http',
      host: simulator.host,
      port: simulator.port,
      orgId: String(simulator.orgId),
      apiKey: new Secret(simulator.apiKey),
      apiSecret: new Secret(simulator.apiSecret),
      ...settings,
    },
    { sleep: (_ms, signal) => systemSleep(2, signal) },
  );
  const pce = createPceWriter(connection.http, { writeDeadlineMs });
  const store = createMemoryPlans();
  const call = clientOf(simulator);
  const control = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${simulator.url}/_sim${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const log = async () => (await control('GET', '/requests'))['requests'] as readonly LoggedRequest[];
  return {
    simulator,
    pce,
    store,
    log,
    desk: (options = {}) =>
      createChanges({
        pce,
        store,
        clock: simulator.clock,
        principal: OPERATOR,
        labelScope: null,
        authorise: () => {},
        ...options,
      }),
    async faults(...planned) {
      await control('POST', '/faults', planned);
    },
    async clearFaults() {
      await control('DELETE', '/faults');
    },
    async hits() {
      const { faults } = (await control('GET', '/faults')) as { faults: readonly { readonly hit: number }[] };
      return faults.reduce((sum, { hit }) => sum + hit, 0);
    },
    async writes() {
      const changing = (await log()).filter(({ method, path }) => method !== 'GET' && !ASKS.test(path));
      return changing.map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`);
    },
    async look(path) {
      const { json } = await call('GET', path);
      return json;
    },
    async foreign(method, path, body) {
      const { status, json, text } = await call(method, path, { body });
      if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
      return (json ?? {}) as JsonObject; // parsed JSON
    },
    async close() {
      await connection.close();
      await simulator.close();
    },
  };
}

const AUDIT = new Set(['updated_at', 'updated_by', 'created_at', 'created_by', 'deleted_at', 'deleted_by']);

/** Everything that can be written on the tiny estate, audit fields left out. */
export async function everything(server: Pick<EnginePce, 'look'>): Promise<unknown> {
  const org = '/orgs/1';
  const paths = [
    `${org}/labels`,
    `${org}/workloads`,
    ...['label_groups', 'ip_lists', 'services', 'rule_sets'].map((type) => `${org}/sec_policy/draft/${type}`),
    ...['label_groups', 'ip_lists', 'services', 'rule_sets'].map((type) => `${org}/sec_policy/active/${type}`),
    `${org}/sec_policy/pending`,
  ];
  const states = await Promise.all(paths.map(async (path) => [path, await server.look(path)] as const));
  return JSON.parse(
    JSON.stringify(Object.fromEntries(states), (key, value: unknown) => (AUDIT.has(key) ? undefined : value)),
  );
}
