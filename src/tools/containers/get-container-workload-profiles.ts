import { envelope } from '../envelope.ts';
import { counts, described, flag, integer, text, texts } from '../fields.ts';
import { byNameThenHref, listingCoverage, plural, tally } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { clustersOf } from './cluster-argument.ts';
import { profileLabelTerms } from './profile-labels.ts';

interface ProfileRow {
  readonly href: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly cluster: string;
  readonly managed: boolean;
  readonly linked: boolean;
  readonly enforcement_mode: string;
  readonly labels: readonly string[];
  readonly label_choices: readonly string[];
}

export default defineTool({
  name: 'get-container-workload-profiles',
  title: 'List namespace profiles of container clusters',
  description:
    'Lists container workload profiles: per namespace whether managed, labels, mode. Use it to find unlabelled namespaces; for what runs in them use get-kubernetes-workloads.',
  toolset: 'containers',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      cluster_href: described(text, 'Cluster, href or name (default all)'),
      namespace: described(text, 'Part of the namespace'),
      managed: described(flag, 'Only managed or unmanaged ones'),
      unlabelled: described(flag, 'Only managed ones without a label'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      namespace: text,
      cluster: text,
      managed: flag,
      linked: flag,
      enforcement_mode: text,
      labels: texts,
      label_choices: texts,
    },
    { total_count: integer, managed: integer, unlabelled: integer, by_mode: counts, clusters: integer },
  ),
  example: { namespace: 'shop', managed: true },
  columns: [
    { header: 'namespace', value: (row: ProfileRow) => row.namespace },
    { header: 'name', value: (row: ProfileRow) => row.name },
    { header: 'cluster', value: (row: ProfileRow) => row.cluster },
    { header: 'managed', value: (row: ProfileRow) => row.managed },
    { header: 'linked', value: (row: ProfileRow) => row.linked },
    { header: 'mode', value: (row: ProfileRow) => row.enforcement_mode },
    { header: 'labels', value: (row: ProfileRow) => row.labels.join(' ') },
    { header: 'choices', value: (row: ProfileRow) => row.label_choices.join('; ') },
    { header: 'href', value: (row: ProfileRow) => row.href },
  ],

  async run({ cluster_href: given, namespace, managed, unlabelled }, context) {
    const { pce, signal } = context;
    const clusters = await clustersOf(given, context);
    const [labels, ...listings] = await Promise.all([
      pce.labels({}, { signal }),
      ...clusters.map(({ href }) => pce.containerProfiles(href, { namespace, managed }, { signal })),
    ]);
    const known = new Map(labels.items.map((label) => [label.href, label]));
    const rows = listings
      .flatMap(({ items }, index) =>
        items.map((profile): ProfileRow => {
          const { assigned, choices } = profileLabelTerms(profile.labels, known);
          return {
            href: profile.href,
            ...present({ name: profile.name, namespace: profile.namespace }),
            cluster: clusters[index]?.name ?? '',
            managed: profile.managed,
            linked: profile.linked,
            enforcement_mode: profile.mode,
            labels: assigned,
            label_choices: choices,
          };
        }),
      )
      .sort(byNameThenHref((row) => `${row.cluster} ${row.namespace ?? ''}`));
    const bare = rows.filter((row) => row.managed && row.labels.length + row.label_choices.length === 0);
    const shown = unlabelled === true ? bare : rows;
    const managedRows = rows.filter((row) => row.managed);
    return {
      answer:
        rows.length === 0
          ? `No container workload profile matches in ${plural(clusters.length, 'cluster')}.`
          : `${plural(rows.length, 'profile')} in ${plural(clusters.length, 'cluster')}: ${managedRows.length} managed, ${bare.length} of them without a label.`,
      items: shown,
      totals: {
        total_count: shown.length,
        managed: managedRows.length,
        unlabelled: bare.length,
        by_mode: Object.fromEntries(tally(managedRows.map((row) => row.enforcement_mode))),
        clusters: clusters.length,
      },
      coverage: listingCoverage({
        items: listings.flatMap(({ items }) => items),
        matched: null,
        complete: listings.every(({ complete }) => complete),
        cap: listings.find(({ complete }) => !complete)?.cap ?? null,
      }),
      next: bare.length === 0 ? [] : ['update-container-workload-profile gives a namespace labels and a mode.'],
    };
  },
});
