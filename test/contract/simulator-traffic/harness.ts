import { buildEstate } from '../../../src/simulator/estates/index.ts';
import type { ProfileName } from '../../../src/simulator/estates/estate.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { fixtureFlows } from './flows.ts';

export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const QUICK = { queuedMs: 0, workingMs: 0, rulesMs: 0 };

/** A flow record as JSON gives it; tests look at what they name. */
export interface FlowRecord {
  readonly [key: string]: unknown;
  readonly src: EndRecord;
  readonly dst: EndRecord;
  readonly service: { readonly port: number; readonly proto: number; readonly [key: string]: unknown };
  readonly num_connections: number;
  readonly policy_decision: string;
  readonly flow_direction: string;
  readonly state?: string;
  readonly transmission?: string;
  readonly timestamp_range: { readonly first_detected: string; readonly last_detected: string };
}

export interface EndRecord {
  readonly [key: string]: unknown;
  readonly ip: string;
  readonly fqdn?: string;
  readonly workload?: {
    readonly [key: string]: unknown;
    readonly href: string;
    readonly managed: boolean;
    readonly enforcement_mode: string;
    readonly labels: readonly { readonly href: string; readonly key: string; readonly value: string }[];
  };
}

export type Body = Readonly<Record<string, unknown>>;
export type Json = Readonly<Record<string, unknown>>;

export interface Pce extends Simulator {
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  json<T = Json>(method: string, path: string, options?: CallOptions): Promise<T>;
  /** Posts a query and waits until it has ended. */
  finished(body: Body, options?: CallOptions): Promise<Json & { readonly href: string; readonly status: string }>;
  /** The rows of a query, as JSON. */
  rows(body: Body, options?: CallOptions): Promise<readonly FlowRecord[]>;
  control<T = Json>(method: string, path: string, body?: unknown): Promise<T>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: 'owner' | 'readOnly' | 'scoped';
}

const NOTHING = { include: [], exclude: [] };

/** A query for everything of the last 30 days, with what a test wants different. */
export const asking = (different: Body = {}): Body => ({
  query_name: 'test',
  start_date: '2026-01-30T12:00:00Z',
  end_date: '2026-03-01T12:00:00Z',
  sources: NOTHING,
  destinations: NOTHING,
  services: NOTHING,
  policy_decisions: [],
  max_results: 200_000,
  ...different,
});

/** A simulator with the fixture's traffic, unless an estate's own is asked for, and without delays and quota. */
export async function startPce({
  own = false,
  ...options
}: SimulatorOptions & { readonly own?: boolean } = {}): Promise<Pce> {
  const { profile = 'small' as ProfileName, seed = 7, nowMs = NOW_MS, flows } = options;
  const built = options.estate ?? buildEstate({ profile, seed, nowMs, flows });
  const estate = own ? built : { ...built, traffic: fixtureFlows(built) };
  const simulator = await createSimulator({ rateLimit: 'off', delays: QUICK, ...options, estate });

  const call = (method: string, path: string, { body, headers = {}, as = 'owner' }: CallOptions = {}) => {
    const { apiKey, apiSecret } = simulator.keys[as];
    return fetch(`${simulator.url}/api/v2${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  async function json<T>(method: string, path: string, options?: CallOptions): Promise<T> {
    const response = await call(method, path, options);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  const pce: Pce = {
    ...simulator,
    call,
    json,
    async finished(body, options) {
      const { href } = await json<{ readonly href: string }>('POST', '/orgs/1/traffic_flows/async_queries', {
        ...options,
        body,
      });
      for (;;) {
        const query = await json<Awaited<ReturnType<Pce['finished']>>>('GET', href, options);
        if (query.status !== 'queued' && query.status !== 'working') return query;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async rows(body, options) {
      const { href } = await pce.finished(body, options);
      return await json<readonly FlowRecord[]>('GET', `${href}/download`, options);
    },
    async control<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${simulator.url}/_sim${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
  };
  return pce;
}
