import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import { invalidUri } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { flag, integer, list, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, objectsIn } from '../lifecycle/body.ts';
import { isoTime, lastSegment, workloadHref } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import { workloadOf } from '../objects/workloads.ts';
import type { RecordKind } from '../records/record-kind.ts';
import {
  auditFields,
  createRecord,
  recordChange,
  recordHref,
  recordRoutes,
  updateRecord,
} from '../records/record-routes.ts';
import type { WorldState } from '../world-state.ts';
import { DETECTIONS, detectionId, VULNERABILITIES } from './detection.ts';
import { riskDetailRoute } from './risk-details.ts';
import { riskSummaryRoutes } from './risk-summary.ts';
import { findingsOn, renderAggregate, renderFinding, renderSummary, renderVulnerability } from './wire.ts';

type Call = Request<WorldState>;

const score = { type: 'integer', minimum: 0, maximum: 100 };
const fields = { score, cve_ids: list(text), description: text, name: text };

const vulnerabilityKind: RecordKind = {
  collection: VULNERABILITIES,
  path: '/orgs/:org/vulnerabilities',
  singular: 'vulnerability',
  schema: 'vulnerabilities_get',
  ids: 'uuid',
  body: (_world, given, before) => ({ cve_ids: [], ...before?.body, ...given }),
  render: (world, own) => renderVulnerability(world, own),
  removed(world, { id }) {
    for (const { id: detection, body } of world.records.all(DETECTIONS))
      if (lastSegment(hrefOf(body['vulnerability']) ?? '') === id) world.records.remove(DETECTIONS, detection);
  },
};

const reportKind: RecordKind = {
  collection: 'vulnerability_reports',
  path: '/orgs/:org/vulnerability_reports',
  singular: 'vulnerability_report',
  schema: 'vulnerability_reports_get',
  ids: 'uuid',
  body: (_world, given, before) => ({
    authoritative: false,
    scanned_ips: [],
    ...before?.body,
    ...given,
  }),
  render: (world, own) => ({
    ...own.body,
    num_vulnerabilities: world.records.all(DETECTIONS).filter(({ body }) => body['report'] === own.id).length,
    ...auditFields(own),
  }),
  removed(world, { id }) {
    for (const { id: detection, body } of world.records.all(DETECTIONS))
      if (body['report'] === id) world.records.remove(DETECTIONS, detection);
  },
};

const checkPost = bodyCheck<readonly (JsonObject & { readonly reference_id: string })[]>(
  'vulnerabilities_post',
  list(record({ reference_id: text, ...fields }, ['reference_id', 'score', 'name']), { maxItems: 1000 }),
);
const checkPut = bodyCheck<JsonObject>('vulnerabilities_put', record(fields, ['score', 'name']));

const detection = record(
  {
    ip_address: { type: 'string', format: 'ip-address' },
    port: integer,
    proto: integer,
    workload: record({ href: text }, ['href']),
    vulnerability: record({ href: text }, ['href']),
    external_data_reference: text,
    state: oneOf('active', 'fixed'),
  },
  ['ip_address', 'workload', 'vulnerability'],
);
const MOST = { maxItems: 100_000 };
const checkReport = bodyCheck<JsonObject>(
  'vulnerability_reports_put',
  record(
    {
      name: text,
      report_type: text,
      authoritative: flag,
      scanned_ips: list({ type: 'string', format: 'ip-address' }, MOST),
      detected_vulnerabilities: list(detection, MOST),
      exported_at: text,
    },
    ['name', 'report_type'],
  ),
);

/** Makes or changes the record of an id that its sender chose. */
function upsert(request: Pick<Call, 'world' | 'caller'>, kind: RecordKind, id: string, given: JsonObject) {
  const before = request.world.records.get(kind.collection, id) ?? null;
  const after = before
    ? updateRecord(kind, request, before, given)
    : createRecord({ ...kind, ids: () => id }, request, given, null);
  return { before, after };
}

function upsertOne(request: Call, kind: RecordKind, given: JsonObject) {
  const { before, after } = upsert(request, kind, request.params['id'] ?? '', given);
  const change = recordChange(request.world, kind, before, after);
  request.audit(`${kind.singular}.${before ? 'update' : 'create'}`, [change]);
  return { status: 204 };
}

/** Vulnerabilities in bulk, made or changed by the ids of their scanner. */
function upsertMany(request: Call) {
  const { world } = request;
  const done = checkPost(request.body).map(({ reference_id: id, ...given }) =>
    upsert(request, vulnerabilityKind, id, given),
  );
  request.audit(
    'vulnerability.create',
    done.map(({ before, after }) => recordChange(world, vulnerabilityKind, before, after)),
  );
  const json = done.map(({ before, after }) => ({
    href: recordHref(world, vulnerabilityKind, after),
    status: before ? 'updated' : 'created',
  }));
  return { status: 201, json };
}

