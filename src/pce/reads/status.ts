import { Failure } from '../../core/errors.ts';
import { apiPath } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import type { Answer, PceHttp } from '../http/http.ts';
import { number, optionalText, record, text } from '../resources/fields.ts';
import type { PceStatus, ReadOptions } from '../view.ts';
import { orgPath } from './reads.ts';

/** Asks what only a reachable PCE, a valid key and the right org can answer. Throws where one of them fails. */
export async function readStatus(http: PceHttp, { signal }: ReadOptions): Promise<PceStatus> {
  const { clock } = http;
  const startMs = clock.now();
  const product = await http.send({ method: 'GET', path: apiPath`/product_version`, signal });
  const endMs = clock.now();
  // The product version is told to anybody on some releases; a collection of the org is not.
  await http.send({ method: 'GET', path: orgPath(http, 'labels'), query: { max_results: 1 }, signal });
  const wire = record(product.json, 'product version', http.orgId);
  return {
    host: http.host,
    port: http.port,
    orgId: http.orgId,
    version: text(wire, 'version'),
    build: buildOf(wire.fields.build, () => number(wire, 'build')),
    health: await readHealth(http, signal),
    latencyMs: endMs - startMs,
    clockSkewMs: skewOf(product, (startMs + endMs) / 2),
  };
}

/** A number, in old releases as text (objects.md §2.4). */
function buildOf(value: unknown, read: () => number): number | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : read();
}

/** SaaS officially has no health endpoint (objects.md §2.4), which is no fault of the connection. */
async function readHealth(http: PceHttp, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    const { json } = await http.send({ method: 'GET', path: apiPath`/health`, signal });
    const cluster: unknown = Array.isArray(json) ? json[0] : json;
    return isObject(cluster) ? optionalText(record(cluster, 'health report', http.orgId), 'status') : null;
  } catch (error) {
    if (error instanceof Failure && ABSENT.has(error.code)) return null;
    throw error;
  }
}

const ABSENT: ReadonlySet<string> = new Set(['pce_not_found', 'pce_forbidden', 'pce_rejected']);

/** The Date header has whole seconds, so half a second is added. */
function skewOf(answer: Answer, ourMs: number): number | null {
  const theirs = Date.parse(answer.header('date') ?? '');
  return Number.isNaN(theirs) ? null : Math.round(theirs + 500 - ourMs);
}
