import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { CHOICES } from '../choices.ts';
import type { Tables } from '../state/tables.ts';
import type { StoredUser, UserStore } from './user-store.ts';

/** The password flow of objects.md §2.2: a 30-second token is traded for a session. */
export interface Sessions {
  authToken(user: StoredUser): string;
  /** The user of an unexpired token; a token works once. */
  redeem(authToken: string): StoredUser | null;
  open(user: StoredUser): string;
  /** The user of a session that was used within the inactivity limit; using it renews it. */
  user(sessionToken: string): StoredUser | null;
  close(user: StoredUser): void;
}

interface Ticket {
  readonly user: number;
  readonly untilMs: number;
}

export function createSessions(clock: Clock, tables: Tables, users: UserStore): Sessions {
  const tokens = tables.open<Ticket>('auth_tokens');
  const sessions = tables.open<Ticket>('sessions');
  const make = (): string => randomBytes(20).toString('hex');
  const sessionEnd = (): number => clock.now() + CHOICES.sessionMinutes * 60_000;
  return {
    authToken(user) {
      const token = make();
      tokens.set(token, { user: user.id, untilMs: clock.now() + CHOICES.authTokenSeconds * 1000 });
      return token;
    },
    redeem(authToken) {
      const found = tokens.get(authToken);
      tokens.delete(authToken);
      return found && found.untilMs >= clock.now() ? (users.get(found.user) ?? null) : null;
    },
    open(user) {
      const token = make();
      sessions.set(token, { user: user.id, untilMs: sessionEnd() });
      return token;
    },
    user(sessionToken) {
      const found = sessions.get(sessionToken);
      if (!found || found.untilMs < clock.now()) return null;
      sessions.set(sessionToken, { ...found, untilMs: sessionEnd() });
      return users.get(found.user) ?? null;
    },
    close(user) {
      for (const [token, session] of sessions.entries()) if (session.user === user.id) sessions.delete(token);
    },
  };
}
