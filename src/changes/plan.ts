import type { Effect, Principal } from '../core/authority.ts';
import type { Href } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';

/**
 * A plan: the literal list of requests, with what must hold before each and what undoes it. Planning reads; applying sends exactly this list
 * and computes nothing.
 */
export interface Plan {
  readonly id: string;
  readonly tool: string;
  /** What the whole does, in one sentence. */
  readonly title: string;
  readonly requests: readonly PlannedRequest[];
  /** What widens policy, said before it happens. */
  readonly widening: readonly string[];
  readonly warnings: readonly string[];
  /** `atomic`: all or nothing. `rows`: each request stands alone (bulk), its undo file is its atomicity. */
  readonly mode: 'atomic' | 'rows';
  /** Who made it and with what authority; `apply-plan` and `undo-change` are judged by this. */
  readonly effect: Effect;
  readonly principal: Principal;
  readonly labelScope: string | null;
  /** The PCE and org it is for (`PceView.identity` without the key). */
  readonly target: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly state: PlanState;
}

export type PlanState = 'planned' | 'applying' | 'applied' | 'failed' | 'compensated' | 'undoing' | 'undone' | 'expired';

export interface PlannedRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v2`. `{n}` stands for the href that request n (1-based) created; in the body, a whole string `{n}` does. */
  readonly path: string;
  readonly body: JsonValue | undefined;
  /** In words: `create label env=qa`. */
  readonly says: string;
  readonly check: Check;
  readonly undo: Undo;
  /** Field-level difference for a person; empty for deletes. */
  readonly diff: readonly FieldDiff[];
}

/** What must still hold just before the request is sent. */
export type Check =
  | { readonly kind: 'none' }
  /** The object is as it was when planned: same digest over its content without audit fields. */
  | { readonly kind: 'unchanged'; readonly href: Href; readonly digest: string; readonly before: JsonObject }
  /** No object of the collection has exactly these field values; also how a created object is recognised when the answer was lost. */
  | { readonly kind: 'absent'; readonly collection: string; readonly match: JsonObject }
  /** The pending draft content of these objects (rules included) is as it was when planned. */
  | { readonly kind: 'pending'; readonly hrefs: readonly Href[]; readonly digest: string };

/** How to take a request back. */
export type Undo =
  | { readonly kind: 'requests'; readonly requests: readonly { readonly method: 'POST' | 'PUT' | 'DELETE'; readonly path: string; readonly body: JsonValue | undefined; readonly says: string }[]; /** What comes back differently: href, author, times. Empty: nothing. */ readonly loses: readonly string[] }
  | { readonly kind: 'none'; readonly why: string };

export interface FieldDiff {
  /** `ip_ranges`, `labels.env`. */
  readonly field: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** What a planner hands over; the desk adds id, principal, times and state. */
export type PlanDraft = Pick<Plan, 'tool' | 'title' | 'requests' | 'widening' | 'warnings' | 'mode' | 'effect'>;

export interface RequestOutcome {
  readonly index: number;
  readonly result: 'not_sent' | 'done' | 'failed' | 'unknown' | 'compensated' | 'compensation_failed';
  /** The href a POST created. */
  readonly href: Href | null;
  readonly status: number | null;
  readonly message: string | null;
  /** Per-item results of a bulk call. */
  readonly rows: readonly JsonObject[] | null;
}

export interface ChangeOutcome {
  readonly plan: Plan;
  /** Empty for a dry run. */
  readonly outcomes: readonly RequestOutcome[];
}

/** Where every write goes through. Given to handlers, bound to the caller. */
export interface Changes {
  /** Stores the plan; without `dryRun` applies it at once. */
  propose(draft: PlanDraft, options: { readonly dryRun: boolean; readonly signal?: AbortSignal; readonly onProgress?: (message: string, done: number, total: number) => void }): Promise<ChangeOutcome>;
  apply(planId: string, options?: { readonly signal?: AbortSignal; readonly onProgress?: (message: string, done: number, total: number) => void }): Promise<ChangeOutcome>;
  undo(planId: string, options: { readonly dryRun: boolean; readonly signal?: AbortSignal }): Promise<ChangeOutcome>;
  get(planId: string): Promise<Plan>;
}
