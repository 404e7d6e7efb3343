import type { Href } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import { hrefOf, textIn } from '../lifecycle/body.ts';
import { isoTime, lastSegment, workloadHref } from '../objects/wire.ts';
import { auditFields } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { DETECTIONS, VULNERABILITIES, vulnerabilityHref } from './detection.ts';
import { type Exposure, exposureOf, exposureScore } from './exposure.ts';

/** A finding with what it is, and who could use it. */
export interface Finding {
  readonly record: StoredRecord;
  readonly vulnerability: StoredRecord;
  readonly score: number;
  /** Null: no VEN, or no port. */
  readonly exposure: Exposure | null;
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** The findings on one workload, under the policy that is provisioned. */
export function findingsOn(world: WorldState, workloadId: string): readonly Finding[] {
  const records = world.records.below(DETECTIONS, workloadId);
  if (records.length === 0) return [];
  const policy = world.policy('active');
  return records.flatMap((record) => {
    const vulnerability = world.records.get(VULNERABILITIES, lastSegment(hrefOf(record.body['vulnerability']) ?? ''));
    if (!vulnerability) return [];
    const [port, proto] = [numberOf(record.body['port']), numberOf(record.body['proto'])];
    // One of the simulator's own hrefs.
    const href = workloadHref(world.orgId, workloadId) as Href;
    const exposure = port === null || proto === null ? null : exposureOf(policy, href, proto, port);
    return [{ record, vulnerability, score: numberOf(vulnerability.body['score']) ?? 0, exposure }];
  });
}

const MODES = ['full', 'selective', 'visibility', 'current'] as const;
const FIELDS = {
  full: 'full_enforcement_vulnerability_exposure',
  selective: 'selective_enforcement_vulnerability_exposure',
  visibility: 'visibility_enforcement_vulnerability_exposure',
  current: 'current_enforcement_vulnerability_exposure',
} as const;

const scoreIn = ({ score, exposure }: Finding, mode: (typeof MODES)[number]): number =>
  exposure === null ? 0 : exposureScore(score, exposure[mode], exposure.any);

const perMode = (of: (mode: (typeof MODES)[number]) => JsonObject): JsonObject =>
  Object.fromEntries(MODES.map((mode) => [FIELDS[mode], of(mode)]));

const wide = (findings: readonly Finding[]): JsonObject => ({
  any: findings.some(({ exposure }) => exposure?.any),
  ip_list: findings.some(({ exposure }) => exposure?.ipList),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** `vulnerabilities_summary` of a workload, or of several together (traffic.md §12.2). The plain fields mean full enforcement. */
export function renderSummary(findings: readonly Finding[], managed: boolean): JsonObject {
  const exposed = (mode: (typeof MODES)[number]): number => sum(findings.map(({ exposure }) => exposure?.[mode] ?? 0));
  const scored = (mode: (typeof MODES)[number]): number => sum(findings.map((finding) => scoreIn(finding, mode)));
  const latest = findings.reduce((at, { record }) => Math.max(at, record.updatedMs), 0);
  return {
    num_vulnerabilities: findings.length,
    vulnerability_score: sum(findings.map(({ score }) => score)),
    max_vulnerability_score: findings.reduce((most, { score }) => Math.max(most, score), 0),
    vulnerable_port_exposure: managed ? exposed('full') : null,
    vulnerable_port_wide_exposure: managed ? wide(findings) : { any: null, ip_list: null },
    vulnerability_exposure_score: managed ? scored('full') : null,
    ...(managed && {
      ...perMode((mode) => ({ vulnerable_port_exposure: exposed(mode), vulnerability_exposure_score: scored(mode) })),
      max_vulnerability_exposure_score: findings.reduce((most, finding) => Math.max(most, scoreIn(finding, 'full')), 0),
    }),
    vulnerability_computation_state: managed ? 'in_sync' : 'not_applicable',
    last_updated_at: latest === 0 ? null : isoTime(latest),
  };
}

export function renderVulnerability(world: WorldState, record: StoredRecord): JsonObject {
  return { href: vulnerabilityHref(world.orgId, record.id), ...record.body, ...auditFields(record) };
}

/** One finding as `detected_vulnerabilities` shows it. */
export function renderFinding(world: WorldState, finding: Finding): JsonObject {
  const { record, vulnerability, exposure } = finding;
  const { created_by: _createdBy, updated_by: _updatedBy, ...described } = renderVulnerability(world, vulnerability);
  return {
    ip_address: record.body['ip_address'],
    port: record.body['port'] ?? null,
    proto: record.body['proto'] ?? null,
    port_exposure: exposure?.full ?? null,
    port_vulnerability_exposure_score: exposure === null ? null : scoreIn(finding, 'full'),
    ...(exposure !== null &&
      perMode((mode) => ({
        vulnerable_port_exposure: exposure[mode],
        port_vulnerability_exposure_score: scoreIn(finding, mode),
      }))),
    port_wide_exposure: exposure === null ? { any: null, ip_list: null } : wide([finding]),
    workload: { href: hrefOf(record.body['workload']) },
    vulnerability: described,
    vulnerability_report: { href: `/orgs/${world.orgId}/vulnerability_reports/${textIn(record.body['report']) ?? ''}` },
  };
}

/** The same vulnerability on the same port wherever it is, as the vulnerability map groups them. */
export function renderAggregate(world: WorldState, findings: readonly Finding[]): JsonObject {
  const [first] = findings;
  if (!first) return {};
  const { href, score, name, cve_ids } = renderVulnerability(world, first.vulnerability);
  const exposed = (mode: (typeof MODES)[number]): number => sum(findings.map(({ exposure }) => exposure?.[mode] ?? 0));
  const scored = (mode: (typeof MODES)[number]): number => sum(findings.map((finding) => scoreIn(finding, mode)));
  return {
    port: first.record.body['port'] ?? null,
    proto: first.record.body['proto'] ?? null,
    vulnerable_port_exposure: exposed('full'),
    vulnerable_port_wide_exposure: wide(findings),
    vulnerability_exposure_score: scored('full'),
    ...perMode((mode) => ({
      vulnerable_port_exposure: exposed(mode),
      port_vulnerability_exposure_score: scored(mode),
    })),
    num_workloads: new Set(findings.map(({ record }) => record.parent)).size,
    vulnerability: { href, score, name, cve_ids },
  };
}
