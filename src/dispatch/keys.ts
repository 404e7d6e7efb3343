import type { HostGuard } from '../access/credentials/host-guard.ts';
import type { CredentialFacts, Keystore } from '../access/credentials/keystore.ts';
import type { Principal } from '../core/authority.ts';
import { asFailure, Failure } from '../core/errors.ts';
import type { PceSettings } from '../pce/settings.ts';
import type { KeyDesk, KeyMode, NewKey, RegisteredKey } from '../tools/key-desk.ts';

export type { KeyDesk, NewKey, RegisteredKey } from '../tools/key-desk.ts';

/** The desk of a server that keeps no keys of its callers. */
export const noKeys = (mode: Extract<KeyMode, 'stdio' | 'shared'>): KeyDesk => ({
  mode,
  register: () => Promise.reject(new Failure('no_own_keys')),
  remove: () => Promise.reject(new Failure('no_own_keys')),
  find: async () => null,
});

export interface KeyRules {
  readonly keystore: Keystore;
  readonly guard: HostGuard;
  /** How every caller's PCE is reached, whatever its host: CA, proxy, quota, read-only. */
  readonly common: CommonPceSettings;
}

export type CommonPceSettings = Pick<PceSettings, 'tls' | 'proxy' | 'requestsPerMinute' | 'readOnly'>;

/** Everything needed to reach a caller's PCE with their key. Throws `pce_host_refused`. */
export function settingsOf(
  { host, port, orgId, apiKey, apiSecret, tlsVerify }: Omit<NewKey, 'label'>,
  { guard, common }: Pick<KeyRules, 'guard' | 'common'>,
): PceSettings {
  const destination = guard.read(host, port);
  return {
    ...common,
    ...destination,
    scheme: 'https',
    orgId,
    apiKey,
    apiSecret,
    tls: { ...common.tls, verify: tlsVerify },
    lookup: guard.lookup(destination),
  };
}

/** Where a caller's own key is kept. */
export function ownKeys(mode: Extract<KeyMode, 'per_user' | 'hybrid'>, rules: KeyRules): (owner: Principal) => KeyDesk {
  const { keystore, common } = rules;
  return (owner) => ({
    mode,
    async register(key, signal) {
      if (!/^[1-9]\d{0,18}$/.test(key.orgId)) throw refused('The org is a number.');
      if (!/^[\x21-\x7e]{1,200}$/.test(key.apiKey.reveal())) throw refused('That is not the id of an API key.');
      if (!/^[\x21-\x7e]{1,200}$/.test(key.apiSecret.reveal())) throw refused('That is not the secret of an API key.');
      // The operator decides whether keys may travel to whoever answers.
      if (!key.tlsVerify && common.tls?.verify !== false)
        throw refused('This server does not send keys over TLS that is not verified.');
      const settings = settingsOf(key, rules);
      await tryOut(settings, signal);
      return registered(await keystore.save(owner, { ...key, host: settings.host, label: labelOf(key.label) }));
    },
    remove: () => keystore.remove(owner),
    async find() {
      const facts = await keystore.facts(owner);
      return facts === null ? null : registered(facts);
    },
  });
}

/** Asks the PCE what only a good key of that org can. Nothing is stored that does not work. */
async function tryOut(settings: PceSettings, signal: AbortSignal): Promise<void> {
  const { connectPce } = await import('../pce/index.ts');
  const connection = connectPce({ ...settings, readOnly: true });
  try {
    await connection.status({ signal });
  } catch (error) {
    const { code, message, cause } = asFailure(error);
    if (code === 'cancelled' || code === 'internal') throw error;
    throw new Failure(refusalIn(cause) ?? 'credentials_refused', {
      message: `The PCE key was not stored: ${message}`,
      cause: error,
    });
  } finally {
    await connection.close();
  }
}

/** The host guard speaks up in the middle of connecting, deep inside the client's own failure. */
function refusalIn(cause: unknown): 'pce_host_refused' | undefined {
  for (let error = cause; error instanceof Error; error = error.cause)
    if (error instanceof Failure && error.code === 'pce_host_refused') return error.code;
  return undefined;
}

const MAX_LABEL = 100;

function labelOf(label: string | null): string | null {
  // Nothing a page, a log or a database could stumble over.
  const text = (label ?? '')
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return text === '' ? null : text.slice(0, MAX_LABEL);
}

const refused = (why: string) => new Failure('credentials_refused', { message: `The PCE key was not stored: ${why}` });

const registered = ({
  host,
  port,
  orgId,
  tlsVerify,
  label,
  createdMs,
  lastUsedMs,
}: CredentialFacts): RegisteredKey => ({
  host,
  port,
  orgId,
  tlsVerify,
  label,
  createdMs,
  lastUsedMs,
});
