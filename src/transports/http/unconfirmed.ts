import { needsConfirmation } from '../../access/confirm/policy.ts';
import { Failure } from '../../core/errors.ts';
import type { ConfirmGate } from '../../dispatch/call.ts';

/** The gate where nothing can be confirmed: what would need it is refused. `only`: the operator's own list of tools. */
export const refuseUnconfirmed =
  (only: readonly string[] | undefined): ConfirmGate =>
  async (call) => {
    if (needsConfirmation(call, only)) throw new Failure('server_misconfigured');
  };
