import { randomUUID } from 'node:crypto';
import type { CursorSeal } from '../answer/seal.ts';
import type { ToolResult } from '../answer/result.ts';
import { sanitiseText } from '../answer/sanitise.ts';
import type { Principal } from '../core/authority.ts';
import { Failure } from '../core/errors.ts';
import type { ToolCall } from './call.ts';
import { sealTaskId, openTaskId, type TaskClaims } from './task-id.ts';
import { type Job, startJob } from './task-job.ts';

/** How a task stands. */
export interface TaskView {
  readonly taskId: string;
  readonly status: 'working' | 'completed' | 'failed' | 'cancelled';
  readonly statusMessage?: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  /** Of a completed one; errors of the tool are results. */
  readonly result?: ToolResult;
}

export type Work = (call: ToolCall) => Promise<ToolResult>;

/** Calls that outlast a request. Nothing but reads: a change must not go on after its caller has left, nor be done twice. */
export interface Tasks {
  /** Makes the call. What is not there soon becomes a task, while there is room; else the call ends as calls do, at the latest with a cursor. */
  run(call: ToolCall, work: Work): Promise<ToolResult | TaskView>;
  /** Throws `unknown_task` for whatever is no living task of this principal. */
  get(id: string, principal: Principal, work: Work): Promise<TaskView>;
  /** Of no effect on a task that is over. Throws as `get` does. */
  cancel(id: string, principal: Principal, work: Work): Promise<void>;
  /** Ends what runs here; resolves when it has ended. */
  close(): Promise<void>;
}

/** Tasks that were cancelled, as every replica must know them. */
export interface CancelledTasks {
  add(nonce: string, untilMs: number): Promise<unknown>;
  has(nonce: string): Promise<boolean>;
}

export interface TaskOptions {
  readonly seal: CursorSeal;
  /** Whether a tool only reads. */
  readonly isRead: (tool: string) => boolean;
  /** Present where other processes open the same ids: replicas, or the one after a restart. */
  readonly shared?: CancelledTasks | undefined;
  /** The next request may come to another replica, so only what that one can go on with becomes a task. */
  readonly replicas?: boolean | undefined;
  readonly limits?: Partial<TaskLimits> | undefined;
}

export interface TaskLimits {
  /** A call that ends before is no task. */
  readonly soonMs: number;
  /** A query has 15 minutes; its reader has as long again. */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  /** Under way at a time, of one caller and of all. */
  readonly runningPerCaller: number;
  readonly running: number;
  /** With those that are over; a result is up to 80 KB. */
  readonly keptPerCaller: number;
  readonly kept: number;
}

const LIMITS: TaskLimits = {
  soonMs: 5_000,
  ttlMs: 30 * 60_000,
  pollIntervalMs: 2_000,
  runningPerCaller: 4,
  running: 32,
  keptPerCaller: 32,
  kept: 256,
};

interface Entry {
  readonly id: string;
  readonly owner: string;
  readonly claims: TaskClaims;
  readonly job: Job | null;
  outcome: Pick<TaskView, 'status' | 'result'> | null;
  updatedMs: number;
}

