import type { AuthInfo } from '@modelcontextprotocol/server';
import { Failure } from '../../core/errors.ts';
import type { Caller } from '../../dispatch/call.ts';

const callers = new WeakMap<AuthInfo, Caller>();

/** The caller in the shape the SDK hands through to handlers. Without the access token: nothing behind the door needs it (attack 1). */
export function authInfoOf(caller: Caller): AuthInfo {
  const authInfo: AuthInfo = { token: '', clientId: '', scopes: [] };
  callers.set(authInfo, caller);
  return authInfo;
}

/** The caller the door let in with this request. Throws where a request came past the door. */
export function callerOf(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo && callers.get(authInfo);
  if (!caller) throw new Failure('internal', { detail: { reason: 'a request without a caller' } });
  return caller;
}
