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
  /** `atomic`: all or nothing. `rows`: each request stands alone (bulk); its undo is its atomicity. */
  readonly mode: 'atomic' | 'rows';
  /** Who made it and with what authority; applying and undoing are judged by this. */
  readonly effect: Effect;
  readonly principal: Principal;
  readonly labelScope: string | null;
  /** The PCE, org and key it is for (`PceWriter.identity`). */
  readonly target: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** The plan this one takes back. */
  readonly undoes: string | null;
  /** What a bulk change found, column → cell, for whoever wants to put it back by other means. */
  readonly undoRows?: readonly Readonly<Record<string, string>>[] | undefined;
  /** For each request of a plan that takes another back: which request of that one. */
  readonly takesBack?: readonly number[] | undefined;
}

/** `compensated`: nothing stands. `stuck`: a part stands, or it is not known whether it does. `undoing`: another plan takes it back. */
export type PlanState = 'planned' | 'applying' | 'applied' | 'compensated' | 'stuck' | 'undoing' | 'undone';

export type WriteMethod = 'POST' | 'PUT' | 'DELETE';

export interface PlannedRequest {
  readonly method: WriteMethod;
  /** Below `/api/v2`. `{n}` stands for the href that request n (1-based) created; in the body, an `href` that is `{n}` does. */
  readonly path: string;
  readonly body: JsonValue | undefined;
  /** In words: `create label env=qa`. */
  readonly says: string;
  readonly check: Check;
  readonly undo: Undo;
  /** How to tell whether a POST whose answer was lost was carried out. */
  readonly trace: Trace;
  /** For a commit: what the new version must say of exactly these objects; a difference is somebody else's edit. */
  readonly proof?: Contents | undefined;
  /** Field-level difference for a person; empty for deletes. */
  readonly diff: readonly FieldDiff[];
}

/** Draft hrefs and the digests of what a commit of them puts into a version (`committedDigest`); null: the object is gone from it. */
export type Contents = Readonly<Record<string, string | null>>;

/** What must still hold just before the request is sent. */
export type Check =
  | { readonly kind: 'none' }
  /** The object's content is as it was when planned; with `fields`, only those count. Audit fields never do. */
  | {
      readonly kind: 'unchanged';
      readonly href: Href;
      readonly digest: string;
      readonly fields: readonly string[] | null;
    }
  /** No object of the collection has exactly these field values. */
  | { readonly kind: 'absent'; readonly collection: string; readonly match: Readonly<Record<string, string>> }
  /** The pending draft content of these objects, rules included, is as it was when planned. */
  | { readonly kind: 'pending'; readonly hrefs: readonly Href[]; readonly digest: string }
  /** Nothing is pending, and this is the newest version. In an undo, null stands for the version that the request being undone made. */
  | { readonly kind: 'clean'; readonly version: number | null }
  /** Each of these objects of a collection still says what it said in some fields. */
  | { readonly kind: 'each'; readonly collection: string; readonly items: readonly EachItem[] }
  /** Exactly these objects are pending, with these contents: what an earlier request of the plan makes, so only looked at in its turn. */
  | { readonly kind: 'staged'; readonly contents: Contents };

/** Fields and their values, of one object. `href` null: no object of the collection says this. */
export interface EachItem {
  readonly href: string | null;
  readonly is: JsonObject;
}

export type Trace =
  | { readonly kind: 'none' }
  /** It is the one object of the collection with exactly these field values. */
  | { readonly kind: 'named'; readonly collection: string; readonly match: Readonly<Record<string, string>> }
  /** It is an item of this list that was not there before and has the content that was sent. */
  | { readonly kind: 'new_in'; readonly list: string }
  /** It acts on each item of its body; they are looked at one by one. */
  | { readonly kind: 'bulk'; readonly collection: string }
  /** All of these objects are pending, none of which was before. */
  | { readonly kind: 'staged'; readonly hrefs: readonly string[] }
  /** It is a policy version after `after` with this message that changed what the request names. */
  | { readonly kind: 'version'; readonly after: number; readonly message: string };

export interface BareRequest {
  readonly method: WriteMethod;
  /** `{n}` as in PlannedRequest; `{self}` is what the request being undone created, `{+n}` what the n-th request of this way back did. */
  readonly path: string;
  readonly body: JsonValue | undefined;
  readonly says: string;
  /** What must hold before it; by default that the object is as the request being undone left it. */
  readonly check?: Check | undefined;
  readonly trace?: Trace | undefined;
  readonly proof?: Contents | undefined;
}

