import type { JsonObject } from '../../core/json.ts';
import { requireGlobal, scopeTest } from '../auth/scope.ts';
import { invalidUri, notFound } from '../http/refusals.ts';
import type { Request, ResourceChange, Route } from '../http/route.ts';
import { either, flag, hrefObject, list, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import { labelCreated, newLabel } from '../objects/labels.ts';
import { idIn, isoTime, labelIdIn, lastSegment } from '../objects/wire.ts';
import { workloadChange } from '../objects/workload-audit.ts';
import { relabelled } from '../objects/workload-edit.ts';
import type { RecordKind } from '../records/record-kind.ts';
import {
  auditFields,
  recordChange,
  recordHref,
  recordOf,
  recordRoutes,
  removeRecord,
  renderRecord,
  updateRecord,
} from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { expressionSchema, mappingTest } from './expression.ts';
import { proposals } from './run.ts';

type Call = Request<WorldState>;

const assignments = list(
  either(
    record({ label: open({ key: text, value: text }) }, ['label']),
    record({ label: open({ href: text }) }, ['label']),
  ),
);
const fields = { expression: expressionSchema, label_assignments: assignments, overwrite: flag };

const RULES = 'label_mapping_rules';
const RUNS = 'label_mapping_runs';

const positionOf = ({ body }: StoredRecord): number => (typeof body['position'] === 'number' ? body['position'] : 0);

/** In the order in which they are tried. */
const inOrder = ({ records }: WorldState): readonly StoredRecord[] =>
  records.all(RULES).toSorted((a, b) => positionOf(a) - positionOf(b));

const ruleKind: RecordKind = {
  collection: RULES,
  path: '/orgs/:org/label_mapping_rules',
  singular: 'label_mapping_rule',
  schema: 'label_mapping_rules_get',
  ids: 'integer',
  // An assignment may name a label that does not exist yet.
  literal: ['expression', 'label_assignments'],
  checkPost: bodyCheck<JsonObject>('label_mapping_rules_post', record(fields, ['expression', 'label_assignments'])),
  checkPut: bodyCheck<JsonObject>('label_mapping_rules_put', record({ enabled: flag, ...fields })),
  body(world, given, before) {
    const last = inOrder(world).at(-1);
    const body: JsonObject = {
      enabled: true,
      overwrite: false,
      position: last === undefined ? 0 : positionOf(last) + 1,
      ...before?.body,
      ...given,
    };
    if (isJsonObject(body['expression'])) mappingTest(body['expression']);
    for (const { label } of objectsIn(body['label_assignments'])) {
      const href = hrefOf(label);
      if (href !== null && !world.label(labelIdIn(world.orgId, href) ?? -1)) throw invalidUri(href);
    }
    return body;
  },
  render(_world, own) {
    const { position: _position, ...body } = own.body;
    return { ...body, ...auditFields(own) };
  },
};

const { path } = ruleKind;

/** The list, in the order in which rules are tried. */
const listRoute: Route<WorldState> = {
  method: 'GET',
  path,
  access: 'read',
  collection: true,
  schema: 'label_mapping_rules_get',
  handle(request) {
    const rules = inOrder(request.world);
    const render = renderRecord(ruleKind, request);
    return { items: rules, total: rules.length, render: (rule) => render(rule as StoredRecord) };
  },
};

const checkMany = bodyCheck<{ readonly rules: readonly { readonly href: string }[] }>(
  'label_mapping_rules_delete_put',
  record({ rules: list(record({ href: text }, ['href']), { minItems: 1, maxItems: 1000 }) }, ['rules']),
);
const checkUpdates = bodyCheck<readonly (JsonObject & { readonly href: string })[]>(
  'label_mapping_rules_update_put',
  list(record({ href: text, enabled: flag, expression: expressionSchema, label_assignments: assignments }, ['href'])),
);
const checkReorder = bodyCheck<{ readonly position: number }>(
  'label_mapping_rules_reorder_put',
  record({ position: { type: 'integer', minimum: 0 } }, ['position']),
);
const checkRun = bodyCheck<{
  readonly workloads?: readonly { readonly href: string }[];
  readonly rules?: readonly { readonly href: string }[];
  readonly assign_labels?: boolean;
}>(
  'label_mapping_rules_run_post',
  record({ workloads: list(hrefObject), rules: list(hrefObject), assign_labels: flag }),
);

/** The rule of an href. Throws 406. */
function ruleOf(world: WorldState, href: string): StoredRecord {
  const rule = world.records.get(RULES, idIn(`/orgs/${world.orgId}/label_mapping_rules`, href) ?? '');
  if (!rule) throw invalidUri(href);
  return rule;
}

function deleteMany(request: Call) {
  const { world, audit } = request;
  const rules = checkMany(request.body).rules.map(({ href }) => ruleOf(world, href));
  for (const rule of rules) removeRecord(ruleKind, request, rule);
  audit(
    'label_mapping_rule.delete',
    rules.map((rule) => recordChange(world, ruleKind, rule, null)),
  );
  return { status: 204 };
}

function updateMany(request: Call) {
  const { world, audit } = request;
  const updates = checkUpdates(request.body).map(({ href, ...given }) => ({ rule: ruleOf(world, href), given }));
  audit(
    'label_mapping_rule.update',
    updates.map(({ rule, given }) => recordChange(world, ruleKind, rule, updateRecord(ruleKind, request, rule, given))),
  );
  return { status: 204 };
}

/** Moves a rule; the others close up. */
function reorder(request: Call) {
  const { world, caller, audit } = request;
  requireGlobal(caller);
  const rule = recordOf(ruleKind, request);
  const { position } = checkReorder(request.body);
  const others = inOrder(world).filter(({ id }) => id !== rule.id);
  const order = [...others.slice(0, position), rule, ...others.slice(position)];
  order.forEach((own, index) => {
    if (positionOf(own) !== index) world.records.put(RULES, { ...own, body: { ...own.body, position: index } });
  });
  audit('label_mapping_rule.update', [recordChange(world, ruleKind, rule, rule)]);
  return { status: 204 };
}

const renderRun = (world: WorldState, run: StoredRecord): JsonObject => ({
  href: `/orgs/${world.orgId}/label_mapping_rules/run/${run.id}`,
  status: 'done',
  progress_percent: 100,
  result: `/orgs/${world.orgId}/label_mapping_rules/run/${run.id}/download`,
  created_at: isoTime(run.createdMs),
  created_by: { href: run.createdBy },
  updated_at: isoTime(run.updatedMs),
  label_mapping_params: run.body['params'],
});

/** Tries the rules at once; the run is there to be looked at, and to be carried out. */
function run(request: Call) {
  const { world, caller } = request;
  requireGlobal(caller);
  const params = checkRun(request.body ?? {});
  const covers = scopeTest(world, caller);
  const chosen = params.workloads?.map(({ href }) => {
    const workload = world.workloads.get(idIn(`/orgs/${world.orgId}/workloads`, href) ?? '');
    if (!workload || workload.deleted) throw invalidUri(href);
    return workload;
  });
  const rules =
    params.rules?.map(({ href }) => ruleOf(world, href)) ??
    inOrder(world).filter(({ body }) => body['enabled'] === true);
  const workloads = (chosen ?? world.workloads.all()).filter(({ record: own }) => covers(own.labels));
  const results = proposals(world, rules, workloads, (rule) => recordHref(world, ruleKind, rule));
  const now = world.clock.now();
  const made: StoredRecord = {
    id: world.ids.uuid(),
    parent: null,
    body: { params: { ...params }, results },
    createdMs: now,
    createdBy: caller.href,
    updatedMs: now,
    updatedBy: caller.href,
  };
  world.records.put(RUNS, made);
  if (params.assign_labels === true) assign(request, made);
  return { status: 201, json: renderRun(world, made) };
}

function runOf({ world, params }: Call): StoredRecord {
  const found = world.records.get(RUNS, params['job'] ?? '');
  if (!found) throw notFound();
  return found;
}

/** Gives the workloads of a run what its rules proposed; labels that are missing are made. */
function assign(request: Call, { body }: StoredRecord): void {
  const { world, caller, audit } = request;
  const changes: ResourceChange[] = [];
  for (const result of objectsIn(body['results'])) {
    const workload = world.workloads.get(lastSegment(hrefOf(result) ?? ''));
    if (!workload || workload.deleted) continue;
    const given = objectsIn(result['labels_to_assign']).map((label) => {
      const [key, value] = [textIn(label['key']) ?? '', textIn(label['value']) ?? ''];
      const known = world.labels.find(key, value);
      if (known) return known.record;
      const made = newLabel(request, { key, value });
      audit('label.create', [labelCreated(world, made)]);
      return made.record;
    });
    const keys = new Set(given.map(({ key }) => key));
    const kept = workload.record.labels.filter((id) => !keys.has(world.labels.get(id)?.record.key ?? ''));
    const after = relabelled(world, caller, workload, [...kept, ...given.map(({ id }) => id)]);
    world.workloads.put(after);
    changes.push(workloadChange(world, workload, after));
  }
  audit('workloads.update', changes);
}

/** Rules that give workloads labels by what they are called, where they are, and what runs on them. */
export const labelMappingRoutes: readonly Route<WorldState>[] = [
  listRoute,
  ...recordRoutes(ruleKind).filter((route) => route.method !== 'GET' || route.path !== path),
  { method: 'PUT', path: `${path}/delete`, access: 'write', handle: deleteMany },
  { method: 'PUT', path: `${path}/update`, access: 'write', handle: updateMany },
  { method: 'PUT', path: `${path}/:id/reorder`, access: 'write', handle: reorder },
  { method: 'POST', path: `${path}/run`, access: 'write', schema: 'label_mapping_rules_run_get', handle: run },
  {
    method: 'GET',
    path: `${path}/run/:job`,
    access: 'read',
    schema: 'label_mapping_rules_run_get',
    handle: (request) => ({ status: 200, json: renderRun(request.world, runOf(request)) }),
  },
  {
    method: 'PUT',
    path: `${path}/run/:job/assign_labels`,
    access: 'write',
    handle(request) {
      requireGlobal(request.caller);
      assign(request, runOf(request));
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: `${path}/run/:job/download`,
    access: 'read',
    schema: 'label_mapping_rules_run_download_get',
    handle: (request) => ({ status: 200, json: { results: runOf(request).body['results'] } }),
  },
];
