import type { Estate } from '../estates/estate.ts';
import { LABEL, tinyEstate, workloadId } from './tiny-estate.ts';

/** The cluster of `breadthEstate`, its labelled namespace and the one nobody labelled. */
export const CLUSTER = {
  prod: workloadId(600),
  dev: workloadId(601),
  shop: workloadId(610),
  bare: workloadId(611),
} as const;

/** The tiny estate with what else an organisation has: two clusters, and findings of a scanner on the web server. */
export function breadthEstate(): Estate {
  const tiny = tinyEstate();
  const cluster = (
    id: string,
    name: string,
    namespaces: readonly (readonly [string, string, readonly number[]])[],
  ) => ({
    id,
    name,
    kubernetesVersion: 'v1.28.9',
    online: true,
    createdMs: tiny.nowMs - 20 * 86_400_000,
    labels: [LABEL.ordering, LABEL.prod],
    nodes: [workloadId(1)],
    namespaces: namespaces.map(([own, namespace, labels]) => ({
      id: own,
      name: namespace,
      managed: namespace !== 'kube-system',
      labels,
      enforcementMode: 'visibility_only' as const,
    })),
  });
  return {
    ...tiny,
    virtualServices: [
      {
        id: workloadId(500),
        createdMs: tiny.nowMs - 86_400_000,
        updatedMs: tiny.nowMs - 86_400_000,
        createdBy: 1,
        updatedBy: 1,
        active: {
          name: 'shop',
          description: null,
          pce_fqdn: null,
          service_ports: [{ port: 8443, proto: 6 }],
          service_addresses: [],
          labels: [{ href: `/orgs/1/labels/${LABEL.crm}` }],
          ip_overrides: [],
          apply_to: 'host_only',
        },
      },
    ],
    containerClusters: [
      cluster(CLUSTER.prod, 'k8s-prod', [
        [CLUSTER.shop, 'shop', [LABEL.ordering, LABEL.prod]],
        [CLUSTER.bare, 'sandbox', []],
        [workloadId(612), 'kube-system', []],
      ]),
      cluster(CLUSTER.dev, 'k8s-dev', [[workloadId(613), 'shop', [LABEL.crm, LABEL.dev]]]),
    ],
    vulnerabilities: [
      {
        id: 'CVE-2021-44228',
        name: 'Remote code execution in the logging library',
        score: 100,
        detected: [{ workload: workloadId(2), port: 5432, proto: 6 }],
      },
      {
        id: 'CVE-2016-2183',
        name: 'Weak cipher offered',
        score: 50,
        detected: [
          { workload: workloadId(1), port: 443, proto: 6 },
          { workload: workloadId(2), port: 443, proto: 6 },
        ],
      },
    ],
  };
}
