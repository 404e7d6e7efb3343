import { hkdfSync } from 'node:crypto';
import { type AuditRecorder, createAuditRecorder } from '../../access/audit/recorder.ts';
import { type Confirmations, createConfirmations } from '../../access/confirm/confirmations.ts';
import { createHostGuard } from '../../access/credentials/host-guard.ts';
import { loadKeks } from '../../access/credentials/kek.ts';
import { createKeystore } from '../../access/credentials/keystore.ts';
import type { Settings } from '../../config/schema.ts';
import type { ServingMode } from '../../config/serving-mode.ts';
import { systemClock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Secret } from '../../core/secret.ts';
import { auditSink } from '../../dispatch/audit.ts';
import { catalogue } from '../../dispatch/catalogue.ts';
import { confirmGate } from '../../dispatch/confirm.ts';
import { type CredentialSource, ownCredentials, sharedCredentials } from '../../dispatch/credentials.ts';
import { type CommonPceSettings, noKeys, ownKeys } from '../../dispatch/keys.ts';
import { commonPceSettings, pceSettings } from '../../dispatch/pce-settings.ts';
import type { ServingOptions } from '../../dispatch/serving.ts';
import { openStores, type Stores } from '../../dispatch/stores.ts';
import type { DispatcherOptions } from '../../dispatch/dispatcher.ts';

/** What a company's server keeps: keys, confirmations, the record; and the parts of the pipeline that use them. */
export interface Backing {
  readonly serving: Pick<
    ServingOptions,
    'credentials' | 'confirm' | 'audit' | 'keys' | 'plans' | 'cursorKey' | 'tasks'
  >;
  readonly confirmations: Confirmations;
  readonly recorder: AuditRecorder;
  readonly keys: NonNullable<DispatcherOptions['keys']>;
  /** Of the database that replicas share. */
  readonly pool: Stores['pool'];
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

const PRUNE_MS = 5 * 60_000;

/** Throws `invalid_configuration` where the key-encryption key cannot be had, or the stores cannot be opened. */
export async function openBacking(
  settings: Settings,
  mode: Exclude<ServingMode, 'dev_insecure'>,
  { log, base }: { readonly log: Log; readonly base: string },
): Promise<Backing> {
  const { MCP_CONFIRM_HMAC_KEY: hmacKey, MCP_CONFIRM_TOOLS: confirmed = [] } = settings;
  const unknown = confirmed.filter((name) => !catalogue.some((tool) => tool.name === name));
  if (unknown.length > 0)
    throw new Failure('invalid_configuration', {
      message: `MCP_CONFIRM_TOOLS names tools that do not exist: ${unknown.join(', ')}`,
    });
  if (hmacKey === undefined) throw new Failure('invalid_configuration');
  const keks =
    mode === 'shared'
      ? undefined
      : await loadKeks({
          key: settings.MCP_KEK,
          command: settings.MCP_KEK_COMMAND,
          previous: settings.MCP_KEK_PREVIOUS,
        });
  const stores = await opened(settings, log);
  const clock = systemClock;
  const recorder = createAuditRecorder(stores.audit);
  const confirmations = createConfirmations({
    store: stores.confirmations,
    key: hmacKey,
    mode: settings.MCP_CONFIRM_MODE,
    ttlSeconds: settings.MCP_CONFIRM_TTL_SECONDS,
    approvers: settings.MCP_CONFIRM_APPROVERS ?? [],
    approvalUrl: (id) => `${base}/approve/${id}`,
    clock,
  });
  const shared = () => sharedCredentials(async () => ({ ...pceSettings(settings), readOnly: settings.MCP_READ_ONLY }));
  let credentials: CredentialSource;
  let keys: Backing['keys'];
  if (keks === undefined) {
    credentials = shared();
    keys = () => noKeys('shared');
  } else {
    const common: CommonPceSettings = { ...commonPceSettings(settings), readOnly: settings.MCP_READ_ONLY };
    const keystore = createKeystore({ store: stores.credentials, keks, clock });
    const rules = { keystore, common, guard: createHostGuard({ allowed: settings.MCP_ALLOWED_PCE_HOSTS }) };
    credentials = ownCredentials({ ...rules, fallback: mode === 'hybrid' ? shared() : undefined });
    keys = ownKeys(mode === 'hybrid' ? 'hybrid' : 'per_user', rules);
  }
  const pruning = setInterval(() => {
    confirmations.prune().catch((error: unknown) => log.warning('old confirmations could not be removed', { error }));
  }, PRUNE_MS).unref();

  return {
    serving: {
      credentials,
      keys,
      plans: stores.plans,
      confirm: confirmGate({ confirmations, only: settings.MCP_CONFIRM_TOOLS }),
      audit: auditSink({
        recorder,
        clock,
        log,
        digestKey: hmacKey,
        keyOf: (principal) => credentials.keyOf(principal),
      }),
      cursorKey: { id: 'shared', key: derived(hmacKey, 'illumio-mcp/cursor') },
      // A task that was cancelled is a handle that must not be used again, as a spent confirmation is.
      tasks: {
        shared: {
          add: (nonce, untilMs) => stores.confirmations.spend(`task ${nonce}`, untilMs),
          has: (nonce) => stores.confirmations.isSpent(`task ${nonce}`),
        },
        replicas: stores.pool !== undefined,
      },
    },
    confirmations,
    recorder,
    keys,
    pool: stores.pool,
    ready: () => stores.ready(),
    async close() {
      clearInterval(pruning);
      // The recorder's own close would close the store under the others.
      await recorder.settled();
      await stores.close();
    },
  };
}

/** A key for another purpose, the same on every replica. */
export const derived = (key: Secret, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', Buffer.from(key.reveal(), 'base64'), '', purpose, 32));

async function opened(settings: Settings, log: Log): Promise<Stores> {
  try {
    return await openStores(settings, log);
  } catch (cause) {
    const what = settings.MCP_DATABASE_URL === undefined ? 'MCP_KEYSTORE_PATH' : 'MCP_DATABASE_URL';
    throw new Failure('invalid_configuration', {
      message: `The stores cannot be opened; keys, confirmations and the record have nowhere to go (${what}).`,
      cause,
    });
  }
}
