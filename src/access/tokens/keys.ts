import { createLocalJWKSet, type CryptoKey, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { readKeySet } from './key-set.ts';
import { refused } from './shape.ts';

export interface SigningKeys {
  /** The key a token was signed with. Throws `invalid_token` where there is none, `keys_unavailable` where none could be fetched. */
  keyFor(header: JWSHeaderParameters): Promise<CryptoKey>;
  /** What stands for the keys in use: another object after every fetch; undefined where there are none. Never waits for any. */
  held(): object | undefined;
  /** Whether tokens can be verified now; asks for the keys where they have never been fetched. */
  ready(): Promise<boolean>;
}

export interface SigningKeysOptions {
  /** From the operator's settings only, never from a token (attacks 8, 9). */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch?: typeof fetch | undefined;
}

/** Rotated keys are noticed by the tokens that name them; this is for keys that were withdrawn. */
const REFRESH_MS = 10 * 60_000;
/** Of the identity provider being away, the last good keys survive so much. */
const MAX_AGE_MS = 24 * 3_600_000;
/** However many tokens name unknown keys (attack 10). */
const COOL_DOWN_MS = 30_000;

/**
 * The issuer's signing keys: fetched when first needed, renewed in the background, kept over failures for a day, and fetched out of turn
 * for a key id that is not among them, at most once per 30 seconds and for all callers together.
 */
export function createSigningKeys({ url, clock, log, fetch: get = fetch }: SigningKeysOptions): SigningKeys {
  let held: { readonly keys: ReturnType<typeof createLocalJWKSet>; readonly fetchedMs: number } | undefined;
  let triedMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  const ageMs = () => (held ? clock.now() - held.fetchedMs : Number.POSITIVE_INFINITY);

  async function load(): Promise<void> {
    try {
      const keys: JSONWebKeySet = await readKeySet(url, get);
      held = { keys: createLocalJWKSet(keys), fetchedMs: clock.now() };
    } catch (error) {
      log.warning('the signing keys could not be fetched', { error });
    }
  }

  /** Resolves when a fetch has ended, or at once during the cool-down. Never rejects. */
  function refresh(): Promise<void> {
    if (running) return running;
    if (clock.now() - triedMs < COOL_DOWN_MS) return Promise.resolve();
    triedMs = clock.now();
    running = load().finally(() => {
      running = undefined;
    });
    return running;
  }

  function current() {
    if (held && ageMs() > REFRESH_MS) void refresh();
    return held && ageMs() <= MAX_AGE_MS ? held.keys : undefined;
  }

  async function usable() {
    if (ageMs() > MAX_AGE_MS) await refresh();
    return current();
  }

  return {
    async keyFor(header) {
      const keys = await usable();
      if (!keys) throw new Failure('keys_unavailable');
      try {
        return await keys(header);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw refused('cannot resolve signing key', error);
      }
      await refresh();
      try {
        return await (held?.keys ?? keys)(header);
      } catch (error) {
        throw refused('cannot resolve signing key', error);
      }
    },
    held: current,
    ready: async () => (await usable()) !== undefined,
  };
}
