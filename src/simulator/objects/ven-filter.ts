import { clusterFilter } from '../containers/nodes.ts';
import { flagParam, partial, textParam, timeRangeParam } from '../http/query.ts';
import { venNow } from '../vens/upgrading.ts';
import { comparableVersion } from '../vens/version.ts';
import type { WorldState } from '../world-state.ts';
import { labelFilter } from './label-filter.ts';
import type { Managed } from './ven-wire.ts';

/** Healthy, or the worst of its conditions. */
export function venHealth({ record: { ven } }: Managed): string {
  if (ven.conditions.some(({ severity }) => severity === 'err')) return 'error';
  return ven.conditions.length > 0 ? 'warning' : 'healthy';
}

/** The filters of `GET vens` (objects.md §6.7) as one test. */
export function venFilter(world: WorldState, query: URLSearchParams): (ven: Managed) => boolean {
  const now = world.clock.now();
  const labels = labelFilter(world, query);
  const name = partial(query, 'name');
  const hostname = partial(query, 'hostname');
  const description = partial(query, 'description');
  const os = partial(query, 'os');
  const ip = partial(query, 'ip_address');
  const tests: ((ven: Managed) => boolean)[] = [
    ({ record }) => labels(record.labels),
    ({ extra }) => name(extra.venName),
    ({ record }) => hostname(record.hostname),
    ({ extra }) => description(extra.venDescription),
    ({ record }) => os(record.osId) || os(record.osDetail),
  ];
  if (textParam(query, 'ip_address') !== undefined)
    tests.push(({ record }) => record.interfaces.some(({ address }) => ip(address)));
  const equal = (parameter: string, of: (ven: Managed) => string): void => {
    const wanted = textParam(query, parameter);
    if (wanted !== undefined) tests.push((ven) => of(ven) === wanted);
  };
  equal('status', ({ record }) => record.ven.status);
  equal('ven_type', ({ record }) => record.ven.type);
  equal('active_pce_fqdn', () => world.estate.pceFqdn);
  equal('activation_type', () => 'pairing_key');
  const wantedHealth = textParam(query, 'health');
  if (wantedHealth !== undefined)
    tests.push((ven) =>
      wantedHealth === 'unhealthy' ? venHealth(ven) !== 'healthy' : venHealth(ven) === wantedHealth,
    );
  const wantedCondition = textParam(query, 'condition');
  if (wantedCondition !== undefined)
    tests.push(({ record }) => record.ven.conditions.some(({ type }) => type === wantedCondition));
  tests.push(...versionTests(query, now), ...timeTests(query));
  const golden = flagParam(query, 'golden_image');
  if (golden !== undefined) tests.push(({ extra }) => extra.venGoldenImage === golden);
  const pending = flagParam(query, 'upgrade_pending');
  if (pending !== undefined) tests.push((ven) => (venNow(ven, now).target !== null) === pending);
  const recovery = flagParam(query, 'authentication_recovery');
  if (recovery !== undefined) tests.push(({ extra }) => (extra.venRecoveryUntilMs ?? 0) > now === recovery);
  const inCluster = clusterFilter(world, query);
  if (inCluster) tests.push(inCluster);
  return (ven) => tests.every((test) => test(ven));
}

function versionTests(query: URLSearchParams, now: number): ((ven: Managed) => boolean)[] {
  const low = textParam(query, 'version[gte]');
  const high = textParam(query, 'version[lte]');
  return [
    ...(low === undefined
      ? []
      : [(ven: Managed) => comparableVersion(venNow(ven, now).version) >= comparableVersion(low)]),
    ...(high === undefined
      ? []
      : [(ven: Managed) => comparableVersion(venNow(ven, now).version) <= comparableVersion(high)]),
  ];
}

function timeTests(query: URLSearchParams): ((ven: Managed) => boolean)[] {
  const tests: ((ven: Managed) => boolean)[] = [];
  const between = (parameter: string, of: (ven: Managed) => number | null): void => {
    const range = timeRangeParam(query, parameter);
    if (range)
      tests.push((ven) => {
        const at = of(ven);
        return at !== null && at >= range.from && at <= range.to;
      });
  };
  between('last_heartbeat_at', ({ record }) => record.ven.lastHeartbeatMs);
  between('last_goodbye_at', ({ record }) => record.ven.lastGoodbyeMs);
  const before = Date.parse(textParam(query, 'disconnected_before') ?? '');
  if (!Number.isNaN(before)) tests.push(({ record }) => !record.online && (record.ven.lastHeartbeatMs ?? 0) < before);
  return tests;
}
