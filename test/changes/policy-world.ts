import { request } from 'node:http';
import { afterAll } from 'vitest';
import { OPERATOR } from '../../src/access/decide.ts';
import { createChanges, type DeskOptions } from '../../src/changes/desk.ts';
import { createPceWriter } from '../../src/changes/pce-writer.ts';
import type { Changes, PceWriter } from '../../src/changes/plan.ts';
import { systemSleep } from '../../src/core/clock.ts';
import { Failure } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { Secret } from '../../src/core/secret.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import { connectPce } from '../../src/pce/index.ts';
import type { Estate } from '../../src/simulator/estates/estate.ts';
import type { Fault } from '../../src/simulator/faults/fault.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { tinyEstate } from '../../src/simulator/testing/tiny-estate.ts';
import { createMemoryPlans } from '../../src/store/memory-plans.ts';
import type { FlowTables } from '../../src/work/flows.ts';
import { type Called, callWith, dispatcherOf } from '../catalogue/call.ts';
import { NOW_MS } from '../catalogue/simulated.ts';

/** Traffic that cannot be read, so that no worker is started for it: plans are made all the same. */
const unreadable = (): Failure => new Failure('pce_unavailable', { message: 'no traffic in this test' });
const noTraffic: FlowTables = {
  load: () => Promise.reject(unreadable()),
  decide: () => Promise.reject(unreadable()),
  collect: () => {
    throw unreadable();
  },
  close: () => Promise.resolve(),
};

type Call = (tool: string, args: object) => Promise<Called>;

/** A server but for the protocol, with a connection and plans of its own. */
interface Server {
  readonly call: Call;
  /** A desk of the same caller over the same plans: to apply and undo. */
  readonly desk: Changes;
  readonly pce: PceWriter;
}

export interface PolicyWorld extends Server {
  /** One call of a tool through the pipeline; an error of the tool fails the test. */
  readonly ok: Call;
  /** A call that must be refused, as its structured content. */
  readonly refused: (tool: string, args: object) => Promise<Called['structured']>;
  readonly read: (path: string) => Promise<JsonObject | null>;
  /** State-changing requests the PCE got since the last time this was asked. */
  readonly sent: () => Promise<readonly string[]>;
  /** Puts these faults in place of those there are; says whether any of those had hit. */
  readonly faults: (faults: readonly Fault[]) => Promise<boolean>;
  /** A second server on the same PCE. */
  readonly anotherServer: () => Server;
  /** Commits what the subset names. */
  readonly provision: (subset: JsonObject) => Promise<void>;
}

/** Servers over a PCE that fits on a page, for one test file; they end with the file. */
export async function policyWorld(
  tools: readonly AnyTool[],
  { estate = tinyEstate() }: { readonly estate?: Estate } = {},
): Promise<PolicyWorld> {
  const simulator = await createSimulator({ estate, rateLimit: 'off' });
  const server = (): Server => connected(simulator, tools);
  const { call, desk, pce } = server();
  afterAll(() => simulator.close());
  let seen = 0;

  return {
    call,
    desk,
    pce,
    async ok(tool, args) {
      const answer = await call(tool, args);
      if (answer.isError) throw new Error(`${tool}: ${answer.text}`);
      return answer;
    },
    async refused(tool, args) {
      const answer = await call(tool, args);
      if (!answer.isError) throw new Error(`${tool} was not refused: ${answer.text}`);
      return answer.structured;
    },
    read: (path) => pce.read(path),
    async sent() {
      const { requests } = (await control(simulator, 'GET', '/requests')) as {
        readonly requests: readonly { readonly number: number; readonly method: string; readonly path: string }[];
      };
      const changing = requests.filter(
        ({ number, method, path }) => number > seen && method !== 'GET' && !path.includes('/traffic_flows/'),
      );
      seen = requests.at(-1)?.number ?? seen;
      return changing.map(({ method, path }) => `${method} ${path.replace(/^\/api\/v2/, '')}`);
    },
    async faults(faults) {
      const earlier = (await control(simulator, 'GET', '/faults')) as {
        readonly faults: readonly { readonly hit: number }[];
      };
      await control(simulator, 'DELETE', '/faults');
      if (faults.length > 0) await control(simulator, 'POST', '/faults', faults);
      return earlier.faults.some(({ hit }) => hit > 0);
    },
    anotherServer: server,
    async provision(subset) {
      const body = { update_description: 'test', change_subset: subset };
      await pce.send({ method: 'POST', path: '/orgs/1/sec_policy', body });
    },
  };
}

/** Retries at once and knows no quota of its own: what is tested is what the PCE gets, not when. */
function connected({ host, port, orgId, apiKey, apiSecret }: Simulator, tools: readonly AnyTool[]): Server {
  const connection = connectPce(
    {
      scheme: 'http',
      host,
      port,
      orgId: String(orgId),
      apiKey: new Secret(apiKey),
      apiSecret: new Secret(apiSecret),
      requestsPerMinute: 0,
    },
    { sleep: (_ms, signal) => systemSleep(5, signal) },
  );
  afterAll(() => connection.close());
  const pce = createPceWriter(connection.http);
  const store = createMemoryPlans();
  const clock = { now: () => NOW_MS };
  const deskOf = (given: Pick<DeskOptions, 'principal' | 'authorise'>): Changes =>
    createChanges({ pce, store, clock, labelScope: null, ...given });
  const dispatcher = dispatcherOf(tools, {
    pce: connection,
    clock,
    flows: noTraffic,
    changes: (principal, authorise) => Promise.resolve(deskOf({ principal, authorise })),
  });
  return {
    call: (tool, args) => callWith(dispatcher, tool, args),
    desk: deskOf({ principal: OPERATOR, authorise: () => {} }),
    pce,
  };
}

function control({ host, port }: Simulator, method: string, path: string, body?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { method, agent: false, headers: { 'Content-Type': 'application/json' } };
    request(`http://${host}:${port}/_sim${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export const draftOf = (type: string, id: number | string): string => `/orgs/1/sec_policy/draft/${type}/${id}`;
