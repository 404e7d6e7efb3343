import { clusterFilter } from '../containers/nodes.ts';
import { exact, flagParam, listParam, numberRangeParam, partial, textParam, timeRangeParam } from '../http/query.ts';
import { findingsOn, renderSummary } from '../vulnerabilities/wire.ts';
import type { WorldState } from '../world-state.ts';
import { labelFilter } from './label-filter.ts';
import { idIn } from './wire.ts';
import { LEGACY_MODES } from './workload-wire.ts';
import type { StoredWorkload } from './workload-store.ts';

type Test = (workload: StoredWorkload) => boolean;

/** The filters of `GET workloads` (objects.md §6.1) as one test. Parameters the PCE does not know are ignored. */
export function workloadFilter(world: WorldState, query: URLSearchParams): Test {
  const tests = [
    ...labelTests(world, query),
    ...textTests(query),
    ...stateTests(world, query),
    ...venTests(world, query),
  ];
  return (workload) => tests.every((test) => test(workload));
}

function labelTests(world: WorldState, query: URLSearchParams): Test[] {
  const labels = labelFilter(world, query);
  return query.has('labels') ? [({ record }) => labels(record.labels)] : [];
}

function textTests(query: URLSearchParams): Test[] {
  const name = partial(query, 'name');
  const hostname = partial(query, 'hostname');
  const description = partial(query, 'description');
  const osId = partial(query, 'os_id');
  const ip = partial(query, 'ip_address');
  const dataSet = exact(query, 'external_data_set');
  const reference = exact(query, 'external_data_reference');
  const tests: readonly (readonly [parameter: string, test: Test])[] = [
    ['name', ({ record }) => name(record.name)],
    ['hostname', ({ record }) => hostname(record.hostname)],
    ['description', ({ record }) => description(record.description)],
    ['os_id', ({ record }) => osId(record.osId)],
    ['ip_address', ({ record }) => record.interfaces.some(({ address }) => ip(address))],
    ['external_data_set', ({ record }) => dataSet(record.externalDataSet)],
    ['external_data_reference', ({ record }) => reference(record.externalDataReference)],
  ];
  return tests.flatMap(([parameter, test]) => (textParam(query, parameter) === undefined ? [] : [test]));
}

function stateTests(world: WorldState, query: URLSearchParams): Test[] {
  const tests: Test[] = [];
  const managed = flagParam(query, 'managed');
  if (managed !== undefined) tests.push(({ record }) => record.managed === managed);
  const online = flagParam(query, 'online');
  if (online !== undefined) tests.push(({ record }) => record.online === online);
  const mode = textParam(query, 'enforcement_mode');
  if (mode !== undefined) tests.push(({ record }) => record.enforcementMode === mode);
  const modes = listParam(query, 'enforcement_modes');
  if (modes) tests.push(({ record }) => modes.includes(record.enforcementMode));
  const legacy = textParam(query, 'mode');
  if (legacy !== undefined) tests.push(({ record }) => LEGACY_MODES[record.enforcementMode] === legacy);
  const visibility = textParam(query, 'visibility_level');
  if (visibility !== undefined) tests.push(({ record }) => record.visibilityLevel === visibility);
  const logTraffic = flagParam(query, 'log_traffic');
  if (logTraffic !== undefined) tests.push(({ record }) => (record.visibilityLevel === 'flow_summary') === logTraffic);
  const exposed = numberRangeParam(query, 'vulnerability_summary.vulnerability_exposure_score');
  if (exposed)
    tests.push(({ record }) => {
      const findings = record.managed ? findingsOn(world, record.id) : [];
      const score = renderSummary(findings, true)['vulnerability_exposure_score'];
      return findings.length > 0 && typeof score === 'number' && score >= exposed.from && score <= exposed.to;
    });
  const severity = textParam(query, 'risk_summary.ransomware.workload_exposure_severity');
  if (severity !== undefined) tests.push(({ record }) => record.ransomware?.severity === severity);
  return tests;
}

function venTests(world: WorldState, query: URLSearchParams): Test[] {
  const tests: Test[] = [];
  const venType = textParam(query, 'ven.ven_type');
  if (venType !== undefined) tests.push(({ record }) => record.ven?.type === venType);
  const ven = textParam(query, 'ven');
  if (ven !== undefined) {
    const id = idIn(`/orgs/${world.orgId}/vens`, ven);
    tests.push(({ record }) => record.ven !== null && record.id === id);
  }
  const pce = textParam(query, 'agent.active_pce_fqdn');
  if (pce !== undefined) tests.push(({ record }) => record.ven !== null && world.estate.pceFqdn === pce);
  const health = textParam(query, 'policy_health');
  if (health !== undefined) tests.push((workload) => policyHealth(workload) === health);
  const heartbeat = timeRangeParam(query, 'last_heartbeat_on');
  if (heartbeat)
    tests.push(({ record: { ven: own } }) => {
      const at = own?.lastHeartbeatMs ?? null;
      return at !== null && at >= heartbeat.from && at <= heartbeat.to;
    });
  const updateMode = textParam(query, 'security_policy_update_mode');
  if (updateMode !== undefined) tests.push(() => updateMode === 'adaptive');
  const syncState = textParam(query, 'security_policy_sync_state');
  if (syncState !== undefined)
    tests.push(({ record: { ven: own } }) => (own?.policyAppliedMs === null ? 'syncing' : 'applied') === syncState);
  const inCluster = clusterFilter(world, query);
  if (inCluster) tests.push(inCluster);
  return tests;
}

function policyHealth({ record: { ven } }: StoredWorkload): string {
  if (ven?.status === 'suspended') return 'suspended';
  if (ven?.conditions.some(({ severity }) => severity === 'err')) return 'error';
  return ven && ven.conditions.length > 0 ? 'warning' : 'active';
}
