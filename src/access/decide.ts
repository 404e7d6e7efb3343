import type { Effect, Principal, Role } from '../core/authority.ts';
import { Failure } from '../core/errors.ts';
import { SCOPED_TOOLS } from './scoped-tools.ts';

/** What is to be used. A resource or prompt of this kind holds nothing of a PCE; those that do are read through their tool. */
export interface Target {
  readonly kind: 'tool' | 'plan' | 'resource' | 'prompt' | 'page';
  readonly name: string;
}

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly failure: Failure };

export type Decide = (principal: Principal, effect: Effect, target: Target) => Decision;

/** Design §5. */
const ROLES: Readonly<Record<Effect, readonly Role[]>> = {
  read: ['reader', 'operator', 'admin'],
  draft: ['operator', 'admin'],
  live: ['operator', 'admin'],
  bulk: ['admin'],
  provision: ['admin'],
  credentials: ['reader', 'operator', 'admin'],
};

// Registering one's own key changes this server, not the PCE: a read-only gateway could not be used without it.
const READ_ONLY_EFFECTS: ReadonlySet<Effect> = new Set(['read', 'credentials']);

/** The one authority of the server: may this principal cause this effect? Read-only wins over every role. */
export function createAuthority({ readOnly }: { readonly readOnly: boolean }): Decide {
  return function decide(principal, effect, target) {
    if (readOnly && !READ_ONLY_EFFECTS.has(effect)) return { allowed: false, failure: new Failure('read_only') };
    const { role } = principal;
    if (role === null) return { allowed: false, failure: new Failure('forbidden_no_role') };
    const allowedRoles = ROLES[effect];
    if (!allowedRoles.includes(role))
      return {
        allowed: false,
        failure: new Failure('forbidden', {
          message: `Your role (${role}) does not allow ${target.name}.`,
          data: { allowed_roles: allowedRoles },
        }),
      };
    // One's own key is no object of the PCE.
    const isTool = target.kind === 'tool' && effect !== 'credentials';
    if (principal.labelScope && isTool && !SCOPED_TOOLS.has(target.name))
      return {
        allowed: false,
        failure: new Failure('forbidden', {
          message: `You are limited to ${principal.labelScope}, and ${target.name} cannot be.`,
          remedy: 'Use a tool of the list, or ask someone who is not limited to labels.',
        }),
      };
    return { allowed: true };
  };
}

/** The person at the keyboard: whoever launched a stdio server already has its keys. */
export const OPERATOR: Principal = Object.freeze({ issuer: 'local', subject: 'operator', role: 'admin' });
