import { Failure } from '../core/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { isWithin } from '../pce/scope.ts';
import type { ExpressionFilter } from '../pce/view.ts';
import type { PceWriter } from './plan.ts';

const WORKLOAD = /^\/orgs\/\d+\/workloads\/[^/]+$/;
const WORKLOADS = /^\/orgs\/\d+\/workloads$/;
const BULK_UPDATE = /^\/orgs\/\d+\/workloads\/bulk_update$/;

/**
 * A writer for a caller who is limited to some labels: other workloads do not exist for it, its own can be changed but not moved out of
 * the scope (a workload that took on another application's labels would get what that is allowed), and nothing else is written.
 */
export function scopedWriter(
  writer: PceWriter,
  readScope: (signal?: AbortSignal) => Promise<ExpressionFilter>,
): PceWriter {
  const isOwn = (workload: JsonObject, scope: ExpressionFilter) => isWithin(labelHrefs(workload['labels']), scope);

  async function read(path: string, signal?: AbortSignal): Promise<JsonObject | null> {
    const object = await writer.read(path, signal);
    if (object === null || !WORKLOAD.test(path)) return object;
    return isOwn(object, await readScope(signal)) ? object : null;
  }

  async function list(...[collection, query, signal]: Parameters<PceWriter['list']>): Promise<readonly JsonObject[]> {
    const objects = await writer.list(collection, query, signal);
    if (!WORKLOADS.test(collection)) return objects;
    const scope = await readScope(signal);
    return objects.filter((workload) => isOwn(workload, scope));
  }

  async function refuseOutside(
    { method, path, body }: Parameters<PceWriter['send']>[0],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (method !== 'PUT') throw outside();
    const items: readonly JsonValue[] = BULK_UPDATE.test(path) && Array.isArray(body) ? body : [];
    const scope = await readScope(signal);
    const changed = items.length > 0 ? items : [body];
    if (changed.some((change) => !staysWithin(change, scope))) throw outside();
    if (items.length === 0) {
      if (!WORKLOAD.test(path) || (await read(path, signal)) === null) throw outside();
      return;
    }
    const own = new Set((await list(path.replace(/\/bulk_update$/, ''), {}, signal)).map(({ href }) => href));
    if (items.some((item) => !isObject(item) || !own.has(item['href']))) throw outside();
  }

  return {
    ...writer,
    read,
    list,
    ask: () => Promise.reject(outside()),
    async send(request, signal) {
      await refuseOutside(request, signal);
      return writer.send(request, signal);
    },
  };
}

/** Labels that are put on replace all there were. */
const staysWithin = (change: unknown, scope: ExpressionFilter): boolean =>
  isObject(change) && (change['labels'] === undefined || isWithin(labelHrefs(change['labels']), scope));

const labelHrefs = (labels: unknown): readonly unknown[] =>
  Array.isArray(labels) ? labels.map((label: unknown) => (isObject(label) ? label['href'] : undefined)) : [];

const outside = (): Failure =>
  new Failure('forbidden', {
    message: 'You may change workloads that carry your labels, and nothing else.',
    remedy: 'Ask someone who is not limited to labels.',
    detail: { neverSent: true },
  });
