import { fillPath, mapHrefs } from '../../changes/placeholders.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { hrefOf, hrefsInSubset, policyTypeOf } from '../../changes/wire.ts';
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Change } from '../segmentation/hypothetical.ts';

/** What a plan does to the policy that decides flows. */
export type PolicyStep =
  | { readonly kind: 'edit'; readonly change: Change }
  /** Takes effect at once: labels or the mode of a workload, as their wire form. */
  | { readonly kind: 'workload'; readonly href: string; readonly fields: JsonObject }
  /** Pending changes are thrown away. */
  | { readonly kind: 'revert'; readonly hrefs: readonly string[] }
  /** These drafts come into force. */
  | { readonly kind: 'commit'; readonly hrefs: readonly string[] }
  /** An earlier version becomes the draft. */
  | { readonly kind: 'restore'; readonly version: string };

export interface PolicySteps {
  readonly steps: readonly PolicyStep[];
  /** What is changed and not judged, in words. */
  readonly unjudged: readonly string[];
  /** Whether any request is about policy at all. */
  readonly touches: boolean;
}

type Request = Pick<PlannedRequest, 'method' | 'path' | 'body'>;

const JUDGED = new Set(['rule_sets', 'ip_lists', 'services', 'label_groups', 'enforcement_boundaries']);
/** Fields that decide no flow. */
const REMARKS = new Set(['name', 'description', 'external_data_set', 'external_data_reference']);
const OPERATIONS = { POST: 'create', PUT: 'update', DELETE: 'delete' } as const;

/** What these requests do, in their order. */
export function policySteps(requests: readonly Request[]): PolicySteps {
  const made = new Map<string, string>();
  const steps: PolicyStep[] = [];
  const unjudged = new Set<string>();
  let [edits, touches] = [0, false];
  for (const [index, request] of requests.entries()) {
    const path = fillPath(request.path, made);
    const body = mapHrefs(request.body, (href) => fillPath(href, made));
    const [, place = ''] = /^\/orgs\/\d+\/(.*)$/.exec(path) ?? [];
    const isPolicy = /^sec_policy(?:\/|$)/.test(place);
    const own = isPolicy ? policyStep(place, { ...request, path, body }) : workloadSteps(place, path, body);
    const left =
      isPolicy && own === null ? (policyTypeOf(path) ?? place).replaceAll('_', ' ') : membership(place, request);
    touches ||= isPolicy || left !== null || (own ?? []).length > 0;
    if (left !== null) unjudged.add(left);
    steps.push(...(own ?? []));
    edits += own?.filter(({ kind }) => kind === 'edit').length ?? 0;
    // As `hypothetical` calls what the n-th change creates.
    if (request.method === 'POST') made.set(String(index + 1), `${path}/new-${edits}`);
  }
  return { steps, unjudged: [...unjudged], touches };
}

/** Null: it changes policy in a way that is not judged. */
function policyStep(place: string, { method, path, body }: Request): readonly PolicyStep[] | null {
  if (place === 'sec_policy') return [{ kind: 'commit', hrefs: hrefsInSubset(body) }];
  if (place === 'sec_policy/delete') return [{ kind: 'revert', hrefs: hrefsInSubset(body) }];
  const version = /^sec_policy\/(\d+)\/restore$/.exec(place)?.[1];
  if (version !== undefined) return [{ kind: 'restore', version }];
  if (!JUDGED.has(policyTypeOf(path) ?? '')) return null;
  if (method === 'PUT' && isObject(body) && Object.keys(body).every((field) => REMARKS.has(field))) return [];
  const object = body === undefined ? {} : { object: JSON.stringify(body) };
  return [{ kind: 'edit', change: { operation: OPERATIONS[method], href: path, ...object } }];
}

/** What of workloads decides flows and is not judged, because no flow tells which addresses a workload was not there for. */
function membership(place: string, { method, body }: Request): string | null {
  const items = Array.isArray(body) ? body.filter(isWire) : isWire(body) ? [body] : [];
  if (place === 'workloads/bulk_delete' || (method === 'DELETE' && place.startsWith('workloads/')))
    return 'workloads that are deleted';
  if (!/^workloads(?:\/|$)/.test(place)) return null;
  if (method === 'POST' || place === 'workloads/bulk_create')
    return items.some(({ labels }) => Array.isArray(labels) && labels.length > 0) ? 'workloads that are made' : null;
  return items.some(({ interfaces }) => interfaces !== undefined) ? 'addresses of workloads' : null;
}

/** Labels and modes of workloads take effect at once. */
function workloadSteps(place: string, path: string, body: JsonValue | undefined): readonly PolicyStep[] {
  if (place === 'workloads/bulk_update' && Array.isArray(body))
    return body.filter(isWire).flatMap((item) => workloadStep(hrefOf(item), item));
  return /^workloads\/(?!bulk_)[^/]+$/.test(place) && isWire(body) ? workloadStep(path, body) : [];
}

const isWire = (value: JsonValue | undefined): value is JsonObject => isObject(value);

function workloadStep(href: string, { labels, enforcement_mode: mode }: JsonObject): readonly PolicyStep[] {
  const fields = {
    ...(labels === undefined ? {} : { labels }),
    ...(mode === undefined ? {} : { enforcement_mode: mode }),
  };
  return Object.keys(fields).length === 0 ? [] : [{ kind: 'workload', href, fields }];
}
