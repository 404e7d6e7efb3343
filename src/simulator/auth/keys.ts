import { createHash } from 'node:crypto';
import type { Estate, UserRecord } from '../estates/estate.ts';
import { userHref } from '../objects/wire.ts';
import type { Tables } from '../state/tables.ts';
import type { Account } from './grants.ts';
import type { Grant } from './roles.ts';

/** An API key: `api_<17 hex>` and a secret of 64 hex digits (objects.md §2.1). */
export interface ApiKey {
  /** Without `api_`. */
  readonly keyId: string;
  readonly secret: string;
  readonly account: Account;
  /** In place of what the account may do; null: that. Only the keys a simulator starts with have it. */
  readonly grants: readonly Grant[] | null;
  readonly name: string;
  readonly description: string;
  readonly createdMs: number;
  readonly createdBy: string;
  /** Null: never. */
  readonly expiresMs: number | null;
}

export interface KeyStore {
  readonly seeded: { readonly owner: ApiKey; readonly readOnly: ApiKey; readonly scoped: ApiKey };
  get(keyId: string): ApiKey | undefined;
  all(): readonly ApiKey[];
  of(account: Account): readonly ApiKey[];
  put(key: ApiKey): void;
  remove(keyId: string): void;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The key of a name and a seed is always the same, so that a client configured once keeps working. */
function seededKey(estate: Estate, name: string, user: UserRecord, grants: readonly Grant[]): ApiKey {
  return {
    keyId: digest(`${estate.seed}/key/${name}`).slice(0, 17),
    secret: digest(`${estate.seed}/secret/${name}`),
    account: { type: 'user', id: user.id },
    grants,
    name,
    description: `Seeded ${name} key`,
    createdMs: estate.nowMs,
    createdBy: userHref(user.id),
    expiresMs: null,
  };
}

/** An estate's three keys: the owner's, a read-only one, and one for the rule sets and workloads of some labels. */
export function createKeyStore(estate: Estate, tables: Tables): KeyStore {
  const [first] = estate.users;
  if (!first) throw new Error('An estate needs at least one user.');
  const owner = estate.users.find(({ role }) => role === 'owner') ?? first;
  const reader = estate.users.find(({ role }) => role === 'read_only') ?? owner;
  const scopedUser = estate.users.find(({ scope }) => scope.length > 0) ?? owner;
  const app = estate.labels.find(({ key }) => key === 'app');
  const scope = scopedUser.scope.length > 0 ? scopedUser.scope : app ? [app.id] : [];
  const seeded = {
    owner: seededKey(estate, 'owner', owner, [{ role: 'owner', scope: [] }]),
    readOnly: seededKey(estate, 'read-only', reader, [{ role: 'read_only', scope: [] }]),
    scoped: seededKey(estate, 'scoped', scopedUser, [
      { role: 'ruleset_manager', scope },
      { role: 'workload_manager', scope },
    ]),
  };
  const keys = tables.open('api_keys', () => Object.values(seeded).map((key) => [key.keyId, key] as const));
  return {
    seeded,
    get: (keyId) => keys.get(keyId),
    all: () => [...keys.values()],
    of: ({ type, id }) => [...keys.values()].filter(({ account }) => account.type === type && account.id === id),
    put: (key) => keys.set(key.keyId, key),
    remove: (keyId) => void keys.delete(keyId),
  };
}
