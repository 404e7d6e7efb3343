import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { checkServing } from '../../src/config/serving-mode.ts';
import type { Principal } from '../../src/core/authority.ts';
import { silentLog } from '../../src/core/log.ts';
import type { ToolCall } from '../../src/dispatch/call.ts';
import { createServing } from '../../src/dispatch/serving.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { openBacking } from '../../src/transports/http/backing.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../store/postgres-server.ts';
import { environmentOf } from './asking.ts';

const ANA: Principal = { issuer: 'https://idp.example', subject: 'ana', role: 'admin' };
const BEN: Principal = { ...ANA, subject: 'ben' };

describe.skipIf(POSTGRES_PROGRAMS === undefined)('a task of replicas on PostgreSQL', () => {
  let postgres: PostgresServer;
  let simulator: Simulator;
  let replicas: readonly Awaited<ReturnType<typeof replica>>[];
  let environment: Readonly<Record<string, string>>;

  /** Everything a replica is but its door. */
  async function replica() {
    const { settings } = loadConfig({ dotenv: '', environment });
    const mode = checkServing(settings);
    if (mode === 'dev_insecure') throw new Error('a company');
    const backing = await openBacking(settings, mode, { log: silentLog, base: 'https://mcp.example.com' });
    const tasks = { ...backing.serving.tasks, limits: { soonMs: 300 } };
    const serving = createServing(settings, { log: silentLog, ...backing.serving, tasks });
    const work = (call: ToolCall) => serving.dispatcher.call(call);
    return {
      start: (args: object) =>
        serving.dispatcher.tasks.run(
          { name: 'get-traffic-flows', args, principal: ANA, signal: new AbortController().signal },
          work,
        ),
      get: (id: string, principal = ANA) => serving.dispatcher.tasks.get(id, principal, work),
      cancel: (id: string) => serving.dispatcher.tasks.cancel(id, ANA, work),
      async close() {
        await serving.close();
        await backing.close();
      },
    };
  }

  beforeAll(async () => {
    const delays = { queuedMs: 0, workingMs: 2_000, rulesMs: 0 };
    [postgres, simulator] = await Promise.all([
      startPostgres(),
      createSimulator({ profile: 'small', rateLimit: 'off', tls: true, delays }),
    ]);
    environment = {
      ...environmentOf(simulator, 'http://127.0.0.1:1'),
      MCP_DATABASE_URL: (await postgres.database()).reveal(),
    };
    replicas = await Promise.all([replica(), replica(), replica()]);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((each) => each.close()));
    await simulator.close();
    await postgres.close();
  });

  const at = (index: number) => {
    const found = replicas[index];
    if (!found) throw new Error('no such replica');
    return found;
  };
  const idOf = (made: object): string => {
    if (!('taskId' in made)) throw new Error(`no task: ${JSON.stringify(made)}`);
    return String(made.taskId);
  };

  it('is answered by the one it never came to, for its owner only', async () => {
    const id = idOf(await at(0).start({ group_by: ['policy'], lookback_days: 5 }));
    await expect(at(1).get(id, BEN)).rejects.toMatchObject({ code: 'unknown_task' });
    await expect.poll(async () => (await at(1).get(id)).status, { timeout: 30_000 }).toBe('completed');
    expect((await at(1).get(id)).result).toMatchObject({ structuredContent: { items: expect.any(Array) } });
  });

  it('is cancelled for all of them by any of them', async () => {
    const id = idOf(await at(0).start({ group_by: ['port'], lookback_days: 6 }));
    await at(2).cancel(id);
    for (const each of replicas) expect((await each.get(id)).status).toBe('cancelled');
  });
});
