import getContainerClusters from '../tools/containers/get-container-clusters.ts';
import getContainerWorkloadProfiles from '../tools/containers/get-container-workload-profiles.ts';
import getKubernetesWorkloads from '../tools/containers/get-kubernetes-workloads.ts';
import getPairingProfiles from '../tools/containers/get-pairing-profiles.ts';
import updateContainerWorkloadProfile from '../tools/containers/update-container-workload-profile.ts';
import bulkWorkloads from '../tools/inventory/bulk-workloads.ts';
import createLabelGroup from '../tools/inventory/create-label-group.ts';
import createLabel from '../tools/inventory/create-label.ts';
import createWorkload from '../tools/inventory/create-workload.ts';
import deleteLabelGroup from '../tools/inventory/delete-label-group.ts';
import deleteLabel from '../tools/inventory/delete-label.ts';
import deleteWorkload from '../tools/inventory/delete-workload.ts';
import getLabelGroups from '../tools/inventory/get-label-groups.ts';
import getLabels from '../tools/inventory/get-labels.ts';
import getVens from '../tools/inventory/get-vens.ts';
import getWorkloadEnforcementStatus from '../tools/inventory/get-workload-enforcement-status.ts';
import getWorkloads from '../tools/inventory/get-workloads.ts';
import setEnforcementMode from '../tools/inventory/set-enforcement-mode.ts';
import updateLabelGroup from '../tools/inventory/update-label-group.ts';
import updateLabel from '../tools/inventory/update-label.ts';
import updateWorkload from '../tools/inventory/update-workload.ts';
import applyPlan from '../tools/lifecycle/apply-plan.ts';
import compareDraftActive from '../tools/lifecycle/compare-draft-active.ts';
import getPlan from '../tools/lifecycle/get-plan.ts';
import getPolicyVersions from '../tools/lifecycle/get-policy-versions.ts';
import provisionPolicy from '../tools/lifecycle/provision-policy.ts';
import revertDraft from '../tools/lifecycle/revert-draft.ts';
import reviewDraft from '../tools/lifecycle/review-draft.ts';
import rollbackPolicy from '../tools/lifecycle/rollback-policy.ts';
import undoChange from '../tools/lifecycle/undo-change.ts';
import verifyChange from '../tools/lifecycle/verify-change.ts';
import checkPceCredentialsStatus from '../tools/operations/check-pce-credentials-status.ts';
import checkPceConnection from '../tools/operations/check-pce-connection.ts';
import deletePceCredentials from '../tools/operations/delete-pce-credentials.ts';
import getEvents from '../tools/operations/get-events.ts';
import getServerChangelog from '../tools/operations/get-server-changelog.ts';
import registerPceCredentials from '../tools/operations/register-pce-credentials.ts';
import createDenyRule from '../tools/policy/create-deny-rule.ts';
import createIplist from '../tools/policy/create-iplist.ts';
import createRule from '../tools/policy/create-rule.ts';
import createRuleset from '../tools/policy/create-ruleset.ts';
import createService from '../tools/policy/create-service.ts';
import deleteDenyRule from '../tools/policy/delete-deny-rule.ts';
import deleteIplist from '../tools/policy/delete-iplist.ts';
import deleteRuleset from '../tools/policy/delete-ruleset.ts';
import deleteSecRule from '../tools/policy/delete-sec-rule.ts';
import deleteService from '../tools/policy/delete-service.ts';
import findRules from '../tools/policy/find-rules.ts';
import getIplists from '../tools/policy/get-iplists.ts';
import getRulesets from '../tools/policy/get-rulesets.ts';
import getVirtualServices from '../tools/policy/get-virtual-services.ts';
import getServices from '../tools/policy/get-services.ts';
import updateDenyRule from '../tools/policy/update-deny-rule.ts';
import updateIplist from '../tools/policy/update-iplist.ts';
import updateRuleset from '../tools/policy/update-ruleset.ts';
import updateSecRule from '../tools/policy/update-sec-rule.ts';
import updateService from '../tools/policy/update-service.ts';
import analyzeRules from '../tools/risk/analyze-rules.ts';
import blastRadius from '../tools/risk/blast-radius.ts';
import postureScore from '../tools/risk/posture-score.ts';
import ransomwareExposure from '../tools/risk/ransomware-exposure.ts';
import complianceCheck from '../tools/risk/compliance-check.ts';
import detectLateralMovementPaths from '../tools/risk/detect-lateral-movement-paths.ts';
import findUnusedRules from '../tools/risk/find-unused-rules.ts';
import identifyInfrastructureServices from '../tools/risk/identify-infrastructure-services.ts';
import explainFlow from '../tools/segmentation/explain-flow.ts';
import proposePolicy from '../tools/segmentation/propose-policy.ts';
import simulateChange from '../tools/segmentation/simulate-change.ts';
import simulateEnforcement from '../tools/segmentation/simulate-enforcement.ts';
import planRollout from '../tools/segmentation/plan-rollout.ts';
import resolvePolicy from '../tools/segmentation/resolve-policy.ts';
import planContainment from '../tools/segmentation/plan-containment.ts';
import createRingfence from '../tools/segmentation/create-ringfence.ts';
import ringfenceBatch from '../tools/segmentation/ringfence-batch.ts';
import enforcementReadiness from '../tools/segmentation/enforcement-readiness.ts';
import getPolicyCoverageReport from '../tools/segmentation/get-policy-coverage-report.ts';
import buildIdentityGraph from '../tools/traffic/build-identity-graph.ts';
import diffTraffic from '../tools/traffic/diff-traffic.ts';
import discoverProcessEgress from '../tools/traffic/discover-process-egress.ts';
import explainActivity from '../tools/traffic/explain-activity.ts';
import findIdlePorts from '../tools/traffic/find-idle-ports.ts';
import findUnmanagedTraffic from '../tools/traffic/find-unmanaged-traffic.ts';
import getTrafficFlowsSummary from '../tools/traffic/get-traffic-flows-summary.ts';
import getTrafficFlows from '../tools/traffic/get-traffic-flows.ts';
import identifyIp from '../tools/traffic/identify-ip.ts';
import mapAppDependencies from '../tools/traffic/map-app-dependencies.ts';
import matchIndicators from '../tools/traffic/match-indicators.ts';
import reportEgress from '../tools/traffic/report-egress.ts';
import whoTalksTo from '../tools/traffic/who-talks-to.ts';
import type { AnyTool } from './any-tool.ts';

