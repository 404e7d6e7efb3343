import type { Clock } from '../core/clock.ts';
import type { JsonObject } from '../core/json.ts';
import type { Grant } from './auth/roles.ts';
import type { PolicySource } from '../model/policy/source.ts';
import type { Estate, FlowRow, LabelRecord, WorkloadRecord } from './estates/estate.ts';

/** Who is calling the simulated PCE. */
export interface Caller {
  /** `/users/1` or `/orgs/1/service_accounts/<uuid>`. */
  readonly href: string;
  readonly username: string;
  readonly apiKeyId: string | null;
  /** `read_only`: none of the grants lets anything be written. */
  readonly permission: 'owner' | 'read_only';
  /** All labels the grants are limited to; empty: at least one of them is not. What exactly lies in them: `auth/scope.ts`. */
  readonly scope: readonly number[];
  /** What the caller may do; on a write, only what allows that write. */
  readonly grants: readonly Grant[];
}

/**
 * The living state of the simulated PCE, as the parts of the simulator that do not own it see it (traffic, events, control). The
 * objects part implements it. Records are replaced, never edited in place, so a reader may keep one.
 */
export interface World {
  readonly estate: Estate;
  readonly clock: Clock;
  readonly orgId: number;
  label(id: number): LabelRecord | undefined;
  /** By id; includes workloads made after the start. Undefined once deleted. */
  workload(id: string): WorkloadRecord | undefined;
  /** Wire form of any policy object by draft or active href; undefined when there is none. */
  object(href: string): JsonObject | undefined;
  /** The policy in one version as the engine reads it, over the workloads as they are now. Cached until something changes. */
  policy(version: 'draft' | 'active'): PolicySource;
  /**
   * The stretches of time in which the same active policy and the same modes and labels held, oldest first, covering [fromMs, toMs).
   * Traffic is decided by the stretch it happened in: a running simulator never rewrites its past.
   */
  epochs(fromMs: number, toMs: number): readonly Epoch[];
  /** Flows that came in another way than from the estate. */
  uploadedFlows(fromMs: number, toMs: number): Iterable<FlowRow>;
  /** Events written by the simulator itself since the start, oldest first. */
  readonly ownEvents: readonly JsonObject[];
  /** Records an event for a write (traffic.md §6.2). Called by the kernel for every successful write of an auditable route. */
  recordEvent(event: JsonObject): void;
}

export interface Epoch {
  readonly fromMs: number;
  readonly toMs: number;
  /** The same object for the same epoch, so that a compiled policy can be cached by it. */
  readonly policy: PolicySource;
}
