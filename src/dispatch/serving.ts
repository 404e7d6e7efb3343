import { createAuthority } from '../access/decide.ts';
import { type Selection, selectTools } from '../access/select.ts';
import { randomCursorKey } from '../answer/cursor.ts';
import type { Settings } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { PceSettings } from '../pce/settings.ts';
import type { Dispatcher } from './call.ts';
import { catalogue } from './catalogue.ts';
import { createDispatcher } from './dispatcher.ts';
import { once } from './once.ts';
import { pceSettings } from './pce-settings.ts';
import { memoryPlans, openPlanStore } from './plan-store.ts';

export interface ServingOptions {
  readonly log: Log;
  /** An embedded PCE to use in place of the configured one. It ends with this process, so plans for it are not kept either. */
  readonly pce?: (() => Promise<PceSettings>) | undefined;
}

export interface Serving {
  readonly dispatcher: Dispatcher;
  /** Ends connections, threads and stores. */
  close(): Promise<void>;
}

/**
 * The dispatcher for one PCE and one key, as the configuration wants it. Client, flow tables and stores are loaded and opened by the
 * first call that needs them: the first list of tools waits for nothing.
 */
export function createServing(settings: Settings, { log, pce }: ServingOptions): Serving {
  const connection = once(async () => {
    const [{ connectPce }, target] = await Promise.all([
      import('../pce/index.ts'),
      pce ? pce() : pceSettings(settings),
    ]);
    return connectPce({ ...target, readOnly: settings.MCP_READ_ONLY });
  });
  const flows = once(async () => {
    const { flowTables } = await import('../work/flow-tables.ts');
    return flowTables();
  });
  const plans = once(() => (pce ? memoryPlans() : openPlanStore(settings.MCP_STATE_DIR, log)));

  const dispatcher = createDispatcher({
    catalogue,
    offered: selectTools(catalogue, selection(settings)),
    decide: createAuthority({ readOnly: settings.MCP_READ_ONLY }),
    pce: () => connection.get(),
    flows: () => flows.get(),
    async changes(principal, authorise) {
      const [{ createChanges }, { createPceWriter }] = await Promise.all([
        import('../changes/desk.ts'),
        import('../changes/pce-writer.ts'),
      ]);
      const [{ http }, store] = await Promise.all([connection.get(), plans.get()]);
      return createChanges({
        pce: createPceWriter(http),
        store,
        clock: systemClock,
        principal,
        labelScope: null,
        authorise,
      });
    },
    seal: { keys: [randomCursorKey()], clock: systemClock },
    budgetTokens: settings.MCP_MAX_ANSWER_TOKENS,
    structured: settings.MCP_STRUCTURED,
    clock: systemClock,
    log,
  });

  return {
    dispatcher,
    async close() {
      await Promise.all([connection, flows, plans].map((part) => part.close()));
    },
  };
}

/** Without chosen toolsets, an allow-list chooses from everything there is. */
const selection = ({ MCP_TOOLSETS: toolsets, MCP_ALLOWED_TOOLS: allowed }: Settings): Selection => ({
  toolsets: toolsets ?? [allowed === undefined ? 'default' : 'all'],
  allowed,
});
