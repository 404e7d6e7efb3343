import { exposures, type ServiceExposure } from '../../analysis/graph/exposure.ts';
import { opens } from '../../analysis/graph/port-risk.ts';
import type { RuleReach } from '../../analysis/rules/members.ts';
import { ipv4Count } from '../../model/addresses/set.ts';
import type { ReadPolicy } from '../segmentation/policy-reading.ts';

/** A list of so many addresses names everybody. */
export const EVERYBODY = 2 ** 31;

/** How open each risky service of each workload is: mode full closes what no rule opens, selective what a deny of everybody covers. */
export function hostExposures(
  { workloads }: ReadPolicy,
  reach: readonly RuleReach[],
): readonly (readonly ServiceExposure[])[] {
  const denied = denials(reach);
  return exposures(reach, workloads, (index, service) => {
    const workload = workloads[index];
    if (workload?.managed !== true) return false;
    return workload.mode === 'full' || (workload.mode === 'selective' && denied(index, service));
  });
}

/** Which hosts an ordinary or override deny covers for a service from everybody: what selective mode enforces. */
function denials(reach: readonly RuleReach[]): (workload: number, service: ServiceExposure['service']) => boolean {
  const denies = reach.filter(
    ({ rule, consumers }) => rule.kind !== 'allow' && consumers.addressSets.some((set) => ipv4Count(set) >= EVERYBODY),
  );
  return (workload, service) =>
    denies.some(
      ({ providers, services }) =>
        providers.workloads.has(workload) &&
        service.protos.every((proto) => services.some((entry) => opens(entry, { proto, port: service.from }))),
    );
}
