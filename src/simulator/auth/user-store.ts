import type { Estate, UserRecord } from '../estates/estate.ts';
import type { Tables } from '../state/tables.ts';

/** A person who can log in. What they may do stands in permissions. */
export interface StoredUser extends Pick<UserRecord, 'id' | 'username' | 'fullName'> {
  readonly timeZone: string;
  readonly locked: boolean;
  /** Null: any password opens a session, because an estate has none. A digest, once somebody set one. */
  readonly password: string | null;
  /** False for somebody of an identity provider. */
  readonly local: boolean;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface UserStore {
  all(): readonly StoredUser[];
  get(id: number): StoredUser | undefined;
  byName(username: string): StoredUser | undefined;
  put(user: StoredUser): void;
}

export function createUserStore({ users, nowMs }: Estate, tables: Tables): UserStore {
  const table = tables.open('users', () =>
    users.map(({ id, username, fullName }): readonly [string, StoredUser] => [
      String(id),
      {
        id,
        username,
        fullName,
        timeZone: 'UTC',
        locked: false,
        password: null,
        local: true,
        createdMs: nowMs,
        updatedMs: nowMs,
      },
    ]),
  );
  return {
    all: () => [...table.values()],
    get: (id) => table.get(String(id)),
    byName: (username) => [...table.values()].find((user) => user.username === username),
    put: (user) => table.set(String(user.id), user),
  };
}
