import { expect, it } from 'vitest';
import { Failure } from '../../core/errors.ts';
import { rememberTokens } from './remember.ts';

/** A verifier that counts how often it is asked, of an issuer whose keys and clock can be set. */
function verifier() {
  const state = { nowMs: 0, held: {} as object | undefined, asked: 0, accepts: true, meanwhile: () => {} };
  const verify = rememberTokens(
    async (token) => {
      state.asked += 1;
      state.meanwhile();
      if (!state.accepts) throw new Failure('invalid_token');
      return {
        issuer: 'https://idp.example',
        subject: token,
        clientId: null,
        groups: [],
        scopes: [],
        authTimeMs: null,
        expiresMs: 600_000,
      };
    },
    { keys: { held: () => state.held }, clock: { now: () => state.nowMs } },
  );
  return { state, verify };
}

it('verifies a token once, and tells tokens apart', async () => {
  const { state, verify } = verifier();
  for (const token of ['one', 'two', 'one', 'two']) expect((await verify(token)).subject).toBe(token);
  expect(state.asked).toBe(2);
});

it('verifies it again once it has expired, and when the keys have been fetched anew', async () => {
  const { state, verify } = verifier();
  await verify('one');
  state.held = {};
  await verify('one');
  expect(state.asked).toBe(2);
  state.accepts = false;
  state.nowMs = 600_000;
  await expect(verify('one')).rejects.toMatchObject({ code: 'invalid_token' });
});

it('remembers nothing without keys, nor what it refused, nor what was verified while keys came', async () => {
  const { state, verify } = verifier();
  state.accepts = false;
  await expect(verify('one')).rejects.toMatchObject({ code: 'invalid_token' });
  state.accepts = true;
  state.meanwhile = () => {
    state.held = {};
  };
  await verify('one');
  state.held = undefined;
  await verify('one');
  await verify('one');
  expect(state.asked).toBe(4);
});

it('forgets the oldest of many', async () => {
  const { state, verify } = verifier();
  for (let count = 0; count <= 2_000; count++) await verify(`token-${count}`);
  await verify('token-1');
  expect(state.asked).toBe(2_001);
  await verify('token-0');
  expect(state.asked).toBe(2_002);
});
