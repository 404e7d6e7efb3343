import type { Principal } from '../core/authority.ts';
import type { PceConnection } from '../pce/index.ts';
import type { PceSettings } from '../pce/settings.ts';
import { once } from './once.ts';

/** With whose key a caller's requests go to the PCE. */
export interface CredentialSource {
  /** Throws where the caller has no key, or none is configured. */
  connect(principal: Principal): Promise<PceConnection>;
  close(): Promise<void>;
}

/** One key for everyone: that of the operator on stdio, the service account of `MCP_PCE_MODE=shared`. */
export function sharedCredentials(settings: () => Promise<PceSettings>): CredentialSource {
  const connection = once(async () => {
    const [{ connectPce }, target] = await Promise.all([import('../pce/index.ts'), settings()]);
    return connectPce(target);
  });
  return { connect: () => connection.get(), close: () => connection.close() };
}
