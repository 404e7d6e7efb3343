import { between, either, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck, type Schema } from '../http/validate.ts';

/** Which requests a fault hits. What is absent does not matter. */
export interface FaultMatch {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below `/api/v2`; `*` is anything within a segment, `**` anything at all. */
  readonly path?: string;
  /** Number of the request since the start, beginning with 1. */
  readonly number?: number;
  /** The first of the requests matched so far that is hit; 1 by default. */
  readonly nth?: number;
  /** How many are hit from then on; 1 by default, 0 is all. */
  readonly count?: number;
  /** Between 0 and 1: how often one that would be hit is hit. Drawn from the simulator's seed. */
  readonly probability?: number;
}

/** What happens to a request that is hit. */
export type FaultEffect =
  | { readonly kind: 'latency'; readonly ms: number }
  /** 429, with `Retry-After` only when it is given. The request is not carried out. */
  | { readonly kind: 'rate_limit'; readonly retry_after?: number }
  /** `after`: the request has been carried out, and the client is told otherwise. */
  | { readonly kind: 'status'; readonly status: number; readonly when?: 'before' | 'after' }
  /** The connection breaks: before the request is carried out, after it, or after some bytes of the answer. */
  | { readonly kind: 'reset'; readonly when?: 'before' | 'after'; readonly after_bytes?: number }
  /** The answer ends early, in a message that is complete for HTTP. */
  | { readonly kind: 'truncate'; readonly after_bytes: number }
  | { readonly kind: 'drip'; readonly bytes: number; readonly every_ms: number }
  | { readonly kind: 'content_type'; readonly value: string }
  /** 200 with no rows: a query that says `completed` before its result exists (traffic.md §2.2). */
  | { readonly kind: 'empty_result' }
  /** The traffic query in the path is forgotten, as after its day. */
  | { readonly kind: 'expire_query' }
  | { readonly kind: 'clock_jump'; readonly ms: number }
  /** Somebody else writes before the request is carried out. */
  | {
      readonly kind: 'edit';
      readonly method: 'POST' | 'PUT' | 'DELETE';
      readonly path: string;
      readonly body?: unknown;
    };

export interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
}

const METHOD = oneOf('GET', 'POST', 'PUT', 'DELETE');
const WHOLE: Schema = { type: 'integer', minimum: 0 };
const MS: Schema = { type: 'integer', minimum: 0, maximum: 3_600_000 };
const WHEN = oneOf('before', 'after');

const effect = (
  kind: FaultEffect['kind'],
  fields: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
) => record({ kind: oneOf(kind), ...fields }, ['kind', ...required]);

const FAULT = record(
  {
    match: record({
      method: METHOD,
      path: between(1, 500),
      number: { type: 'integer', minimum: 1 },
      nth: { type: 'integer', minimum: 1 },
      count: WHOLE,
      probability: { type: 'number', minimum: 0, maximum: 1 },
    }),
    effect: either(
      effect('latency', { ms: MS }, ['ms']),
      effect('rate_limit', { retry_after: WHOLE }),
      effect('status', { status: { type: 'integer', minimum: 400, maximum: 599 }, when: WHEN }, ['status']),
      effect('reset', { when: WHEN, after_bytes: WHOLE }),
      effect('truncate', { after_bytes: WHOLE }, ['after_bytes']),
      effect('drip', { bytes: { type: 'integer', minimum: 1 }, every_ms: MS }, ['bytes', 'every_ms']),
      effect('content_type', { value: between(1, 200) }, ['value']),
      effect('empty_result', {}),
      effect('expire_query', {}),
      effect('clock_jump', { ms: WHOLE }, ['ms']),
      effect('edit', { method: oneOf('POST', 'PUT', 'DELETE'), path: text, body: {} }, ['method', 'path']),
    ),
  },
  ['match', 'effect'],
);

/** Checks faults as a file or the control endpoint gives them. Throws 406 `input_validation_error`. */
export const faultsCheck = bodyCheck<readonly Fault[]>('simulator_faults', { type: 'array', items: FAULT });