const addressesIn = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

/** A scan: what it found is added, what it calls fixed is taken away, and an authoritative one replaces all that was known of its addresses. */
function report(request: Call) {
  const { world, caller, params } = request;
  const { detected_vulnerabilities: found, ...given } = checkReport(request.body);
  const id = params['id'] ?? '';
  const now = world.clock.now();
  const detections = objectsIn(found).map((item) => {
    const { state = 'active', ...body } = item;
    const workload = lastSegment(hrefOf(body['workload']) ?? '');
    if (!world.workload(workload)) throw invalidUri(hrefOf(body['workload']) ?? '');
    const vulnerability = hrefOf(body['vulnerability']) ?? '';
    if (!world.records.get(VULNERABILITIES, lastSegment(vulnerability))) throw invalidUri(vulnerability);
    const stored: JsonObject = { ...body, report: id };
    return { workload, state, body: stored };
  });
  const answer = upsertOne(request, reportKind, given);
  if (given['authoritative'] === true) {
    const scanned = new Set([
      ...addressesIn(given['scanned_ips']),
      ...detections.map(({ body }) => body['ip_address']),
    ]);
    for (const known of world.records.all(DETECTIONS))
      if (scanned.has(known.body['ip_address'])) world.records.remove(DETECTIONS, known.id);
  }
  for (const { workload, state, body } of detections) {
    const key = detectionId(body);
    if (state === 'fixed') world.records.remove(DETECTIONS, key);
    else
      world.records.put(DETECTIONS, {
        id: key,
        parent: workload,
        body,
        createdMs: world.records.get(DETECTIONS, key)?.createdMs ?? now,
        createdBy: caller.href,
        updatedMs: now,
        updatedBy: caller.href,
      });
  }
  return answer;
}

/** Of one workload: the summary and each finding. */
function detected(world: WorldState, { record: own }: StoredWorkload): JsonObject {
  const findings = findingsOn(world, own.id);
  const latest = findings.reduce((at, { record: finding }) => Math.max(at, finding.updatedMs), own.updatedMs);
  return {
    detected_vulnerability_summary: renderSummary(findings, own.managed),
    workload_detected_vulnerabilities: findings.map((finding) => renderFinding(world, finding)),
    last_updated_at: isoTime(latest),
  };
}

/** Workloads in the caller's scope on which something was found. */
function affected({ world, caller }: Call): readonly StoredWorkload[] {
  const covers = scopeTest(world, caller);
  return world.workloads
    .all()
    .filter(({ record: own }) => covers(own.labels) && world.records.below(DETECTIONS, own.id).length > 0);
}

function aggregated(request: Call) {
  const { world } = request;
  const findings = affected(request).flatMap(({ record: own }) => findingsOn(world, own.id));
  const groups = Map.groupBy(findings, ({ record: own, vulnerability }) =>
    JSON.stringify([vulnerability.id, own.body['proto'], own.body['port']]),
  );
  return {
    status: 200,
    json: {
      aggregated_detected_vulnerability_summary: renderSummary(findings, true),
      aggregated_detected_vulnerabilities: [...groups.values()].map((group) => renderAggregate(world, group)),
    },
  };
}

const one = `${vulnerabilityKind.path}/:id`;

/** Vulnerabilities, the reports of scanners, and what they found where (traffic.md §12.2). */
export const vulnerabilityRoutes: readonly Route<WorldState>[] = [
  ...recordRoutes(vulnerabilityKind, ['GET', 'DELETE']),
  { method: 'POST', path: vulnerabilityKind.path, access: 'write', handle: upsertMany },
  {
    method: 'PUT',
    path: one,
    access: 'write',
    handle: (request) => upsertOne(request, vulnerabilityKind, checkPut(request.body)),
  },
  ...recordRoutes(reportKind, ['GET', 'DELETE']),
  { method: 'PUT', path: `${reportKind.path}/:id`, access: 'write', handle: report },
  {
    method: 'GET',
    path: '/orgs/:org/workloads/:id/detected_vulnerabilities',
    access: 'read',
    handle: (request) => ({ status: 200, json: detected(request.world, workloadOf(request)) }),
  },
  {
    method: 'GET',
    path: '/orgs/:org/workloads/detailed_vulnerabilities',
    access: 'read',
    collection: true,
    handle(request) {
      const { world } = request;
      const found = affected(request);
      return collection(found, found.length, (workload) => ({
        workload: { href: workloadHref(world.orgId, workload.record.id) },
        ...detected(world, workload),
      }));
    },
  },
  { method: 'GET', path: '/orgs/:org/aggregated_detected_vulnerabilities', access: 'read', handle: aggregated },
  riskDetailRoute,
  ...riskSummaryRoutes,
];
