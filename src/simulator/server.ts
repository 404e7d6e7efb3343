import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Clock } from '../core/clock.ts';
import type { Estate } from './estates/estate.ts';
import type { FaultHook } from './http/fault-hook.ts';
import { createKernel } from './http/kernel.ts';
import { createRateLimit } from './http/rate-limit.ts';
import type { Route } from './http/route.ts';
import { createRouter } from './http/router.ts';
import type { ApiKey } from './auth/keys.ts';
import { allRoutes } from './routes.ts';
import { createTables, type Tables } from './state/tables.ts';
import { type Release, releaseOf, routesIn } from './versions.ts';
import { type ClusterType, createWorld, type WorldState } from './world-state.ts';

export interface SimulatorOptions {
  readonly estate: Estate;
  /** 0 takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** PEM texts; without them the simulator speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Requests per key and minute. */
  readonly rateLimit?: number | 'off';
  readonly extraRoutes?: readonly Route[];
  readonly faults?: FaultHook | undefined;
  /** Without one, time runs from the estate's `nowMs` at its normal pace. */
  readonly clock?: Clock;
  /** What changes; kept in memory only without them. */
  readonly tables?: Tables;
  /** Which PCE it is. */
  readonly release?: Release;
  readonly cluster?: ClusterType;
}

export interface KeyPair {
  /** `api_<17 hex>`. */
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface Simulator {
  /** Scheme, host and port, no path. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly orgId: number;
  /** The owner's key. */
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly keys: { readonly owner: KeyPair; readonly readOnly: KeyPair; readonly scoped: KeyPair };
  readonly world: WorldState;
  close(): Promise<void>;
}

/** Label filters travel in the URL and grow long. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * A large estate can keep the process busy for longer than Node's 5 s; when it is over, idle connections would be closed with the next
 * request of a client already in them.
 */
const KEEP_ALIVE_MS = 75_000;

/** Starts a simulated PCE on an estate. Resolves when it listens; `close` ends open connections too. */
export async function startSimulator({
  estate,
  port = 0,
  host = '127.0.0.1',
  tls,
  rateLimit = 500,
  extraRoutes = [],
  faults,
  clock = runningFrom(estate.nowMs),
  tables = createTables(),
  release = releaseOf(),
  cluster = 'standalone',
}: SimulatorOptions): Promise<Simulator> {
  const world = createWorld(estate, clock, tables, release, cluster);
  const router = createRouter(routesIn(release, [...allRoutes(), ...extraRoutes]));
  const kernel = createKernel({ world, router, limit: createRateLimit(rateLimit), faults });
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    kernel(request, response).catch((error: unknown) => {
      // Clients hang up in the middle of things; anything else is a defect of the simulator.
      if (!request.destroyed && !response.destroyed) process.stderr.write(`${String(error)}\n`);
      response.destroy();
    });
  };
  const server = tls
    ? createTlsServer({ ...tls, maxHeaderSize: MAX_HEADER_BYTES }, listener)
    : createServer({ maxHeaderSize: MAX_HEADER_BYTES }, listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  const { owner, readOnly, scoped } = world.keys.seeded;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${actualPort}`,
    host,
    port: actualPort,
    orgId: estate.orgId,
    ...pair(owner),
    keys: { owner: pair(owner), readOnly: pair(readOnly), scoped: pair(scoped) },
    world,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pair = (key: ApiKey): KeyPair => ({ apiKey: `api_${key.keyId}`, apiSecret: key.secret });

function runningFrom(startMs: number): Clock {
  const offsetMs = startMs - Date.now();
  return { now: () => Date.now() + offsetMs };
}
