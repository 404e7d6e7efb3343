import { Secret } from '../../src/core/secret.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import type { Dispatcher } from '../../src/dispatch/call.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { connectPce } from '../../src/pce/index.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import { dispatcherOf } from './call.ts';

/** A Sunday; estates are placed relative to it. */
export const NOW_MS = Date.parse('2025-06-15T10:00:00Z');

export interface Simulated {
  readonly simulator: Simulator;
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * The whole server but for the protocol, on a simulated PCE. `via` puts something between client and PCE: it is told where the PCE is
 * and says where to connect.
 */
export async function simulated(
  options: SimulatorOptions,
  {
    tools = catalogue,
    via = (target) => target,
  }: { tools?: readonly AnyTool[]; via?: (target: Target) => Target } = {},
): Promise<Simulated> {
  const simulator = await createSimulator({ nowMs: NOW_MS, rateLimit: 'off', ...options });
  const { orgId, apiKey, apiSecret } = simulator;
  const pce = connectPce({
    scheme: 'http',
    ...via({ host: simulator.host, port: simulator.port }),
    orgId: String(orgId),
    apiKey: new Secret(apiKey),
    apiSecret: new Secret(apiSecret),
  });
  const flows = flowTables();
  const dispatcher = dispatcherOf(tools, { pce, flows, clock: { now: () => NOW_MS } });
  return {
    simulator,
    dispatcher,
    async close() {
      await flows.close();
      await pce.close();
      await simulator.close();
    },
  };
}
