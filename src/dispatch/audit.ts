import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { AuditEntry } from '../access/audit/chain.ts';
import type { AuditRecorder } from '../access/audit/recorder.ts';
import { canonicalArguments } from '../access/confirm/params-hash.ts';
import type { Principal } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import type { FailureCode } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import type { AuditSink, CallRecord } from './call.ts';

export interface AuditOptions {
  readonly recorder: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
  /** Digests arguments, so that two records can be compared without telling what they say; without it none are kept. */
  readonly digestKey?: Secret | undefined;
  readonly keyOf?: ((principal: Principal) => string | null) | undefined;
}

/** The record of calls (reference-server.md §3.6, with what it lacks: outcomes, writes before they run, confirmations, plans). */
export function auditSink({ recorder, clock, log, digestKey, keyOf = () => null }: AuditOptions): AuditSink {
  const digest = argumentsDigest(digestKey);
  const entryOf = (
    { principal, ...call }: Pick<CallRecord, 'principal' | 'tool' | 'effect' | 'requestId' | 'callId' | 'targets'>,
    rawArgs: unknown,
    rest: Pick<AuditEntry, 'phase' | 'decision' | 'reason' | 'outcome' | 'latencyMs' | 'confirmationId' | 'planId'>,
  ): AuditEntry => ({
    ts: new Date(clock.now()).toISOString(),
    callId: call.callId,
    sub: principal.subject,
    iss: principal.issuer,
    tool: call.tool,
    role: principal.role,
    requestId: call.requestId,
    effect: call.effect,
    targets: call.targets === undefined ? targetsOf(rawArgs) : JSON.stringify(call.targets),
    argsDigest: digest(rawArgs),
    pceKey: keyOf(principal),
    ...rest,
  });

  return {
    before: (call, confirmationId) =>
      recorder.write(
        entryOf(call, call.rawArgs, {
          phase: 'begun',
          decision: 'allowed',
          reason: null,
          outcome: null,
          latencyMs: null,
          confirmationId,
          planId: textOf(call.args['plan_id']),
        }),
      ),
    async after(record, rawArgs) {
      const { outcome, durationMs, confirmationId, planId } = record;
      const entry = entryOf(record, rawArgs, {
        phase: 'ended',
        ...judgement(outcome),
        outcome,
        latencyMs: Math.round(durationMs),
        confirmationId,
        planId,
      });
      await recorder.write(entry).catch((error: unknown) => log.error('a call could not be recorded', { error }));
    },
  };
}

/** The reasons of the reference server (reference-server.md §3.3). */
const REASONS: Partial<Record<FailureCode, string>> = {
  forbidden_no_role: 'no role assigned',
  forbidden: 'role not in tool roles',
  confirm_required: 'missing_confirm_token',
  server_misconfigured: 'confirm_not_configured',
};

const DENIALS: ReadonlySet<string> = new Set<FailureCode>([
  'forbidden_no_role',
  'forbidden',
  'read_only',
  'confirm_required',
  'server_misconfigured',
  'invalid_confirm_token',
  'confirm_token_replay',
  'no_pce_credentials',
  'no_own_keys',
  'pce_host_refused',
  'audit_unavailable',
]);

function judgement(outcome: CallRecord['outcome']): Pick<AuditEntry, 'decision' | 'reason'> {
  if (outcome === 'ok') return { decision: 'allowed', reason: null };
  return { decision: DENIALS.has(outcome) ? 'denied' : 'error', reason: REASONS[outcome] ?? outcome };
}

const MAX_TARGETS = 20;
const HREF = /^\/orgs\/\d{1,19}\/[A-Za-z0-9/_-]{1,200}$/;

/** The hrefs among the arguments: what a call is about, without what it says about it. */
function targetsOf(rawArgs: unknown): string | null {
  const found = new Set<string>();
  const pending: unknown[] = [rawArgs];
  for (const value of pending) {
    if (found.size >= MAX_TARGETS || pending.length > 10_000) break;
    if (typeof value === 'string' && HREF.test(value)) found.add(value);
    if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) pending.push(child);
  }
  return found.size === 0 ? null : JSON.stringify([...found]);
}

function argumentsDigest(key: Secret | undefined): (rawArgs: unknown) => string | null {
  if (key === undefined) return () => null;
  const secret = hkdfSync('sha256', Buffer.from(key.reveal(), 'base64'), '', 'illumio-mcp/audit', 32);
  const derived = createSecretKey(Buffer.from(secret));
  return (rawArgs) => {
    try {
      return createHmac('sha256', derived).update(canonicalArguments(rawArgs)).digest('base64url');
    } catch {
      // Nested too deep: such arguments are refused anyway.
      return null;
    }
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
