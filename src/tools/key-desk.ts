import type { Secret } from '../core/secret.ts';

/** Whose PCE key is used: `per_user` each caller's own, `shared` one for all, `hybrid` one's own if registered; on stdio the operator's. */
export type KeyMode = 'stdio' | 'shared' | 'per_user' | 'hybrid';

/** A PCE key as its owner gives it. */
export interface NewKey {
  readonly host: string;
  readonly port: number;
  readonly orgId: string;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly tlsVerify: boolean;
  readonly label: string | null;
}

/** What may be told of a registered key. */
export interface RegisteredKey {
  readonly host: string;
  readonly port: number;
  readonly orgId: string;
  readonly tlsVerify: boolean;
  readonly label: string | null;
  readonly createdMs: number;
  readonly lastUsedMs: number | null;
}

/** The caller's own PCE key. */
export interface KeyDesk {
  readonly mode: KeyMode;
  /** Tries the key against its PCE and keeps it. Throws where the host is refused, the PCE does not accept the key, or nothing is kept here. */
  register(key: NewKey, signal: AbortSignal): Promise<RegisteredKey>;
  /** False: there was none. */
  remove(): Promise<boolean>;
  find(): Promise<RegisteredKey | null>;
}