/** `loses` names what comes back differently (href, author, times); empty: nothing. */
export interface WayBack {
  readonly requests: readonly BareRequest[];
  readonly loses: readonly string[];
  /** Of a bulk request: item n of the lists here belongs to item n of its body, and counts only if that went through. */
  readonly perRow?: true | undefined;
}

/** How to take a request back. */
export type Undo =
  | (WayBack & {
      readonly kind: 'requests';
      /** The way once the change has been provisioned, where that is another one. */
      readonly later?: WayBack | undefined;
      /** Only while the plan has not gone through: afterwards the undo of a later request takes this back too. */
      readonly unfinishedOnly?: true | undefined;
    })
  | { readonly kind: 'none'; readonly why: string };

export interface FieldDiff {
  /** `ip_ranges`, `labels.env`. */
  readonly field: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** What a planner hands over; the desk adds id, principal, times. */
export type PlanDraft = Pick<
  Plan,
  'tool' | 'title' | 'requests' | 'widening' | 'warnings' | 'mode' | 'effect' | 'undoRows'
>;

export type RequestResult = 'not_sent' | 'sent' | 'done' | 'failed' | 'unknown' | 'undone' | 'undo_failed';

/** The journal entry of one request. */
export interface RequestOutcome {
  readonly result: RequestResult;
  /** The href a POST created. */
  readonly href: Href | null;
  readonly status: number | null;
  readonly message: string | null;
  /** Per-item results of a bulk call, in the order of its body: `href`, `status` (`failed` or what was done), `message`. */
  readonly rows: readonly JsonObject[] | null;
  /** Digest of the target right after, so that undoing notices a later edit. */
  readonly after: string | null;
  /** Hrefs in the trace's list just before sending, so that a lost answer can be told from somebody else's item. */
  readonly knownBefore: readonly string[] | null;
  /** What a new policy version says otherwise than previewed: edits of others between our last read and the commit. */
  readonly differs?: readonly Difference[] | undefined;
}

export interface Difference {
  readonly href: string;
  readonly name: string;
  /** Href of who edited it last. */
  readonly by: string | null;
}

export interface ChangeOutcome {
  readonly plan: Plan;
  readonly state: PlanState;
  /** One per request; all `not_sent` for a dry run. */
  readonly outcomes: readonly RequestOutcome[];
  /** Why it did not go through, when it did not. */
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface ChangeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string, done: number, total: number) => void) | undefined;
}

/** Where every write goes through. Given to handlers, bound to the caller. */
export interface Changes {
  /** Stores the plan; without `dryRun` applies it at once. Throws `conflict` when a check fails (nothing was sent then). */
  propose(draft: PlanDraft, options: ChangeOptions & { readonly dryRun: boolean }): Promise<ChangeOutcome>;
  /** Applies a stored plan once, or resumes one that a crash left half-way. Throws `conflict` when a check fails before anything was sent. */
  apply(planId: string, options?: ChangeOptions): Promise<ChangeOutcome>;
  /** Plans the way back of a plan that was applied or got half-way and, without `dryRun`, takes it. */
  undo(planId: string, options: ChangeOptions & { readonly dryRun: boolean }): Promise<ChangeOutcome>;
  /** The plan, for judging and showing. Throws `not_found`, also for another principal's. */
  get(planId: string): Promise<ChangeOutcome>;
  /** Raw reads for planners. */
  readonly pce: PceReader;
}

/** The PCE as planners see it: raw wire objects, always fresh. */
export interface PceReader {
  readonly identity: string;
  readonly orgId: string;
  /** The object, or null when the PCE answers 404. */
  read(path: string, signal?: AbortSignal): Promise<JsonObject | null>;
  /** A collection complete, narrowed by the PCE's own (substring) filters. */
  list(
    collection: string,
    query?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<readonly JsonObject[]>;
  /** A POST that only asks (`dependencies`, `impact`, `rule_search`). */
  ask(path: string, body: JsonValue, signal?: AbortSignal): Promise<JsonValue | undefined>;
}

export interface PceWriter extends PceReader {
  /** Waits, before looking again. */
  pause(ms: number): Promise<void>;
  /** Sends once; throws a Failure. What is thrown for a request that may have been carried out is never `pce_rejected` or the like. */
  send(
    request: Pick<BareRequest, 'method' | 'path' | 'body'>,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: JsonValue | undefined }>;
}