/** Every tool there is. Within a toolset, clients see them in this order. */
export const catalogue: readonly AnyTool[] = [
  // inventory
  getWorkloads,
  createWorkload,
  updateWorkload,
  deleteWorkload,
  getLabels,
  createLabel,
  updateLabel,
  deleteLabel,
  getWorkloadEnforcementStatus,
  setEnforcementMode,
  getLabelGroups,
  createLabelGroup,
  updateLabelGroup,
  deleteLabelGroup,
  getVens,
  bulkWorkloads,
  // policy
  getRulesets,
  createRuleset,
  updateRuleset,
  deleteRuleset,
  createDenyRule,
  updateDenyRule,
  deleteDenyRule,
  getIplists,
  createIplist,
  updateIplist,
  deleteIplist,
  getServices,
  createService,
  updateService,
  deleteService,
  createRule,
  updateSecRule,
  deleteSecRule,
  findRules,
  getVirtualServices,
  // lifecycle
  compareDraftActive,
  provisionPolicy,
  reviewDraft,
  rollbackPolicy,
  applyPlan,
  getPlan,
  undoChange,
  revertDraft,
  getPolicyVersions,
  verifyChange,
  // traffic
  getTrafficFlows,
  getTrafficFlowsSummary,
  findUnmanagedTraffic,
  whoTalksTo,
  mapAppDependencies,
  identifyIp,
  diffTraffic,
  explainActivity,
  reportEgress,
  matchIndicators,
  findIdlePorts,
  discoverProcessEgress,
  buildIdentityGraph,
  // segmentation
  createRingfence,
  ringfenceBatch,
  enforcementReadiness,
  getPolicyCoverageReport,
  explainFlow,
  simulateEnforcement,
  simulateChange,
  proposePolicy,
  planContainment,
  planRollout,
  resolvePolicy,
  // risk
  identifyInfrastructureServices,
  detectLateralMovementPaths,
  complianceCheck,
  blastRadius,
  findUnusedRules,
  analyzeRules,
  ransomwareExposure,
  postureScore,
  // containers
  getContainerClusters,
  getContainerWorkloadProfiles,
  updateContainerWorkloadProfile,
  getKubernetesWorkloads,
  getPairingProfiles,
  // operations
  checkPceConnection,
  getEvents,
  registerPceCredentials,
  deletePceCredentials,
  checkPceCredentialsStatus,
  getServerChangelog,
];
