import type { Href } from '../../core/href.ts';
import { apiPath } from '../../core/href.ts';
import type { PceHttp } from '../http/http.ts';
import {
  type ContainerCluster,
  type ContainerProfile,
  type KubernetesWorkload,
  readContainerCluster,
  readContainerProfile,
  readKubernetesWorkload,
} from '../resources/containers.ts';
import { type PairingProfile, readPairingProfile } from '../resources/pairing.ts';
import { readServiceBinding, type ServiceBinding } from '../resources/service-bindings.ts';
import type { ContainerProfileFilter, KubernetesWorkloadFilter, Listing, NameFilter, ReadOptions } from '../view.ts';
import { orgPath, readList } from './reads.ts';

export const readContainerClusters = (
  http: PceHttp,
  { name }: NameFilter,
  options: ReadOptions,
): Promise<Listing<ContainerCluster>> =>
  readList(
    http,
    {
      path: orgPath(http, 'container_clusters'),
      query: { name },
      convert: (value) => readContainerCluster(value, http.orgId),
    },
    options,
  );

/** The profiles of one cluster. */
export const readContainerProfiles = (
  http: PceHttp,
  cluster: Href,
  { namespace, managed }: ContainerProfileFilter,
  options: ReadOptions,
): Promise<Listing<ContainerProfile>> =>
  readList(
    http,
    {
      path: apiPath`${cluster}/container_workload_profiles`,
      query: { namespace, managed },
      convert: (value) => readContainerProfile(value, http.orgId),
    },
    options,
  );

export const readKubernetesWorkloads = (
  http: PceHttp,
  { clusters, namespace, kind, mode, labels, excludeLabels }: KubernetesWorkloadFilter,
  options: ReadOptions,
): Promise<Listing<KubernetesWorkload>> => {
  const excluded = new Set(excludeLabels);
  return readList(
    http,
    {
      path: orgPath(http, 'kubernetes_workloads'),
      query: {
        container_clusters: clusters === undefined ? undefined : JSON.stringify(clusters),
        namespace,
        kind,
        enforcement_mode: mode,
      },
      labels,
      convert: (value) => readKubernetesWorkload(value, http.orgId),
      keep: excluded.size === 0 ? undefined : (workload) => !workload.labels.some(({ href }) => excluded.has(href)),
    },
    options,
  );
};

export const readPairingProfiles = (
  http: PceHttp,
  { name }: NameFilter,
  options: ReadOptions,
): Promise<Listing<PairingProfile>> =>
  readList(
    http,
    {
      path: orgPath(http, 'pairing_profiles'),
      query: { name },
      convert: (value) => readPairingProfile(value, http.orgId),
    },
    options,
  );

export const readServiceBindings = (http: PceHttp, options: ReadOptions): Promise<Listing<ServiceBinding>> =>
  readList(
    http,
    {
      path: orgPath(http, 'service_bindings'),
      query: {},
      convert: (value) => readServiceBinding(value, http.orgId),
    },
    options,
  );
