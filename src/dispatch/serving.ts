import { createAuthority } from '../access/decide.ts';
import { type Selection, selectTools } from '../access/select.ts';
import { type CursorKey, randomCursorKey } from '../answer/cursor.ts';
import type { Settings } from '../config/schema.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { resolveScope } from '../pce/scope.ts';
import type { PceSettings } from '../pce/settings.ts';
import type { AuditSink, ConfirmGate, Dispatcher } from './call.ts';
import { catalogue } from './catalogue.ts';
import { type CredentialSource, sharedCredentials } from './credentials.ts';
import { createDispatcher, type DispatcherOptions } from './dispatcher.ts';
import type { PlanStore } from '../store/plans.ts';
import { once } from './once.ts';
import { pceSettings } from './pce-settings.ts';
import { memoryPlans, openPlanStore } from './plan-store.ts';
import type { TaskOptions } from './tasks.ts';

export interface ServingOptions {
  readonly log: Log;
  /** An embedded PCE to use in place of the configured one. It ends with this process, so plans for it are not kept either. */
  readonly pce?: (() => Promise<PceSettings>) | undefined;
  /** Whose key is used for whom; without it the configured one for everyone. */
  readonly credentials?: CredentialSource | undefined;
  readonly confirm?: ConfirmGate | undefined;
  readonly audit?: AuditSink | undefined;
  /** Where callers keep PCE keys of their own. */
  readonly keys?: DispatcherOptions['keys'];
  /** Where plans are kept; without it the state folder. Closed by whoever opened it. */
  readonly plans?: PlanStore | undefined;
  /** Seals cursors and the ids of tasks; replicas share it. Without it they end with this process. */
  readonly cursorKey?: CursorKey | undefined;
  /** Where the key outlives this process: what another one must know of tasks. */
  readonly tasks?: Pick<TaskOptions, 'shared' | 'replicas' | 'limits'> | undefined;
}

export interface Serving {
  readonly dispatcher: Dispatcher;
  /** Whether what calls need is there: a configured PCE answers (asked without a key, so no quota is spent), plans can be stored. */
  ready(): Promise<Readonly<Record<string, boolean>>>;
  /** Ends connections, threads and stores. */
  close(): Promise<void>;
}

/**
 * The dispatcher for one PCE and one key, as the configuration wants it. Client, flow tables and stores are loaded and opened by the
 * first call that needs them: the first list of tools waits for nothing.
 */
export function createServing(settings: Settings, options: ServingOptions): Serving {
  const { log, pce, credentials: given, confirm, audit, keys, plans: kept, cursorKey = randomCursorKey() } = options;
  const target = async (): Promise<PceSettings> => ({
    ...(pce ? await pce() : pceSettings(settings)),
    readOnly: settings.MCP_READ_ONLY,
  });
  const credentials = given ?? sharedCredentials(target);
  const flows = once(async () => {
    const { flowTables } = await import('../work/flow-tables.ts');
    return flowTables();
  });
  const plans = once(async () => {
    if (kept) return { ...kept, close: async () => {} };
    return pce ? memoryPlans() : openPlanStore(settings.MCP_STATE_DIR, log);
  });

  const dispatcher = createDispatcher({
    catalogue,
    offered: selectTools(catalogue, selection(settings)).filter((tool) => keys !== undefined || !tool.needsSignIn),
    decide: createAuthority({ readOnly: settings.MCP_READ_ONLY }),
    async pce(principal) {
      const connection = await credentials.connect(principal);
      return principal.labelScope ? connection.scoped(principal.labelScope) : connection;
    },
    flows: () => flows.get(),
    async changes(principal, authorise) {
      const [{ createChanges }, { createPceWriter }, { scopedWriter }] = await Promise.all([
        import('../changes/desk.ts'),
        import('../changes/pce-writer.ts'),
        import('../changes/scoped-writer.ts'),
      ]);
      const [connection, store] = await Promise.all([credentials.connect(principal), plans.get()]);
      const writer = createPceWriter(connection.http);
      const { labelScope } = principal;
      return createChanges({
        pce: labelScope
          ? scopedWriter(writer, (signal) => resolveScope(connection.resolve, labelScope, { signal }))
          : writer,
        store,
        clock: systemClock,
        principal,
        labelScope: principal.labelScope ?? null,
        authorise,
        // An embedded PCE ends with this process just as its plans do.
        caveat: pce || store.durable ? undefined : NOT_KEPT,
      });
    },
    confirm,
    audit,
    keys,
    seal: { keys: [cursorKey], clock: systemClock },
    tasks: options.tasks,
    budgetTokens: settings.MCP_MAX_ANSWER_TOKENS,
    structured: settings.MCP_STRUCTURED,
    clock: systemClock,
    log,
  });

  return {
    dispatcher,
    async ready() {
      const hasPce = pce !== undefined || settings.PCE_HOST !== undefined;
      const [answers, store] = await Promise.all([
        hasPce && import('./pce-answers.ts').then(async ({ pceAnswers }) => pceAnswers(await target())).catch(no),
        plans.get().then(yes, no),
      ]);
      return { ...(hasPce ? { pce: answers } : {}), store };
    },
    async close() {
      // While there are connections to cancel queries over.
      await dispatcher.tasks.close();
      await Promise.all([credentials, flows, plans].map((part) => part.close()));
    },
  };
}

const NOT_KEPT = 'The state folder cannot be written: this plan, and the undo of what it does, end with this server.';

const yes = (): boolean => true;
const no = (): boolean => false;

/** Without chosen toolsets, an allow-list chooses from everything there is. */
const selection = ({ MCP_TOOLSETS: toolsets, MCP_ALLOWED_TOOLS: allowed }: Settings): Selection => ({
  toolsets: toolsets ?? [allowed === undefined ? 'default' : 'all'],
  allowed,
});
