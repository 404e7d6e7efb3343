import { OPERATOR } from '../../access/decide.ts';
import { type Identity, principalOf } from '../../access/identity.ts';
import { createSigningKeys } from '../../access/tokens/keys.ts';
import { rememberTokens } from '../../access/tokens/remember.ts';
import { createVerifier, type VerifyToken } from '../../access/tokens/verify.ts';
import type { Settings } from '../../config/schema.ts';
import type { ServingMode } from '../../config/serving-mode.ts';
import type { Principal } from '../../core/authority.ts';
import { systemClock } from '../../core/clock.ts';
import { Failure } from '../../core/errors.ts';
import { labelScopeOf } from '../../core/label-scope.ts';
import type { Log } from '../../core/log.ts';
import { createBearerGate, type Identify } from './bearer.ts';
import type { Doors } from './doors.ts';
import type { Metrics } from './metrics.ts';
import { openToThisMachine } from './open.ts';
import type { ProtectedResource } from './resource.ts';

export interface Authentication {
  readonly identify: Identify;
  readonly doors: Doors;
  /** Absent where nobody needs a token. */
  readonly resource?: ProtectedResource;
  /** Whether tokens can be verified. */
  readonly keysReady?: () => Promise<boolean>;
  /** Who the bearer of a token is; absent where nobody needs one. */
  readonly tokens?: {
    readonly verify: VerifyToken;
    readonly principalOf: (identity: Pick<Identity, 'issuer' | 'subject' | 'groups'>) => Principal;
  };
}

/** Who may come in, and under which names. Throws for settings that `checkServing` has not seen. */
export function authentication(
  settings: Settings,
  mode: ServingMode,
  { log, metrics }: { readonly log: Log; readonly metrics?: Metrics | undefined },
): Authentication {
  const { MCP_PUBLIC_URL: publicUrl, MCP_OAUTH_ISSUER: issuer, MCP_OAUTH_JWKS_URL: jwks } = settings;
  if (mode === 'dev_insecure') return openToThisMachine(OPERATOR);
  if (publicUrl === undefined || issuer === undefined || jwks === undefined) throw new Failure('invalid_configuration');

  const scope = settings.MCP_OAUTH_REQUIRED_SCOPE;
  const resource: ProtectedResource = { resource: publicUrl, issuer, scope };
  const keys = createSigningKeys({ url: jwks.href, clock: systemClock, log });
  const roles = {
    admin: settings.MCP_ROLE_GROUPS_ADMIN ?? [],
    operator: settings.MCP_ROLE_GROUPS_OPERATOR ?? [],
    reader: settings.MCP_ROLE_GROUPS_READER ?? [],
    fallback: settings.MCP_ROLE_DEFAULT ?? null,
  };
  const scopes = settings.MCP_LABEL_SCOPES ?? [];
  const tokens = {
    verify: rememberTokens(
      createVerifier(
        { issuer, audiences: settings.MCP_OAUTH_AUDIENCE ?? [], requiredScope: scope },
        { keys, clock: systemClock },
      ),
      { keys, clock: systemClock },
    ),
    principalOf: (identity: Pick<Identity, 'issuer' | 'subject' | 'groups'>) =>
      principalOf(identity, roles, (groups) => labelScopeOf(scopes, groups)),
  };
  return {
    tokens,
    resource,
    doors: {
      hosts: [new URL(publicUrl).hostname, ...(settings.MCP_ALLOWED_HOSTS ?? [])],
      // Forms of our own pages say where they come from.
      origins: [new URL(publicUrl).origin, ...(settings.MCP_ALLOWED_ORIGINS ?? [])],
      loopbackOnly: false,
    },
    keysReady: () => keys.ready(),
    identify: createBearerGate({
      ...tokens,
      resource,
      log,
      metrics,
    }),
  };
}
