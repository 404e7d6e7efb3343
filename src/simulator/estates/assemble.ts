import type { Estate, ProfileName } from './estate.ts';
import { createEventSource } from './events/source.ts';
import { buildClusters, buildVirtualServices } from './containers.ts';
import type { Host } from './host.ts';
import { buildHosts } from './hosts.ts';
import { buildDimensions, buildLabels, indexLabels } from './labels.ts';
import { landscapeOf, placeEdges } from './landscape.ts';
import { type Plants, plantInventory } from './plants.ts';
import { buildPolicy } from './policy/build.ts';
import type { RuleNote } from './policy/draft.ts';
import { buildVersions } from './policy/versions.ts';
import { PROFILES } from './profiles.ts';
import { createFlowSource } from './traffic/source.ts';
import { buildServiceAccounts, buildUsers } from './users.ts';
import { buildVulnerabilities } from './vulnerabilities.ts';
import { buildNetworks, buildWorkloads } from './workloads.ts';

export interface EstateOptions {
  readonly profile: ProfileName;
  readonly seed: number;
  readonly nowMs: number;
  /** Rows of a 30-day window of traffic; without it, what the profile has. Fewer thin the traffic out, but planted flows stay. */
  readonly flows?: number | undefined;
}

const ORG_ID = 1;

export interface Assembled {
  readonly estate: Estate;
  readonly hosts: readonly Host[];
  readonly plants: Plants;
  readonly notes: readonly RuleNote[];
}

/** An estate with what its makers knew: the machines behind the workloads and what was planted where. */
export function assembleEstate({ profile: name, seed, nowMs, flows }: EstateOptions): Assembled {
  const profile = PROFILES[name];
  const hosts = buildHosts(profile, seed);
  const plants = plantInventory(hosts, profile, seed);
  const bare = buildLabels(hosts, seed, nowMs);
  const users = buildUsers(bare, seed);
  const admins = users.filter(({ role }) => role === 'owner' || role === 'admin').map(({ id }) => id);
  const labels = bare.map((label) => ({ ...label, createdBy: admins[label.id % admins.length] ?? 0 }));
  const index = indexLabels(labels);
  const landscape = landscapeOf(profile, hosts);
  const edges = placeEdges(landscape);
  const policy = buildPolicy({
    orgId: ORG_ID,
    seed,
    nowMs,
    profile,
    labels: index,
    landscape,
    edges,
    authors: [...admins, ...users.filter(({ role }) => role === 'ruleset_manager').map(({ id }) => id)],
  });
  const networks = buildNetworks(seed);
  const workloads = buildWorkloads(hosts, plants, index, seed, nowMs);
  const traffic = createFlowSource({
    profile,
    seed,
    nowMs,
    flows: flows ?? profile.flows,
    hosts,
    workloads,
    edges,
    notes: policy.notes,
    network: networks[0]?.name ?? '',
  });
  const policyVersions = buildVersions(admins, hosts.length, seed, nowMs);
  const common = {
    seed,
    nowMs,
    orgId: ORG_ID,
    pceFqdn: 'pce.meridian.example',
    users,
    labels,
    workloads,
    ipLists: policy.ipLists,
    services: policy.services,
    ruleSets: policy.ruleSets,
    policyVersions,
    containerClusters: buildClusters(hosts, index, seed, nowMs),
  };
  const estate: Estate = {
    ...common,
    profile: name,
    serviceAccounts: buildServiceAccounts(seed, nowMs),
    dimensions: buildDimensions(seed, nowMs),
    networks,
    labelGroups: policy.labelGroups,
    enforcementBoundaries: [],
    virtualServices: buildVirtualServices(ORG_ID, index, seed, nowMs),
    vulnerabilities: buildVulnerabilities(hosts, seed),
    events: createEventSource(common, plants),
    traffic,
  };
  return { estate, hosts, plants, notes: policy.notes };
}
