import type { Owner } from '../access/credentials/keystore.ts';
import type { Principal } from '../core/authority.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { Failure } from '../core/errors.ts';
import type { PceConnection } from '../pce/index.ts';
import type { PceSettings } from '../pce/settings.ts';
import { type KeyRules, settingsOf } from './keys.ts';
import { once } from './once.ts';

/** With whose key a caller's requests go to the PCE. */
export interface CredentialSource {
  /** Throws where the caller has no key, or none is configured. */
  connect(principal: Principal): Promise<PceConnection>;
  /** Whose key the caller's last connection uses; null where they have had none. */
  keyOf(principal: Principal): 'own' | 'shared' | null;
  close(): Promise<void>;
}

/** One key for everyone: that of the operator on stdio, the service account of `MCP_PCE_MODE=shared`. */
export function sharedCredentials(settings: () => Promise<PceSettings>): CredentialSource {
  const connection = once(async () => {
    const [{ connectPce }, target] = await Promise.all([import('../pce/index.ts'), settings()]);
    return connectPce(target);
  });
  return { connect: () => connection.get(), keyOf: () => 'shared', close: () => connection.close() };
}

export interface OwnCredentialsOptions extends KeyRules {
  /** For callers without a key of their own (`MCP_PCE_MODE=hybrid`). */
  readonly fallback?: CredentialSource | undefined;
  readonly clock?: Clock | undefined;
}

interface Open {
  /** Of the registration it was made of. */
  readonly version: string;
  readonly connection: Promise<PceConnection>;
  usedMs: number;
}

const IDLE_MS = 30 * 60_000;
/** A traffic query may take a quarter of an hour; what is under way with a replaced key may end. */
const RETIRE_MS = 20 * 60_000;
const MAX_OPEN = 500;

/** Each caller's own key. A key that was replaced or deleted, on whichever replica, is used for no further call. */
export function ownCredentials({ fallback, clock = systemClock, ...rules }: OwnCredentialsOptions): CredentialSource {
  const { keystore } = rules;
  // In order of last use, longest ago first.
  const open = new Map<string, Open>();
  const retired = new Set<Promise<PceConnection>>();
  const used = new Map<string, 'own' | 'shared'>();

  function retire(key: string): void {
    const entry = open.get(key);
    open.delete(key);
    if (entry === undefined) return;
    retired.add(entry.connection);
    setTimeout(() => void end(entry.connection), RETIRE_MS).unref();
  }

  async function end(connection: Promise<PceConnection>): Promise<void> {
    retired.delete(connection);
    await connection.then(
      (made) => made.close(),
      () => {},
    );
  }

  async function make(owner: Owner): Promise<PceConnection> {
    const [{ connectPce }, credential] = await Promise.all([import('../pce/index.ts'), keystore.open(owner)]);
    if (credential === null) throw new Failure('no_pce_credentials');
    await keystore.used(owner);
    return connectPce(settingsOf(credential, rules));
  }

  return {
    async connect(principal) {
      const owner = { issuer: principal.issuer, subject: principal.subject };
      const key = JSON.stringify([owner.issuer, owner.subject]);
      const facts = await keystore.facts(owner);
      if (facts === null) {
        retire(key);
        if (fallback === undefined) throw new Failure('no_pce_credentials', { data: { setup_path: '/setup' } });
        used.set(key, 'shared');
        return fallback.connect(principal);
      }
      for (const [other, { usedMs }] of open)
        if (open.size >= MAX_OPEN || clock.now() - usedMs > IDLE_MS) retire(other);
      const known = open.get(key);
      if (known?.version !== facts.version) retire(key);
      const entry = open.get(key) ?? { version: facts.version, connection: make(owner), usedMs: 0 };
      entry.usedMs = clock.now();
      open.delete(key);
      open.set(key, entry);
      used.set(key, 'own');
      // A key that could not be opened is tried again by the next call.
      entry.connection.catch(() => open.get(key) === entry && open.delete(key));
      return entry.connection;
    },
    keyOf: ({ issuer, subject }) => used.get(JSON.stringify([issuer, subject])) ?? null,
    async close() {
      await Promise.all([
        ...[...open.values()].map(({ connection }) => end(connection)),
        ...[...retired].map((connection) => end(connection)),
        fallback?.close(),
      ]);
    },
  };
}
