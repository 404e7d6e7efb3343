import type { KubernetesWorkload } from '../../pce/resources/containers.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, oneOf, text, texts } from '../fields.ts';
import { MODES } from '../inventory/mode-change.ts';
import { labelFilter, labelTerm } from '../label-argument.ts';
import { byNameThenHref, listingCoverage, plural, tally, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { clustersOf } from './cluster-argument.ts';

interface WorkloadRow {
  readonly href: string;
  readonly name: string;
  readonly kind: string;
  readonly namespace: string;
  readonly cluster?: string;
  readonly labels: readonly string[];
  readonly enforcement_mode: string;
  readonly security_policy_sync_state?: string;
}

export default defineTool({
  name: 'get-kubernetes-workloads',
  title: 'List Kubernetes workloads',
  description:
    'Lists Kubernetes workloads (deployments, sets) of clusters in CLAS mode: namespace, labels, mode, sync. Not for hosts and nodes: those are in get-workloads.',
  toolset: 'containers',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      cluster_href: described(text, 'Cluster, href or name (default all)'),
      namespace: described(text, 'Part of the namespace'),
      kind: described(text, 'Deployment, StatefulSet, DaemonSet'),
      enforcement_mode: oneOf(...MODES),
      labels: described(text, 'app=ordering env=prod|dev, or list of hrefs'),
      max_results: described({ ...integer, minimum: 1 }, 'Read at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      kind: text,
      namespace: text,
      cluster: text,
      labels: texts,
      enforcement_mode: text,
      security_policy_sync_state: text,
    },
    { total_count: integer, by_namespace: counts, by_mode: counts, unlabelled: integer },
  ),
  example: { namespace: 'shop' },
  columns: [
    { header: 'name', value: (row: WorkloadRow) => row.name },
    { header: 'kind', value: (row: WorkloadRow) => row.kind },
    { header: 'namespace', value: (row: WorkloadRow) => row.namespace },
    { header: 'cluster', value: (row: WorkloadRow) => row.cluster },
    { header: 'labels', value: (row: WorkloadRow) => row.labels.join(' ') },
    { header: 'mode', value: (row: WorkloadRow) => row.enforcement_mode },
    { header: 'sync', value: (row: WorkloadRow) => row.security_policy_sync_state },
    { header: 'href', value: (row: WorkloadRow) => row.href },
  ],

  async run(args, context) {
    const { pce, signal } = context;
    const { cluster_href: given, namespace, kind, enforcement_mode: mode } = args;
    const clusters = await clustersOf(given, context);
    const labels = await labelFilter(args.labels, pce.resolve, { signal });
    const listing = await pce.kubernetesWorkloads(
      { clusters: given === undefined ? undefined : clusters.map(({ href }) => href), namespace, kind, mode, labels },
      { signal, maxResults: args.max_results },
    );
    const workloads = [...listing.items].sort(byNameThenHref(({ namespace: own, name }) => `${own} ${name}`));
    const modes = tally(workloads.map((workload) => workload.mode));
    const pods = clusters.filter((cluster) => cluster.mode !== 'clas').map(({ name }) => name);
    return {
      answer:
        workloads.length === 0
          ? 'No Kubernetes workload matches.'
          : `${plural(workloads.length, 'Kubernetes workload')}: ${tallyText(modes)}.`,
      items: workloads.map(row),
      totals: {
        total_count: listing.matched ?? workloads.length,
        by_namespace: Object.fromEntries(tally(workloads.map((workload) => workload.namespace))),
        by_mode: Object.fromEntries(modes),
        unlabelled: workloads.filter((workload) => workload.labels.length === 0).length,
      },
      coverage: listingCoverage(
        listing,
        pods.length === 0 ? [] : [`what runs in ${pods.join(', ')}: not in CLAS mode, so the PCE lists its pods only`],
      ),
    };
  },
});

const row = (workload: KubernetesWorkload): WorkloadRow => ({
  href: workload.href,
  name: workload.name,
  kind: workload.kind,
  namespace: workload.namespace,
  ...present({ cluster: workload.cluster?.name ?? workload.cluster?.href }),
  labels: workload.labels.map(({ key, value }) => labelTerm(key, value)),
  enforcement_mode: workload.mode,
  ...present({ security_policy_sync_state: workload.syncState }),
});
