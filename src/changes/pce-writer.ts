import { Failure } from '../core/errors.ts';
import { type ApiPath, isHref } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { PceHttp } from '../pce/http/http.ts';
import type { PceWriter } from './plan.ts';

export interface PceWriterOptions {
  /** How long one write may take in all; the connection's own limit unless told. */
  readonly writeDeadlineMs?: number | undefined;
}

/** Raw access for planning and applying, over the connection that also guards read-only mode, quota and retries. */
export function createPceWriter(http: PceHttp, { writeDeadlineMs }: PceWriterOptions = {}): PceWriter {
  return {
    identity: http.identity,
    orgId: http.orgId,
    pause: (ms) => http.pause(ms),

    async read(path, signal) {
      try {
        const { json } = await http.send({ method: 'GET', path: pathOf(path), signal });
        if (!isObject(json)) throw new Failure('pce_bad_answer', { detail: { path } });
        return json as JsonObject; // parsed JSON
      } catch (error) {
        if (error instanceof Failure && error.code === 'pce_not_found') return null;
        throw error;
      }
    },

    async list(collection, query = {}, signal) {
      // More than any collection holds (traffic.md §13.4), so that the default page of 500 never cuts it.
      const { json } = await http.send({
        method: 'GET',
        path: pathOf(collection),
        query: { max_results: 200_000, ...query },
        signal,
      });
      if (!Array.isArray(json)) throw new Failure('pce_bad_answer', { detail: { path: collection } });
      return json.filter(isObject) as JsonObject[]; // parsed JSON
    },

    async ask(path, body, signal) {
      const { json } = await http.send({ method: 'POST', path: pathOf(path), body, signal });
      return json as JsonValue | undefined; // parsed JSON
    },

    async send({ method, path, body }, signal) {
      const answer = await http.send({ method, path: pathOf(path), body, signal, deadlineMs: writeDeadlineMs });
      return { status: answer.status, body: answer.json as JsonValue | undefined }; // parsed JSON
    },
  };
}

/** Paths of plans follow the grammar of hrefs; anything else is refused, never normalised. */
function pathOf(path: string): ApiPath {
  if (!isHref(path)) throw new Failure('invalid_href', { data: { href: path.slice(0, 80) } });
  return path as string as ApiPath; // the grammar just checked is that of a path whose segments need no encoding
}
