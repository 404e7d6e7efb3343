import { appGroupRoute } from './app-groups/summary.ts';
import { accessRestrictionRoutes } from './auth/access-restrictions.ts';
import { apiKeyRoutes } from './auth/api-keys.ts';
import { loginRoutes } from './auth/login.ts';
import { permissionRoutes } from './auth/permissions.ts';
import { serviceAccountRoutes } from './auth/service-accounts.ts';
import { authenticationRoutes } from './organisation/authentication.ts';
import { settingsRoutes } from './organisation/settings.ts';
import { supportBundleRoutes } from './organisation/support-bundles.ts';
import { userRoutes } from './auth/users.ts';
import { clusterRoutes } from './containers/clusters.ts';
import { profileRoutes } from './containers/profiles.ts';
import { containerWorkloadRoutes } from './containers/workloads.ts';
import { jobRoutes } from './http/jobs.ts';
import type { Route } from './http/route.ts';
import { labelMappingRoutes } from './label-mapping/routes.ts';
import { pendingRoutes } from './lifecycle/pending.ts';
import { policyCheckRoutes } from './lifecycle/policy-check.ts';
import { ruleSearchRoutes } from './lifecycle/rule-search.ts';
import { provisioningRoutes } from './lifecycle/provisioning.ts';
import { versionRoutes } from './lifecycle/versions.ts';
import { loadBalancerRoutes } from './load-balancers/routes.ts';
import { networkDeviceRoutes } from './network-devices/routes.ts';
import { enforcementBoundaryRoutes } from './objects/enforcement-boundaries.ts';
import { firewallSettingsRoutes } from './objects/firewall-settings.ts';
import { infrastructureRoutes } from './objects/infrastructure.ts';
import { ipListRoutes } from './objects/ip-lists.ts';
import { labelDimensionRoutes } from './objects/label-dimensions.ts';
import { labelGroupRoutes } from './objects/label-groups.ts';
import { labelRoutes } from './objects/labels.ts';
import { pairingProfileRoutes } from './objects/pairing-profiles.ts';
import { ruleSetRoutes } from './objects/rule-sets.ts';
import { ruleRoutesOfAllKinds } from './objects/rules.ts';
import { secureConnectGatewayRoutes } from './objects/secure-connect-gateways.ts';
import { securityPrincipalRoutes } from './objects/security-principals.ts';
import { serviceBindingRoutes } from './objects/service-bindings.ts';
import { serviceRoutes } from './objects/services.ts';
import { venRoutes } from './objects/vens.ts';
import { virtualServerRoutes } from './objects/virtual-servers.ts';
import { virtualServiceRoutes } from './objects/virtual-services.ts';
import { workloadBulkRoutes } from './objects/workload-bulk.ts';
import { workloadImportRoute } from './objects/workload-import.ts';
import { workloadInterfaceRoutes } from './objects/workload-interfaces.ts';
import { workloadRoutes } from './objects/workloads.ts';
import { venOperationRoutes } from './vens/routes.ts';
import { vulnerabilityRoutes } from './vulnerabilities/routes.ts';
import type { WorldState } from './world-state.ts';

/** Every route of the kernel and the objects; traffic and events add theirs. */
export const allRoutes = (): readonly Route<WorldState>[] => [
  ...infrastructureRoutes,
  ...loginRoutes,
  ...apiKeyRoutes,
  ...userRoutes,
  ...permissionRoutes,
  ...serviceAccountRoutes,
  ...accessRestrictionRoutes,
  ...authenticationRoutes,
  ...settingsRoutes,
  ...supportBundleRoutes,
  appGroupRoute,
  ...jobRoutes,
  ...labelRoutes,
  ...labelMappingRoutes,
  ...workloadBulkRoutes,
  workloadImportRoute,
  ...workloadInterfaceRoutes,
  ...workloadRoutes,
  ...venRoutes,
  ...venOperationRoutes,
  ...labelDimensionRoutes,
  ...labelGroupRoutes,
  ...ipListRoutes,
  ...serviceRoutes,
  ...virtualServiceRoutes,
  ...serviceBindingRoutes,
  ...virtualServerRoutes,
  ...loadBalancerRoutes,
  ...networkDeviceRoutes,
  ...secureConnectGatewayRoutes,
  ...securityPrincipalRoutes,
  ...ruleSetRoutes,
  ...ruleRoutesOfAllKinds,
  ...enforcementBoundaryRoutes,
  ...firewallSettingsRoutes,
  ...pairingProfileRoutes,
  ...vulnerabilityRoutes,
  ...clusterRoutes,
  ...profileRoutes,
  ...containerWorkloadRoutes,
  ...pendingRoutes,
  ...provisioningRoutes,
  ...versionRoutes,
  ...policyCheckRoutes,
  ...ruleSearchRoutes,
];
