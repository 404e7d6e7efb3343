import { Failure, type FailureCode } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { Method } from './read-only.ts';

/** What is known of a request when it fails; for the log, never answered. */
export interface Sent {
  readonly method: Method;
  readonly path: string;
}

export interface AnswerHead {
  readonly status: number;
  readonly requestId: string | null;
}

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  400: 'pce_rejected',
  401: 'pce_unauthorized',
  403: 'pce_forbidden',
  404: 'pce_not_found',
  405: 'pce_rejected',
  406: 'pce_rejected',
  409: 'pce_rejected',
  413: 'pce_rejected',
  414: 'pce_rejected',
  422: 'pce_rejected',
  429: 'pce_rate_limited',
};

export interface Refused {
  readonly sent: Sent;
  readonly head: AnswerHead;
  readonly body: unknown;
  readonly retryAfterMs: number | null;
  /** Takes out what the PCE, or what stands before it, repeats of our credentials. */
  readonly hide: (text: string) => string;
}

/** The failure an error status stands for (traffic.md §1.4), told with the PCE's own message where it gave one. */
export function statusFailure({ sent, head, body, retryAfterMs, hide }: Refused): Failure {
  const errors = readErrors(body).map(({ token, message }) => ({ token: hide(token), message: hide(message) }));
  const code = BY_STATUS[head.status] ?? (head.status >= 500 ? 'pce_unavailable' : 'pce_bad_answer');
  const said = errors.map((error) => error.message).filter((message) => message !== '');
  return new Failure(code, {
    message: code === 'pce_bad_answer' ? unexpectedStatus(head.status) : said.length > 0 ? publicText(said) : undefined,
    data: retryAfterMs === null ? {} : { retry_after_seconds: Math.ceil(retryAfterMs / 1000) },
    detail: { ...sent, ...head, tokens: errors.map((error) => error.token).filter((token) => token !== '') },
  });
}

/** Writes `[redacted]` for each of these (attack 46): some proxies answer an error with the request, its headers included. */
export const hiding =
  (secrets: readonly string[]) =>
  (text: string): string =>
    secrets.reduce((left, secret) => (secret === '' ? left : left.replaceAll(secret, '[redacted]')), text);

const unexpectedStatus = (status: number): string =>
  status >= 300 && status < 400
    ? 'The PCE answered with a redirect, which is never followed.'
    : `The PCE answered with status ${status}.`;

const MAX_MESSAGE = 300;

function publicText(messages: readonly string[]): string {
  const text = [...new Set(messages)]
    .join('; ')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return `The PCE says: ${text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text}`;
}

/** The error array of traffic.md §1.5, and the other shapes clients have met: one object, `error` for `message`. */
function readErrors(body: unknown): readonly { readonly token: string; readonly message: string }[] {
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  return items.filter(isObject).map(({ token, message, error }) => ({
    token: typeof token === 'string' ? token : '',
    message: typeof message === 'string' ? message : typeof error === 'string' ? error : '',
  }));
}

/** An answer that cannot be used. `incomplete`: it broke off, so that asking again may help. */
export const badAnswer = (
  message: string,
  { incomplete = false, ...detail }: { readonly incomplete?: boolean } & Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): Failure => new Failure('pce_bad_answer', { message, detail: { ...detail, incomplete }, cause });

/**
 * True when no connection was made, so that nothing can have happened on the PCE. The code alone does not tell: a connection that exists
 * can end with EHOSTUNREACH too, after the request was sent.
 */
function wasNeverSent(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNeverSent);
  if (codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT') return true;
  return (
    error instanceof Error && 'syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')
  );
}

const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** A failure below HTTP. `neverSent` in its detail: the request cannot have reached the PCE. */
export function networkFailure(error: unknown, sent: Sent): Failure {
  if (error instanceof Failure) return error;
  const reason = codeOf(error);
  if (TLS.test(reason))
    return new Failure('pce_tls', {
      message: `The TLS connection to the PCE failed (${reason}).`,
      remedy: TLS_REMEDIES.find(([pattern]) => pattern.test(reason))?.[1],
      detail: { ...sent, reason },
      cause: error,
    });
  if (TIMED_OUT.has(reason)) return new Failure('timeout', { detail: { ...sent, reason }, cause: error });
  return new Failure('pce_unreachable', {
    message: `The PCE could not be reached (${reason}).`,
    detail: { ...sent, reason, neverSent: wasNeverSent(error) },
    cause: error,
  });
}

const TLS_REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/ALTNAME|HOSTNAME/, 'Give PCE_HOST exactly as the certificate names it.'],
  [/EXPIRED|NOT_YET/, 'Renew the certificate of the PCE, or set the clock of this machine.'],
];

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? codeOf(error.cause) : error.name;
}

/** True for what may go well a moment later, when asking again does no harm. */
export function isTransient({ code, detail }: Failure): boolean {
  return code === 'pce_unreachable' || (code === 'pce_bad_answer' && detail.incomplete === true) || isGateway(detail);
}

/** Statuses of something in front of the PCE, or of a PCE that is restarting; a 500 is its own and would come again. */
const isGateway = ({ status }: Readonly<Record<string, unknown>>): boolean =>
  status === 502 || status === 503 || status === 504;
