import type { Href } from '../../core/href.ts';
import type { EnforcementMode, LabelRef } from '../../model/inventory.ts';
import {
  flag,
  hrefOf,
  oneOf,
  optionalHref,
  optionalRecord,
  optionalText,
  record,
  records,
  text,
  type Wire,
} from './fields.ts';
import { readLabelRef } from './labels.ts';

const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const satisfies readonly EnforcementMode[];

/** A Kubernetes cluster whose Kubelink reports to the PCE. */
export interface ContainerCluster {
  readonly href: Href;
  readonly name: string;
  readonly description: string | null;
  readonly online: boolean;
  /** `clas`: its workloads are Kubernetes workloads; anything else: its pods are container workloads. */
  readonly mode: string | null;
  readonly kubelinkVersion: string | null;
  readonly runtime: string | null;
  readonly manager: string | null;
  readonly lastConnectedAt: string | null;
  /** Names of nodes; null where a release before 26 does not tell. */
  readonly nodes: readonly (string | null)[];
  readonly errors: readonly string[];
}

/** What becomes of a namespace: managed or not, which labels, which mode. */
export interface ContainerProfile {
  readonly href: Href;
  readonly name: string | null;
  /** Null: the cluster's default profile, or one that waits for its namespace. */
  readonly namespace: string | null;
  readonly managed: boolean;
  readonly linked: boolean;
  readonly mode: EnforcementMode;
  readonly labels: readonly ProfileLabel[];
}

/** The one label a namespace gets of a key, or the ones it may choose from. */
export interface ProfileLabel {
  readonly key: string;
  readonly kind: 'assignment' | 'restriction';
  readonly hrefs: readonly Href[];
}

export interface KubernetesWorkload {
  readonly href: Href;
  readonly name: string;
  readonly kind: string;
  readonly namespace: string;
  readonly labels: readonly LabelRef[];
  readonly mode: EnforcementMode;
  readonly syncState: string | null;
  readonly cluster: { readonly href: Href; readonly name: string | null } | null;
}

export function readContainerCluster(value: unknown, org: string): ContainerCluster {
  const wire = record(value, 'container cluster', org);
  const clas = flag(wire, 'clas_mode', false);
  return {
    href: hrefOf(wire),
    name: optionalText(wire, 'name') ?? '',
    description: optionalText(wire, 'description'),
    online: flag(wire, 'online', false),
    mode: optionalText(wire, 'cluster_mode') ?? (clas ? 'clas' : null),
    kubelinkVersion: optionalText(wire, 'kubelink_version'),
    runtime: optionalText(wire, 'container_runtime'),
    manager: optionalText(wire, 'manager_type'),
    lastConnectedAt: optionalText(wire, 'last_connected'),
    nodes: records(wire, 'nodes', 'node of a cluster').map((node) => optionalText(node, 'name')),
    errors: records(wire, 'errors', 'error of a cluster').map((error) => text(error, 'error_type')),
  };
}

export function readContainerProfile(value: unknown, org: string): ContainerProfile {
  const wire = record(value, 'container workload profile', org);
  return {
    href: hrefOf(wire),
    name: optionalText(wire, 'name'),
    namespace: optionalText(wire, 'namespace'),
    managed: flag(wire, 'managed', false),
    linked: flag(wire, 'linked', false),
    mode: oneOf(wire, 'enforcement_mode', MODES, 'visibility_only'),
    labels: profileLabels(wire),
  };
}

/** Older releases know `assign_labels` only, which says nothing of keys. */
function profileLabels(wire: Wire): readonly ProfileLabel[] {
  const labels = records(wire, 'labels', 'label of a profile').map((entry): ProfileLabel => {
    const assignment = optionalRecord(entry, 'assignment', 'assigned label');
    return {
      key: text(entry, 'key'),
      kind: assignment ? 'assignment' : 'restriction',
      hrefs: assignment
        ? [hrefOf(assignment)]
        : records(entry, 'restriction', 'label to choose from').map((label) => hrefOf(label)),
    };
  });
  if (labels.length > 0) return labels;
  return records(wire, 'assign_labels', 'label of a profile').map((label) => ({
    key: '',
    kind: 'assignment',
    hrefs: [hrefOf(label)],
  }));
}

export function readKubernetesWorkload(value: unknown, org: string): KubernetesWorkload {
  const wire = record(value, 'Kubernetes workload', org);
  const cluster = optionalRecord(wire, 'container_cluster', 'cluster of a workload');
  const clusterHref = cluster && optionalHref(cluster);
  return {
    href: hrefOf(wire),
    name: text(wire, 'name'),
    kind: text(wire, 'kind'),
    namespace: text(wire, 'namespace'),
    labels: records(wire, 'labels', 'label of a Kubernetes workload').map(readLabelRef),
    mode: oneOf(wire, 'enforcement_mode', MODES, 'visibility_only'),
    syncState: optionalText(wire, 'security_policy_sync_state'),
    cluster: cluster && clusterHref ? { href: clusterHref, name: optionalText(cluster, 'name') } : null,
  };
}
