import { createChanges } from '../../src/changes/desk.ts';
import { createPceWriter } from '../../src/changes/pce-writer.ts';
import type { PceWriter } from '../../src/changes/plan.ts';
import { systemSleep } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import type { Dispatcher } from '../../src/dispatch/call.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { connectPce } from '../../src/pce/index.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { createMemoryPlans } from '../../src/store/memory-plans.ts';
import type { PlanStore } from '../../src/store/plans.ts';
import { flowTables } from '../../src/work/flow-tables.ts';
import type { FlowTables } from '../../src/work/flows.ts';
import { dispatcherOf } from './call.ts';

/** A Sunday; estates are placed relative to it. */
export const NOW_MS = Date.parse('2025-06-15T10:00:00Z');

export interface Simulated {
  readonly simulator: Simulator;
  readonly dispatcher: Dispatcher;
  /** Raw access, to look at what the tools did. */
  readonly pce: PceWriter;
  close(): Promise<void>;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface SimulatedOptions {
  readonly tools?: readonly AnyTool[];
  /** Puts something between client and PCE: it is told where the PCE is and says where to connect. */
  readonly via?: (target: Target) => Target;
  /** Retries and polls at once, for tests of faults that last. */
  readonly impatient?: boolean;
  /** Where plans are kept; in memory unless told. */
  readonly plans?: PlanStore;
  readonly readOnly?: boolean;
  /** Workers to share; whoever gives them closes them. */
  readonly flows?: FlowTables;
}

/** The whole server but for the protocol, on a simulated PCE. */
export async function simulated(
  options: SimulatorOptions,
  {
    tools = catalogue,
    via = (target) => target,
    impatient = false,
    plans = createMemoryPlans(),
    readOnly = false,
    flows: shared,
  }: SimulatedOptions = {},
): Promise<Simulated> {
  const simulator = await createSimulator({ nowMs: NOW_MS, rateLimit: 'off', ...options });
  const { orgId, apiKey, apiSecret } = simulator;
  const settings = {
    scheme: 'http' as const,
    ...via({ host: simulator.host, port: simulator.port }),
    orgId: String(orgId),
    apiKey: new Secret(apiKey),
    apiSecret: new Secret(apiSecret),
    readOnly,
  };
  const pce = connectPce(settings, impatient ? { sleep: (_ms, signal) => systemSleep(5, signal) } : {});
  const flows = shared ?? flowTables();
  const clock = { now: () => NOW_MS };
  const writer = createPceWriter(pce.http);
  const dispatcher = dispatcherOf(tools, {
    pce,
    flows,
    clock,
    readOnly,
    async changes(principal, authorise) {
      return createChanges({ pce: writer, store: plans, clock, principal, labelScope: null, authorise });
    },
  });
  return {
    simulator,
    dispatcher,
    pce: writer,
    async close() {
      if (shared === undefined) await flows.close();
      await pce.close();
      await simulator.close();
    },
  };
}
