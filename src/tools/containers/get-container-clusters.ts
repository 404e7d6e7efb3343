import type { ContainerCluster } from '../../pce/resources/containers.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, text, texts } from '../fields.ts';
import { byNameThenHref, listingCoverage, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

interface ClusterRow {
  readonly href: string;
  readonly name: string;
  readonly description?: string;
  readonly online: boolean;
  readonly clas_mode: boolean;
  readonly cluster_mode?: string;
  readonly manager_type?: string;
  readonly kubelink_version?: string;
  readonly container_runtime?: string;
  readonly last_connected?: string;
  readonly node_count: number;
  readonly nodes: readonly string[];
  readonly errors: readonly string[];
}

/** Node names in a row; more are counted. */
const MAX_NAMED = 5;

export default defineTool({
  name: 'get-container-clusters',
  title: 'List container clusters',
  description:
    'Lists Kubernetes clusters paired with the PCE: online, mode, Kubelink, nodes, errors. Use it first; for namespaces and their labels use get-container-workload-profiles.',
  toolset: 'containers',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      max_results: described({ ...integer, minimum: 1 }, 'Read at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      description: text,
      online: flag,
      clas_mode: flag,
      cluster_mode: text,
      manager_type: text,
      kubelink_version: text,
      container_runtime: text,
      last_connected: text,
      node_count: integer,
      nodes: texts,
      errors: texts,
    },
    { total_count: integer, online: integer },
  ),
  example: { name: 'retail' },
  columns: [
    { header: 'name', value: (row: ClusterRow) => row.name },
    { header: 'online', value: (row: ClusterRow) => row.online },
    { header: 'mode', value: (row: ClusterRow) => row.cluster_mode },
    { header: 'clas', value: (row: ClusterRow) => row.clas_mode },
    { header: 'manager', value: (row: ClusterRow) => row.manager_type },
    { header: 'kubelink', value: (row: ClusterRow) => row.kubelink_version },
    { header: 'runtime', value: (row: ClusterRow) => row.container_runtime },
    { header: 'last connected', value: (row: ClusterRow) => row.last_connected },
    { header: 'nodes', value: (row: ClusterRow) => row.node_count },
    { header: 'node names', value: (row: ClusterRow) => row.nodes.join(', ') },
    { header: 'errors', value: (row: ClusterRow) => row.errors.join(', ') },
    { header: 'description', value: (row: ClusterRow) => row.description },
    { header: 'href', value: (row: ClusterRow) => row.href },
  ],

  async run({ name, max_results: maxResults }, { pce, signal }) {
    const listing = await pce.containerClusters({ name }, { signal, maxResults });
    const clusters = [...listing.items].sort(byNameThenHref((cluster) => cluster.name));
    const online = clusters.filter((cluster) => cluster.online).length;
    return {
      answer:
        clusters.length === 0
          ? 'No container cluster matches.'
          : `${plural(clusters.length, 'container cluster')}, ${online} online.`,
      items: clusters.map(row),
      totals: { total_count: listing.matched ?? clusters.length, online },
      coverage: listingCoverage(listing),
      next: clusters.length === 0 ? [] : ['get-container-workload-profiles shows namespaces and their labels.'],
    };
  },
});

const row = (cluster: ContainerCluster): ClusterRow => ({
  href: cluster.href,
  name: cluster.name,
  ...present({ description: cluster.description }),
  online: cluster.online,
  clas_mode: cluster.mode === 'clas',
  ...present({
    cluster_mode: cluster.mode,
    manager_type: cluster.manager,
    kubelink_version: cluster.kubelinkVersion,
    container_runtime: cluster.runtime,
    last_connected: cluster.lastConnectedAt,
  }),
  node_count: cluster.nodes.length,
  nodes: cluster.nodes.filter((name) => name !== null).slice(0, MAX_NAMED),
  errors: cluster.errors,
});
