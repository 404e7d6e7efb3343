import type { Estate } from '../estates/estate.ts';
import { pairingProfileSeeds } from '../objects/pairing-profiles-seed.ts';
import { discoveredSeeds, nodeSeeds, slbSeeds } from '../load-balancers/seed.ts';
import { containerSeeds } from '../containers/seed.ts';
import { accountSeeds } from '../auth/seeds.ts';
import { samlSeed } from '../organisation/authentication.ts';
import { uuidOf } from '../random.ts';
import { releaseSeeds } from '../vens/releases.ts';
import { detectionSeeds, reportSeeds, vulnerabilitySeeds } from '../vulnerabilities/seed.ts';
import type { RecordSeeds } from './record-store.ts';

const none = () => [];

/** What an estate says or implies beside labels, workloads and policy. Every collection stands here: an export wants to know them all. */
export function recordSeeds(estate: Estate): RecordSeeds {
  const accounts = accountSeeds(estate);
  const containers = containerSeeds(estate);
  return {
    pairing_profiles: () => pairingProfileSeeds(estate),
    pairing_keys: none,
    auth_security_principals: accounts.principals,
    permissions: accounts.permissions,
    service_accounts: accounts.serviceAccounts,
    access_restrictions: none,
    syslog_destinations: none,
    traffic_collector_settings: none,
    ip_list_attributes: none,
    ldap_configs: none,
    saml_configs: () => [samlSeed(estate.pceFqdn, estate.nowMs, uuidOf(estate.seed, 'saml-config'))],
    support_bundle_requests: none,
    reports: none,
    report_schedules: none,
    security_principals: none,
    security_principal_users: none,
    service_bindings: none,
    label_mapping_rules: none,
    label_mapping_runs: none,
    network_devices: none,
    network_endpoints: none,
    ven_releases: () => releaseSeeds(estate),
    inactive_ven_cleanup_schedules: none,
    vulnerabilities: () => vulnerabilitySeeds(estate),
    detected_vulnerabilities: () => detectionSeeds(estate),
    vulnerability_reports: () => reportSeeds(estate),
    network_enforcement_nodes: () => nodeSeeds(estate),
    slbs: () => slbSeeds(estate),
    discovered_virtual_servers: () => discoveredSeeds(estate),
    container_clusters: () => containers.clusters,
    container_workload_profiles: () => containers.profiles,
    kubernetes_workloads: () => containers.kubernetesWorkloads,
    container_workloads: () => containers.containerWorkloads,
    service_backends: () => containers.serviceBackends,
  };
}
