import { Failure } from '../../core/errors.ts';
import { type ApiPath, apiPath, type Href } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import { badAnswer } from '../http/failures.ts';
import type { Answer, PceHttp, Query, Streamed } from '../http/http.ts';
import { readRetryAfter } from '../http/retry.ts';
import { ownHref } from '../own-href.ts';

const FIRST_POLL_MS = 250;
const POLL_GROWTH = 1.5;
const MAX_POLL_MS = 10_000;
const JOB_DEADLINE_MS = 15 * 60_000;

/** A collection by the job protocol (objects.md §4.3): asked for, waited for, downloaded, deleted. It has no cap. */
export async function readJob<T>(
  http: PceHttp,
  path: ApiPath,
  query: Query | undefined,
  consume: (answer: Streamed) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const accepted = await http.send({ method: 'GET', path, query, respondAsync: true, signal });
  if (accepted.status !== 202)
    throw badAnswer('The PCE did not accept an asynchronous read.', { status: accepted.status });
  const job = locationOf(accepted, http.orgId);
  try {
    const datafile = await waitFor(http, job, accepted, signal);
    return await http.read({ method: 'GET', path: apiPath`${datafile}`, signal }, consume);
  } finally {
    // Jobs expire by themselves; a failure to tidy up is nobody's problem.
    void http.send({ method: 'DELETE', path: apiPath`${job}`, deadlineMs: 10_000 }).catch(() => {});
  }
}

async function waitFor(http: PceHttp, job: Href, accepted: Answer, signal: AbortSignal | undefined): Promise<Href> {
  const { clock } = http;
  const deadline = clock.now() + JOB_DEADLINE_MS;
  let waitMs = FIRST_POLL_MS;
  let askedMs = readRetryAfter(accepted.header('retry-after'), clock.now());
  while (clock.now() < deadline) {
    await http.pause(Math.min(askedMs ?? waitMs, MAX_POLL_MS), signal);
    const answer = await http.send({ method: 'GET', path: apiPath`${job}`, signal });
    const { status, result } = isObject(answer.json) ? answer.json : {};
    if (typeof status !== 'string') throw badAnswer('A job of the PCE has no status.');
    if (status === 'done' || status === 'completed') return resultOf(result, http.orgId);
    if (status === 'failed') throw new Failure('pce_unavailable', { message: failedMessage(result), detail: { job } });
    askedMs = readRetryAfter(answer.header('retry-after'), clock.now());
    waitMs *= POLL_GROWTH;
  }
  throw new Failure('timeout', { detail: { job } });
}

/** Absolute, with `/api/v2`, or bare (traffic.md §16.2): only the path counts, so that nothing can point elsewhere. */
function locationOf(accepted: Answer, orgId: string): Href {
  const text = accepted.header('location') ?? '';
  const path = URL.canParse(text) ? new URL(text).pathname : text;
  const job = ownHref(path, orgId);
  if (job === null) throw badAnswer('The PCE named no job for an asynchronous read.');
  return job;
}

function resultOf(result: unknown, orgId: string): Href {
  const text = isObject(result) ? result.href : result;
  const datafile = typeof text === 'string' ? ownHref(text, orgId) : null;
  if (datafile === null) throw badAnswer('A finished job of the PCE names no result.');
  return datafile;
}

function failedMessage(result: unknown): string {
  const said =
    isObject(result) && typeof result.message === 'string' ? result.message.slice(0, 200) : 'no reason given';
  return `The PCE could not finish the read: ${said}`;
}
