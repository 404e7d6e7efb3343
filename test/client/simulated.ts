import { Secret } from '../../src/core/secret.ts';
import type { Fault } from '../../src/simulator/faults/fault.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import type { PceSettings } from '../../src/pce/settings.ts';

export interface Simulated {
  readonly simulator: Simulator;
  settings(changes?: Partial<PceSettings>): PceSettings;
  /** From now on, in place of what was before. */
  faults(...faults: readonly Fault[]): Promise<void>;
  /** What the API was asked since the last call. */
  requests(): Promise<readonly { readonly method: string; readonly path: string }[]>;
  /** The rows of a collection as plain `fetch` gets them: the other opinion. */
  raw(path: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** A simulator at a fixed time without a rate limit, with the control calls a test needs. */
export async function simulated(options: SimulatorOptions = {}): Promise<Simulated> {
  const simulator = await createSimulator({
    profile: 'small',
    nowMs: Date.UTC(2026, 4, 12, 9),
    rateLimit: 'off',
    ...options,
  });
  const { url, host, port, orgId, apiKey, apiSecret } = simulator;
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_sim${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    simulator,
    settings: (changes = {}) => ({
      host,
      port,
      scheme: url.startsWith('https') ? 'https' : 'http',
      orgId: String(orgId),
      apiKey: new Secret(apiKey),
      apiSecret: new Secret(apiSecret),
      requestsPerMinute: 0,
      ...changes,
    }),
    async faults(...faults) {
      await control('DELETE', '/faults');
      if (faults.length > 0) await control('POST', '/faults', faults);
    },
    async requests() {
      const { requests } = (await control('GET', '/requests')) as {
        readonly requests: readonly { readonly method: string; readonly path: string }[];
      };
      await control('DELETE', '/requests');
      return requests;
    },
    async raw(path) {
      const separator = path.includes('?') ? '&' : '?';
      const response = await fetch(`${url}/api/v2${path}${separator}max_results=100000`, {
        headers: { authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}` },
      });
      return (await response.json()) as readonly Readonly<Record<string, unknown>>[];
    },
    close: () => simulator.close(),
  };
}
