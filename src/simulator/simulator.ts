import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createSimulatorClock, type SimulatorClock } from './control/clock.ts';
import { controlEndpoint } from './control/endpoint.ts';
import { createRequestLog } from './control/request-log.ts';
import { controlRoutes } from './control/routes.ts';
import type { Estate, ProfileName } from './estates/estate.ts';
import { eventRoutes } from './events/routes.ts';
import type { Fault } from './faults/fault.ts';
import { type First, faultHook } from './faults/hook.ts';
import { createFaultPlan } from './faults/plan.ts';
import type { Exchange } from './http/fault-hook.ts';
import { createRandom } from './random.ts';
import { type Simulator as Server, startSimulator } from './server.ts';
import { reportRoutes } from './reports/reports.ts';
import { makeTls } from './tls.ts';
import { documentOf } from './state/document.ts';
import { type OpenedState, openDocument, openEstate } from './state/open.ts';
import { createDesk, DEFAULT_DELAYS, type TrafficDelays, type TrafficDesk } from './traffic/desk.ts';
import { createReplays } from './traffic/replays.ts';
import { trafficRoutes } from './traffic/routes.ts';
import { type PceVersion, releaseOf } from './versions.ts';
import type { ClusterType, WorldState } from './world-state.ts';

export interface SimulatorOptions {
  readonly profile?: ProfileName;
  readonly seed?: number;
  /** The simulator's time at the start, in ms; the real time by default. */
  readonly nowMs?: number;
  /** Rows of traffic in 30 days, up to 1,000,000; the profile's own number by default. */
  readonly flows?: number | undefined;
  /** An estate to use in place of the one that `profile`, `seed`, `nowMs` and `flows` make. */
  readonly estate?: Estate;
  readonly port?: number;
  readonly host?: string;
  /** Serve HTTPS with a certificate of an authority made for this start. */
  readonly tls?: boolean;
  readonly rateLimit?: number | 'off';
  readonly faults?: readonly Fault[];
  /** Refuse in traffic queries what a 25.2.40 refuses although clients in use send it (traffic.md §16.1). */
  readonly strict?: boolean;
  readonly delays?: TrafficDelays;
  /** Which PCE it is; 25.2 by default. */
  readonly pceVersion?: PceVersion;
  /** Its part in a supercluster; alone by default. */
  readonly cluster?: ClusterType;
  /** A world from a file or a document, in place of a new one. */
  readonly state?: OpenedState;
}

export interface Simulator extends Server {
  readonly clock: SimulatorClock;
  /** PEM of the authority behind the server's certificate; null without TLS. */
  readonly ca: string | null;
}

/**
 * Starts a simulated PCE: an estate, the API over it, and the control calls below `/_sim`. Resolves when it listens. What the command
 * line, the demo and the tests call.
 */
export async function createSimulator({
  profile = 'mid',
  seed = 7,
  nowMs = Date.now(),
  flows,
  estate: given,
  port = 0,
  host = '127.0.0.1',
  tls = false,
  rateLimit = 500,
  faults = [],
  strict = false,
  delays = DEFAULT_DELAYS,
  pceVersion = '25.2',
  cluster = 'standalone',
  state = given
    ? openEstate(given)
    : openDocument(documentOf({ kind: 'generated', profile, seed, nowMs, ...(flows !== undefined && { flows }) })),
}: SimulatorOptions = {}): Promise<Simulator> {
  const { estate, tables } = state;
  const clock = createSimulatorClock(state.startMs + state.elapsedMs, tables);
  const log = createRequestLog(clock);
  const replays = createReplays(tables);
  const plan = createFaultPlan(createRandom(estate.seed, 'faults'));
  const certificates = tls ? makeTls(host) : null;

  let desk: TrafficDesk | undefined;
  const deskOf = (world: WorldState): TrafficDesk => (desk ??= createDesk(world, replays, delays));
  let started: Started | undefined;

  const server = await startSimulator({
    estate,
    port,
    host,
    tls: certificates ?? undefined,
    rateLimit,
    clock,
    tables,
    release: releaseOf(pceVersion),
    cluster,
    extraRoutes: [...trafficRoutes({ desk: deskOf, strict }), ...eventRoutes(), ...reportRoutes(deskOf)],
    faults: faultHook({
      plan,
      first: async (exchange) => (await started?.first(exchange)) ?? 'spared',
      world: {
        jump: (ms) => clock.jump(ms),
        expireQuery: (id) => desk?.expire(id),
        edit: async (method, path, body) => await started?.edit(method, path, body),
      },
    }),
  });
  const control = controlEndpoint(
    controlRoutes({ world: server.world, source: state.source, clock, log, plan, replays, desk: deskOf(server.world) }),
    () => tables.flush(),
  );
  const ca = certificates?.ca ?? null;
  const writer = secondWriter(server, ca);
  started = {
    async first(exchange) {
      if ((await control(exchange)) === 'handled') return 'handled';
      const number = log.watch(exchange);
      return writer.isOwn(exchange) ? 'spared' : number;
    },
    edit: writer.write,
  };
  plan.add(faults);
  return {
    ...server,
    clock,
    ca,
    async close() {
      await server.close();
      tables.flush();
      state.close();
    },
  };
}

interface Started {
  first(exchange: Exchange): Promise<First>;
  edit(method: string, path: string, body: unknown): Promise<void>;
}

const OWN_HEADER = 'x-simulator-edit';

/** Another session of the owner, which edits what the caller is working on; its own requests meet no faults. */
function secondWriter({ url, apiKey, apiSecret }: Server, ca: string | null) {
  const sign = crypto.randomUUID();
  const auth = `${apiKey}:${apiSecret}`;
  return {
    isOwn: ({ raw }: Exchange): boolean => raw.request.headers[OWN_HEADER] === sign,
    write: (method: string, path: string, body: unknown): Promise<void> =>
      new Promise((resolve, reject) => {
        const send = ca === null ? httpRequest : httpsRequest;
        const options = {
          method,
          auth,
          agent: false,
          headers: { 'Content-Type': 'application/json', [OWN_HEADER]: sign },
          ...(ca !== null && { ca }),
        };
        send(`${url}/api/v2${path}`, options, (response) => {
          response.resume();
          response.on('end', resolve);
        })
          .on('error', reject)
          .end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}