/** The tasks of one process. What a task is stands in its id, so that another replica can go on with it. */
export function createTasks({ seal, isRead, shared, replicas = false, limits }: TaskOptions): Tasks {
  const { clock } = seal;
  const limit: TaskLimits = { ...LIMITS, ...limits };
  const entries = new Map<string, Entry>();

  const isOver = ({ createdMs }: TaskClaims): boolean => createdMs + limit.ttlMs <= clock.now();

  function sweep(): void {
    for (const [id, { claims, job }] of entries) {
      if (!isOver(claims)) continue;
      job?.abort();
      entries.delete(id);
    }
  }

  function hasRoom(owner: string): boolean {
    sweep();
    const all = [...entries.values()];
    const own = all.filter((entry) => entry.owner === owner);
    const running = (some: readonly Entry[]): number => some.filter(({ outcome }) => outcome === null).length;
    return (
      all.length < limit.kept &&
      own.length < limit.keptPerCaller &&
      running(all) < limit.running &&
      running(own) < limit.runningPerCaller
    );
  }

  function keep(id: string, owner: string, claims: TaskClaims, job: Job | null): Entry {
    const entry: Entry = { id, owner, claims, job, outcome: null, updatedMs: clock.now() };
    entries.set(id, entry);
    setTimeout(sweep, claims.createdMs + limit.ttlMs - clock.now()).unref();
    job?.settled.then(
      (result) => end(entry, isCancelled(result) ? { status: 'cancelled' } : { status: 'completed', result }),
      () => end(entry, { status: 'failed' }),
    );
    return entry;
  }

  function end(entry: Entry, outcome: Entry['outcome']): void {
    if (entry.outcome !== null) return;
    entry.outcome = outcome;
    entry.updatedMs = clock.now();
  }

  function view({ id, claims, job, outcome, updatedMs }: Entry): TaskView {
    const message = outcome === null ? job?.message() : undefined;
    return {
      taskId: id,
      status: 'working',
      ...outcome,
      ...(message === undefined ? {} : { statusMessage: sanitiseText(message.text) }),
      createdMs: claims.createdMs,
      updatedMs: Math.max(updatedMs, message?.atMs ?? 0),
      ttlMs: limit.ttlMs,
      pollIntervalMs: limit.pollIntervalMs,
    };
  }

  /** The task after what another replica may have done to it: its query is gone then, which must not look like a failure. */
  async function heeding(entry: Entry): Promise<Entry> {
    const mayHaveBeen = entry.outcome === null || entry.outcome.result?.isError === true;
    if (shared === undefined || !mayHaveBeen || !(await shared.has(entry.claims.nonce))) return entry;
    entry.outcome = { status: 'cancelled' };
    entry.updatedMs = clock.now();
    entry.job?.abort();
    return entry;
  }

  /** The task with this id; one of another replica is gone on with here. */
  async function find(id: string, principal: Principal, work: Work): Promise<Entry> {
    sweep();
    const claims = openTaskId(id, principal, seal);
    if (claims === undefined || isOver(claims)) throw new Failure('unknown_task');
    const known = entries.get(id);
    if (known !== undefined) return heeding(known);
    if (shared === undefined || claims.queries.length === 0) throw new Failure('unknown_task');
    const owner = ownerOf(principal);
    const wasCancelled = await shared.has(claims.nonce);
    // Two requests may have waited for that.
    const meanwhile = entries.get(id);
    if (meanwhile !== undefined) return meanwhile;
    if (wasCancelled) return { id, owner, claims, job: null, outcome: { status: 'cancelled' }, updatedMs: clock.now() };
    if (!hasRoom(owner)) return { id, owner, claims, job: null, outcome: null, updatedMs: clock.now() };
    const { tool: name, args, asOfMs, queries } = claims;
    const call = { name, args, principal, signal: new AbortController().signal, goesOn: { asOfMs, queries } };
    const job = startJob(call, work, clock);
    job.detach();
    return keep(id, owner, claims, job);
  }

  return {
    async run(call, work) {
      const owner = ownerOf(call.principal);
      if (!isRead(call.name) || !hasRoom(owner)) return work(call);
      const asOfMs = clock.now();
      const job = startJob({ ...call, goesOn: { asOfMs, queries: [] } }, work, clock);
      const canLeave = job.after(limit.soonMs, (queries) => !replicas || queries.length > 0);
      const early = await Promise.race([job.settled, canLeave]);
      if (early !== null) return early;
      const { name: tool, args, principal } = call;
      const claims = { tool, args, asOfMs, createdMs: clock.now(), queries: job.queries(), nonce: randomUUID() };
      const id = hasRoom(owner) ? sealTaskId(claims, principal, seal) : undefined;
      if (id === undefined) return job.settled;
      job.detach();
      return view(keep(id, owner, claims, job));
    },

    async get(id, principal, work) {
      return view(await find(id, principal, work));
    },

    async cancel(id, principal, work) {
      const entry = await find(id, principal, work);
      if (entry.outcome !== null) return;
      await shared?.add(entry.claims.nonce, entry.claims.createdMs + limit.ttlMs);
      end(entry, { status: 'cancelled' });
      if (entry.job !== null) void stop(entry.job, entry.claims);
    },

    async close() {
      const jobs = [...entries.values()].flatMap(({ job }) => job ?? []);
      entries.clear();
      // Where others can go on with them, the PCE's queries are left running for them.
      if (shared !== undefined) return;
      for (const job of jobs) job.abort();
      await Promise.allSettled(jobs.map(({ settled }) => settled));
    },
  };
}

/** One that has only just been gone on with here first has to reach the PCE's queries, or they would run on. */
async function stop(job: Job, { queries }: TaskClaims): Promise<void> {
  const reached = job.after(0, (known) => known.length >= queries.length);
  await Promise.race([job.settled, reached]).catch(() => {});
  job.abort();
}

/** A caller limited to other labels is another caller. */
const ownerOf = ({ issuer, subject, labelScope }: Principal): string =>
  JSON.stringify([issuer, subject, labelScope ?? '']);

const isCancelled = ({ isError, structuredContent }: ToolResult): boolean =>
  isError === true && structuredContent?.['error'] === 'cancelled';
