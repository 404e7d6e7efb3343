import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../../access/audit/chain.ts';
import type { Principal } from '../../../core/authority.ts';
import type { Clock } from '../../../core/clock.ts';

export interface PageAction {
  readonly principal: Principal;
  /** The page, in place of a tool. */
  readonly what: '/confirm' | '/approve' | '/setup';
  /** What was done there, or to which tool's call. */
  readonly about: string;
  readonly requestId: string;
  readonly confirmationId?: string | undefined;
  readonly decision?: AuditEntry['decision'] | undefined;
  readonly clock: Clock;
}

/** What somebody did on a page, as an entry of the record. */
export const pageEntry = ({
  principal,
  what,
  about,
  requestId,
  confirmationId,
  decision = 'allowed',
  clock,
}: PageAction): AuditEntry => ({
  ts: new Date(clock.now()).toISOString(),
  callId: randomUUID(),
  phase: 'ended',
  sub: principal.subject,
  iss: principal.issuer,
  tool: what,
  decision,
  reason: about,
  role: principal.role,
  requestId,
  effect: null,
  targets: null,
  outcome: null,
  latencyMs: null,
  confirmationId: confirmationId ?? null,
  planId: null,
  argsDigest: null,
  pceKey: null,
});
