import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Tables } from '../state/tables.ts';
import { CHOICES } from '../choices.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { textParam } from './query.ts';
import { notFound } from './refusals.ts';
import { collection, type ItemsReply, type Route } from './route.ts';
import { JSON_TYPE, jsonArray } from './send.ts';

const KEPT = 200;
const JOB_TYPE = ':illumio/async_requests';

/**
 * Asynchronous reads of collections (objects.md §4.3). A job keeps the rows it was asked for; they are rendered when fetched. It does not
 * keep them beyond the process: after a restart a job reads its collection again.
 */
export interface Job {
  readonly id: string;
  readonly datafile: string;
  /** The collection's path, without the query. */
  readonly description: string;
  /** The query of the read, without a leading question mark. */
  readonly query: string;
  readonly caller: Caller;
  readonly requestedMs: number;
  readonly status: 'pending' | 'running' | 'done';
  readonly terminatedMs: number | null;
}

export interface JobStore {
  start(asked: Pick<Job, 'description' | 'query' | 'caller'>, rows: ItemsReply): Job;
  /** What the job read; null after a restart. */
  rows(job: Job): ItemsReply | null;
  list(): readonly Job[];
  /** The job as this poll finds it: each poll moves it one state on. */
  poll(id: string): Job;
  datafile(id: string): Job;
  remove(id: string): Job;
}

export function createJobStore(clock: Clock, tables: Tables): JobStore {
  const jobs = tables.open<Job>('jobs');
  const rowsOf = new Map<string, ItemsReply>();
  const forget = (id: string): void => {
    jobs.delete(id);
    rowsOf.delete(id);
  };
  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (!job) throw notFound();
    return job;
  };
  return {
    start(asked, rows) {
      const job: Job = {
        id: randomUUID(),
        datafile: randomUUID(),
        ...asked,
        requestedMs: clock.now(),
        status: rows.items.length > CHOICES.jobRowsDoneAtFirstPoll ? 'pending' : 'running',
        terminatedMs: null,
      };
      jobs.set(job.id, job);
      rowsOf.set(job.id, rows);
      const oldest = jobs.keys().next().value;
      if (jobs.size > KEPT && oldest !== undefined) forget(oldest);
      return job;
    },
    rows: ({ id }) => rowsOf.get(id) ?? null,
    list: () => [...jobs.values()].reverse(),
    poll(id) {
      const job = find(id);
      if (job.status === 'done') return job;
      const next: Job =
        job.status === 'pending'
          ? { ...job, status: 'running' }
          : { ...job, status: 'done', terminatedMs: clock.now() };
      jobs.set(id, next);
      return next;
    },
    datafile(id) {
      for (const job of jobs.values()) if (job.datafile === id && job.status === 'done') return job;
      throw notFound();
    },
    remove(id) {
      const job = find(id);
      forget(id);
      return job;
    },
  };
}

/** `2016-01-14 23:16:52.303166`: jobs do not use RFC 3339 (objects.md §1.3). */
const jobTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1).replace('T', ' ')}000`;

export const jobHref = (orgId: number, job: Job): string => `/orgs/${orgId}/jobs/${job.id}`;

const renderJob = (orgId: number, job: Job) => ({
  href: jobHref(orgId, job),
  job_type: JOB_TYPE,
  description: job.description,
  result: job.status === 'done' ? { href: `/orgs/${orgId}/datafiles/${job.datafile}` } : {},
  status: job.status,
  requested_at: jobTime(job.requestedMs),
  ...(job.terminatedMs !== null && { terminated_at: jobTime(job.terminatedMs) }),
  requested_by: { href: job.caller.href },
});

export const jobRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/orgs/:org/jobs',
    access: 'read',
    collection: true,
    schema: 'jobs_get',
    handle({ world, query }) {
      const type = textParam(query, 'job_type');
      const jobs = world.jobs.list();
      const wanted = type === undefined || type === JOB_TYPE ? jobs : [];
      return collection(wanted, jobs.length, (job) => renderJob(world.orgId, job));
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/jobs/:id',
    access: 'read',
    schema: 'jobs_get',
    handle({ world, params }) {
      const job = world.jobs.poll(params['id'] ?? '');
      // TF reads Retry-After on every poll.
      const headers = job.status === 'done' ? {} : { 'Retry-After': String(CHOICES.jobRetryAfterSeconds) };
      return { status: 200, json: renderJob(world.orgId, job), headers };
    },
  },
  {
    method: 'DELETE',
    path: '/orgs/:org/jobs/:id',
    access: 'read',
    handle({ world, params, audit }) {
      const job = world.jobs.remove(params['id'] ?? '');
      audit('job.delete', [
        { resource: { job: { href: jobHref(world.orgId, job) } }, changeType: 'delete', changes: {} },
      ]);
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/datafiles/:id',
    access: 'read',
    async handle({ world, params, readAgain }) {
      const job = world.jobs.datafile(params['id'] ?? '');
      const rows = world.jobs.rows(job) ?? (await readAgain(job.description, job.query, job.caller));
      return { status: 200, body: jsonArray(rows.items, (item) => rows.render(item)), headers: JSON_TYPE };
    },
  },
];
