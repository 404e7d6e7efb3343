import { serviceNamer } from '../../analysis/service-names.ts';
import type { Column, Coverage } from '../../answer/answer.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { appTarget } from '../segmentation/app-target.ts';
import { defineTool } from '../tool.ts';
import { dependencies, type Dependencies, type DependencyRow } from './dependency-rows.ts';
import { trafficQuery } from './filters.ts';
import { mergedCoverage } from './merged-coverage.ts';
import { nextHop } from './next-hop.ts';
import { withFlows } from './read-flows.ts';
import { renderArgument, viewOf } from './render.ts';
import { windowText } from './words.ts';

const tier = { type: 'object', properties: { tier: text, role: text, evidence: text } } as const;
const exposure = { type: 'object', properties: { connections: integer, rows: integer, services: texts } } as const;

const columns: readonly Column<DependencyRow>[] = [
  { header: 'direction', value: (row) => row.direction },
  { header: 'from', value: (row) => row.from },
  { header: 'to', value: (row) => row.to },
  { header: 'service', value: (row) => row.service },
  { header: 'port', value: (row) => row.port },
  { header: 'proto', value: (row) => row.proto },
  { header: 'policy', value: (row) => row.policy },
  { header: 'connections', value: (row) => row.connections },
  { header: 'peer', value: (row) => row.peer_class },
  { header: 'reason', value: (row) => row.reason },
  { header: 'processes', value: (row) => row.processes?.join(', ') },
  { header: 'hosts', value: (row) => row.hosts?.join(', ') },
  { header: 'first seen', value: (row) => row.first_seen },
  { header: 'last seen', value: (row) => row.last_seen },
];

export default defineTool({
  name: 'map-app-dependencies',
  title: 'Map the dependencies of an application',
  description:
    'Maps what an application needs: tiers, inbound, outbound, infrastructure or not and why, internet exposure; table, CSV or Mermaid. Not for rules.',
  toolset: 'traffic',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      app_name: text,
      env_name: described(text, 'All environments unless given'),
      start_date: text,
      end_date: text,
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
      depth: described({ ...integer, minimum: 1, maximum: 2 }, '2: also what those it needs do need'),
      render: renderArgument,
    },
    required: ['app_name'],
  },
  output: envelope(
    {
      direction: text,
      from: text,
      to: text,
      service: text,
      port: integer,
      proto: text,
      policy: text,
      connections: integer,
      peer_class: text,
      reason: text,
      processes: texts,
      hosts: texts,
      first_seen: text,
      last_seen: text,
    },
    {
      rows: integer,
      connections: integer,
      intra: integer,
      inbound: integer,
      outbound: integer,
      onward: integer,
      peers: counts,
    },
    {
      extra: {
        tiers: { type: 'array', items: tier },
        internet_exposure: { type: 'object', properties: { inbound: exposure, outbound: exposure } },
        label_types: texts,
      },
    },
  ),
  example: { app_name: 'ordering', env_name: 'prod', lookback_days: 30 },
  columns,

  async run(args, context) {
    const { app_name: app, env_name: env, depth = 1, render } = args;
    const { pce, signal } = context;
    const [{ labels }, { query, window }, services] = await Promise.all([
      appTarget(args, context),
      trafficQuery(args, context),
      pce.services('active', {}, { signal }),
    ]);
    const own = { include: [labels.map((label) => ({ label }))], exclude: [] };
    // Either end: inbound and outbound in one query, and what runs within the application once.
    const either = { ...query, sources: own, destinations: own, sourcesOrDestinations: true };
    return withFlows(either, context, async (flows) => {
      const { table } = flows;
      const identity = env === undefined ? ['app'] : ['app', 'env'];
      const self = env === undefined ? app : `${app} (${env})`;
      const namer = serviceNamer(services.items);
      const found = await dependencies(table, { self, identity, namer, signal });
      const onward = depth === 2 ? await nextHop(flows, found.rows, { self, identity, namer, query }, context) : NO_HOP;
      const coverage = mergedCoverage(
        [flows.coverage, ...(onward.coverage === null ? [] : [onward.coverage])],
        [...window.notes, ...unlisted(services.complete), ...onward.gaps],
      );
      const rows = [...found.rows, ...onward.rows];
      const count = (direction: DependencyRow['direction']): number =>
        found.rows.filter((row) => row.direction === direction).length;
      return {
        answer: sentence(self, found, coverage),
        items: rows,
        totals: {
          rows: table.totals.rows,
          connections: table.totals.connections,
          intra: count('intra'),
          inbound: count('inbound'),
          outbound: count('outbound'),
          ...(depth === 2 ? { onward: onward.rows.length } : {}),
          peers: found.peers,
        },
        coverage: { ...coverage, truncated: coverage.truncated || onward.gaps.length > 0 },
        extra: { tiers: found.tiers, internet_exposure: found.internet, label_types: table.labelKeys },
        view: viewOf(render, rows),
      };
    });
  },
});

const NO_HOP = { rows: [], coverage: null, gaps: [] } as const;

const unlisted = (complete: boolean): readonly string[] => (complete ? [] : ['the names of some services of the PCE']);

function sentence(self: string, { rows, peers, internet }: Dependencies, coverage: Coverage): string {
  if (rows.length === 0) return `No traffic of ${self}${windowText(coverage)}.`;
  const exposed = (['inbound', 'outbound'] as const)
    .filter((direction) => internet[direction].connections > 0)
    .map((direction) => `${internet[direction].connections} ${direction}`);
  return `${self} has ${plural(peers.infrastructure, 'infrastructure peer')} and ${plural(peers.application, 'application peer')}${windowText(coverage)}; internet connections: ${exposed.length === 0 ? 'none' : exposed.join(', ')}.`;
}
