import { describe, expect, it } from 'vitest';
import { createSigningKey } from '../../../test/identity/signing.ts';
import { silentLog } from '../../core/log.ts';
import { createSigningKeys } from './keys.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Keys of an issuer that can be away, at a time that can be set. */
async function issuer() {
  const state = { nowMs: 0, isAway: false, fetches: 0, keys: [(await createSigningKey('first')).jwk] };
  const get: typeof fetch = async () => {
    state.fetches += 1;
    if (state.isAway) throw new TypeError('fetch failed');
    return Response.json({ keys: state.keys });
  };
  const keys = createSigningKeys({
    url: 'https://idp.example/jwks',
    clock: { now: () => state.nowMs },
    log: silentLog,
    fetch: get,
  });
  const find = (kid: string) =>
    keys.keyFor({ alg: 'RS256', kid }).then(
      () => 'found',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );
  return { state, keys, find };
}

/** Lets what runs in the background end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('signing keys', () => {
  it('are fetched once for callers that come together', async () => {
    const { state, find } = await issuer();
    expect(await Promise.all([find('first'), find('first'), find('first')])).toEqual(['found', 'found', 'found']);
    expect(state.fetches).toBe(1);
  });

  it('are fetched out of turn for an unknown one, at most twice a minute', async () => {
    const { state, find } = await issuer();
    await find('first');
    state.keys.push((await createSigningKey('second')).jwk);
    expect(await find('second')).toBe('invalid_token');
    state.nowMs += 31_000;
    expect(await find('second')).toBe('found');
    expect(state.fetches).toBe(2);
    for (let tried = 0; tried < 100; tried++) expect(await find(`no-${tried}`)).toBe('invalid_token');
    expect(state.fetches).toBe(2);
    state.nowMs += 31_000;
    expect(await Promise.all([find('no-1'), find('no-2')])).toEqual(['invalid_token', 'invalid_token']);
    expect(state.fetches).toBe(3);
  });

  it('are renewed in the background: nobody waits, and a withdrawn one is gone afterwards', async () => {
    const { state, find } = await issuer();
    await find('first');
    state.keys = [(await createSigningKey('second')).jwk];
    state.nowMs += 11 * MINUTE_MS;
    expect(await find('first')).toBe('found');
    await settled();
    expect(await find('first')).toBe('invalid_token');
    expect(await find('second')).toBe('found');
  });

  it('survive an issuer that is away for a day, and no longer', async () => {
    const { state, keys, find } = await issuer();
    await find('first');
    state.isAway = true;
    for (let hour = 1; hour <= 23; hour++) {
      state.nowMs += HOUR_MS;
      expect(await find('first')).toBe('found');
      await settled();
    }
    expect(await keys.ready()).toBe(true);
    state.nowMs += 2 * HOUR_MS;
    expect(await find('first')).toBe('keys_unavailable');
    expect(await keys.ready()).toBe(false);
    state.isAway = false;
    state.nowMs += 31_000;
    expect(await find('first')).toBe('found');
  });

  it('that were never there verify nothing', async () => {
    const { state, keys, find } = await issuer();
    state.isAway = true;
    expect(await find('first')).toBe('keys_unavailable');
    expect(await keys.ready()).toBe(false);
    expect(state.fetches).toBe(1);
  });
});
