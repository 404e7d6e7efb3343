import getLabelGroups from '../tools/inventory/get-label-groups.ts';
import getLabels from '../tools/inventory/get-labels.ts';
import getVens from '../tools/inventory/get-vens.ts';
import getWorkloadEnforcementStatus from '../tools/inventory/get-workload-enforcement-status.ts';
import getWorkloads from '../tools/inventory/get-workloads.ts';
import checkPceConnection from '../tools/operations/check-pce-connection.ts';
import getEvents from '../tools/operations/get-events.ts';
import getIplists from '../tools/policy/get-iplists.ts';
import getRulesets from '../tools/policy/get-rulesets.ts';
import getServices from '../tools/policy/get-services.ts';
import type { AnyTool } from './any-tool.ts';

/** Every tool there is. Within a toolset, clients see them in this order. */
export const catalogue: readonly AnyTool[] = [
  getWorkloads,
  getLabels,
  getWorkloadEnforcementStatus,
  getLabelGroups,
  getVens,
  getRulesets,
  getIplists,
  getServices,
  checkPceConnection,
  getEvents,
];
