import { invalidUri, notFound } from '../http/refusals.ts';
import { ApiError, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { isObject } from '../../core/json.ts';
import type { WorldState } from '../world-state.ts';
import { idIn, lastSegment, workloadHref } from './wire.ts';
import { workloadChange } from './workload-audit.ts';
import { checkBulk, checkBulkDelete, checkRemoveLabels, checkSetLabels, checkWorkloadPost } from './workload-body.ts';
import { labelIds, newWorkload, relabelled } from './workload-edit.ts';
import type { StoredWorkload } from './workload-store.ts';
import { deleteWorkload, updateWorkload } from './workloads.ts';

/** The living workload of an href, or of `…/workloads?external_data_set=…&external_data_reference=…` (objects.md §6.5). */
export function workloadByHref(world: WorldState, href: unknown): StoredWorkload {
  const collection = `/orgs/${world.orgId}/workloads`;
  const id = idIn(collection, href);
  const found = id === null ? byExternalReference(world, collection, href) : world.workloads.get(id);
  if (!found || found.deleted) throw notFound();
  return found;
}

function byExternalReference(world: WorldState, collection: string, href: unknown): StoredWorkload | undefined {
  const [path, search] = typeof href === 'string' ? href.split('?') : [];
  if (path !== collection || search === undefined) return undefined;
  const query = new URLSearchParams(search);
  const dataSet = query.get('external_data_set');
  const reference = query.get('external_data_reference');
  if (dataSet === null || reference === null) return undefined;
  return world.workloads.byExternal(dataSet, reference);
}

/** The answer for one item of a bulk call that failed (objects.md §6.5); anything but a refusal is thrown on. */
export const bulkFailure = (href: string | null, error: unknown) => {
  if (!(error instanceof ApiError)) throw error;
  const [first] = error.errors;
  const token = first?.token ?? '';
  const status = token === 'input_validation_error' ? 'validation_failure' : 'error';
  return { href, status, token, message: first?.message ?? '' };
};

function bulkCreate(request: Request<WorldState>) {
  const { world, caller, body, audit } = request;
  const changes: ResourceChange[] = [];
  const results = checkBulk(body).map((item) => {
    try {
      const workload = newWorkload(world, caller, checkWorkloadPost(item));
      world.workloads.put(workload);
      changes.push(workloadChange(world, null, workload));
      return { href: workloadHref(world.orgId, workload.record.id), status: 'created' };
    } catch (error) {
      return bulkFailure(null, error);
    }
  });
  audit('workloads.bulk_create', changes);
  return { status: 200, json: results };
}

function bulkUpdate(request: Request<WorldState>) {
  const { world, body, audit } = request;
  const changes: ResourceChange[] = [];
  const results = checkBulk(body).map((item) => {
    const href = isObject(item) && typeof item['href'] === 'string' ? item['href'] : null;
    try {
      const before = workloadByHref(world, href);
      const after = updateWorkload(request, before, item);
      changes.push(workloadChange(world, before, after));
      return { href: workloadHref(world.orgId, after.record.id), status: 'updated' };
    } catch (error) {
      return bulkFailure(href, error);
    }
  });
  audit('workloads.bulk_update', changes);
  return { status: 200, json: results };
}

/** Only failures are listed; `[]` is full success (objects.md §6.5). */
function bulkDelete(request: Request<WorldState>) {
  const { world, body, audit } = request;
  const changes: ResourceChange[] = [];
  const failures = checkBulkDelete(body).flatMap(({ href }) => {
    try {
      const workload = workloadByHref(world, href);
      deleteWorkload(request, workload);
      changes.push(workloadChange(world, workload, null));
      return [];
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [{ href, errors: error.errors }];
    }
  });
  audit('workloads.bulk_delete', changes);
  return { status: 200, json: failures };
}

/** Applies one relabelling to all named workloads, or to none when one of them does not exist. */
function relabel(
  { world, caller, audit }: Request<WorldState>,
  eventType: string,
  hrefs: readonly { readonly href: string }[],
  labelsOf: (workload: StoredWorkload) => readonly number[],
) {
  const pairs = hrefs.map(({ href }) => {
    const before = existing(world, href);
    return { before, after: relabelled(world, caller, before, labelsOf(before)) };
  });
  for (const { after } of pairs) world.workloads.put(after);
  audit(
    eventType,
    pairs.map(({ before, after }) => workloadChange(world, before, after)),
  );
  return { status: 200, json: [] };
}

function existing(world: WorldState, href: string): StoredWorkload {
  const workload = world.workloads.get(lastSegment(href));
  if (!workload || workload.deleted || workloadHref(world.orgId, workload.record.id) !== href) throw invalidUri(href);
  return workload;
}

const keyOf = (world: WorldState, id: number): string => world.labels.get(id)?.record.key ?? '';

/** Each label replaces the one of its key; the keys named are cleared; others stay (objects.md §6.6). */
function setLabels(request: Request<WorldState>) {
  const { world, body } = request;
  const given = checkSetLabels(body);
  const labels = labelIds(world, given.labels);
  const cleared = new Set([...labels.map((id) => keyOf(world, id)), ...(given.delete_existing_keys ?? [])]);
  return relabel(request, 'workloads.set_labels', given.workloads, ({ record }) => [
    ...(given.delete_existing ? [] : record.labels.filter((id) => !cleared.has(keyOf(world, id)))),
    ...labels,
  ]);
}

function removeLabels(request: Request<WorldState>) {
  const { world, body } = request;
  const given = checkRemoveLabels(body);
  return relabel(request, 'workloads.remove_labels', given.workloads, ({ record }) =>
    record.labels.filter((id) => !given.label_keys.includes(keyOf(world, id))),
  );
}

/** Workloads by the thousand (objects.md §6.5, §6.6). */
export const workloadBulkRoutes: readonly Route<WorldState>[] = [
  { method: 'PUT', path: '/orgs/:org/workloads/bulk_create', access: 'write', handle: bulkCreate },
  { method: 'PUT', path: '/orgs/:org/workloads/bulk_update', access: 'write', handle: bulkUpdate },
  { method: 'PUT', path: '/orgs/:org/workloads/bulk_delete', access: 'write', handle: bulkDelete },
  { method: 'PUT', path: '/orgs/:org/workloads/set_labels', access: 'write', handle: setLabels },
  { method: 'PUT', path: '/orgs/:org/workloads/remove_labels', access: 'write', handle: removeLabels },
];
