import { afterAll, expect } from 'vitest';
import type { Estate } from '../estates/estate.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../server.ts';
import { type Answer, type Call, clientOf } from './client.ts';
import { tinyEstate } from './tiny-estate.ts';

/** An object as the API shows it. */
export interface Thing {
  readonly href: string;
  readonly [key: string]: unknown;
}

export interface Tiny {
  readonly simulator: Simulator;
  readonly call: (method: string, path: string, options?: Call) => Promise<Answer>;
  /** A POST that must succeed, as the object it made. */
  readonly created: (path: string, body: unknown) => Promise<Thing>;
  /** A GET that must succeed, as one object. */
  readonly got: (path: string) => Promise<Thing>;
  /** A GET of a collection that must succeed. */
  readonly listed: (path: string) => Promise<readonly Thing[]>;
  /** A PUT or DELETE that must answer 204. */
  readonly done: (method: 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<void>;
  /** A call that must be refused, as `[status, token]`. */
  readonly refused: (
    method: string,
    path: string,
    options?: Call,
  ) => Promise<readonly [status: number, token: unknown]>;
}

/** Starts a simulator on the tiny estate for one test file, without a quota; it ends with the file. */
export async function startTiny(estate: Estate = tinyEstate(), options: Partial<SimulatorOptions> = {}): Promise<Tiny> {
  const simulator = await startSimulator({ estate, rateLimit: 'off', ...options });
  afterAll(() => simulator.close());
  const call = clientOf(simulator);
  const succeeded = async (status: number, method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await call(method, path, { body });
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBe(status);
    return answer.json;
  };
  return {
    simulator,
    call,
    // The shapes are what the tests go on to look at.
    created: async (path, body) => (await succeeded(201, 'POST', path, body)) as Thing,
    got: async (path) => (await succeeded(200, 'GET', path)) as Thing,
    listed: async (path) => (await succeeded(200, 'GET', path)) as Thing[],
    async done(method, path, body) {
      expect(await succeeded(204, method, path, body)).toBeUndefined();
    },
    async refused(method, path, given) {
      const answer = await call(method, path, given);
      const errors = answer.json as { readonly token: unknown; readonly message: unknown }[];
      expect(errors, answer.text).toEqual([{ token: expect.any(String), message: expect.any(String) }]);
      return [answer.status, errors[0]?.token];
    },
  };
}

/** An IP list, service or rule set of the draft by id. */
export const draft = (type: string, id: number | string): string => `/orgs/1/sec_policy/draft/${type}/${id}`;
export const active = (type: string, id: number | string): string => `/orgs/1/sec_policy/active/${type}/${id}`;
export const labelHref = (id: number): string => `/orgs/1/labels/${id}`;
