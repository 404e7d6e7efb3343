import { Secret } from '../core/secret.ts';
import type { PceSettings } from '../pce/settings.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';

export interface LazyPce {
  readonly settings: () => Promise<PceSettings>;
  readonly close: () => Promise<void>;
}

/** A simulated PCE that starts with the first question, so that a client gets its list of tools at once. */
export function startsLater(options: SimulatorOptions): LazyPce {
  let started: ReturnType<typeof start> | undefined;
  return {
    async settings() {
      started ??= start(options);
      const { host, port, orgId, apiKey, apiSecret } = await started;
      return {
        scheme: 'http',
        host,
        port,
        orgId: String(orgId),
        apiKey: new Secret(apiKey),
        apiSecret: new Secret(apiSecret),
      };
    },
    async close() {
      await (await started)?.close();
    },
  };
}

async function start(options: SimulatorOptions) {
  const { createSimulator } = await import('../simulator/simulator.ts');
  return createSimulator(options);
}
