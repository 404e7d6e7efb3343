import type { Actor } from '../../src/model/inventory.ts';
import type { PceView } from '../../src/pce/view.ts';
import blastRadius from '../../src/tools/risk/blast-radius.ts';
import detectLateralMovementPaths from '../../src/tools/risk/detect-lateral-movement-paths.ts';
import identifyInfrastructureServices from '../../src/tools/risk/identify-infrastructure-services.ts';
import planRollout from '../../src/tools/segmentation/plan-rollout.ts';
import buildIdentityGraph from '../../src/tools/traffic/build-identity-graph.ts';
import { flowRow } from '../catalogue/flow-rows.ts';
import { type Contents, label, memoryPce, rule, ruleSet, workload } from '../catalogue/memory-pce.ts';

/** Every tool that walks a graph of applications, hosts or identities, with arguments that make it walk. */
export const GRAPH_TOOLS = [
  { tool: identifyInfrastructureServices, args: {} },
  { tool: detectLateralMovementPaths, args: { app_name: 'app-0', env_name: 'prod' } },
  { tool: blastRadius, args: { from: 'app=app-0' } },
  { tool: buildIdentityGraph, args: {} },
  { tool: planRollout, args: {} },
] as const;

const FIRST_APP = 10_000;
/** Between the steps of the chords: not a divisor of any number of applications used here. */
export const STEP = 37;
const USERS = 400;

function contentsOf(apps: number, edges: number): Contents {
  const prod = label(1, 'env', 'prod');
  const labels = Array.from({ length: apps }, (_, index) => label(FIRST_APP + index, 'app', `app-${index}`));
  const address = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  const end = (index: number) => ({
    ip: address(index),
    name: `w${index}`,
    labels: { app: `app-${index}`, env: 'prod' },
  });
  const calls = (from: number, chord: number) => (from + 1 + chord * STEP) % apps;
  const chords = edges / apps;
  const appOf = (index: number): Actor => ({
    kind: 'label',
    href: labels[index]?.href ?? prod.href,
    exclusion: false,
  });
  return {
    labels: [prod, ...labels],
    workloads: labels.map((app, index) =>
      workload(index, app.value, [app, prod], {
        interfaces: [{ name: 'eth0', address: address(index), cidrBlock: 8, gateway: null }],
      }),
    ),
    flows: Array.from({ length: edges }, (_, index) =>
      flowRow({
        from: end(index % apps),
        to: end(calls(index % apps, Math.floor(index / apps))),
        port: 443,
        connections: 1 + (index % 7),
        process: '/usr/bin/client',
        user: `user-${index % USERS}`,
      }),
    ),
    ruleSets: labels.map((app, index) =>
      ruleSet(
        FIRST_APP + index,
        app.value,
        [
          rule(FIRST_APP + index, 1, {
            consumers: Array.from({ length: chords }, (_, chord) =>
              appOf((index + apps * STEP - 1 - chord * STEP) % apps),
            ),
            services: [{ kind: 'ports', proto: 6, port: 443, toPort: null }],
            unscopedConsumers: true,
          }),
        ],
        { scopes: [[appOf(index)].flatMap((entry) => (entry.kind === 'label' ? [entry] : []))] },
      ),
    ),
  };
}

/**
 * A PCE whose applications are a ring, so that everything is reached, with chords spread by a fixed step: so many pairs that talk, each of
 * them permitted by a rule of the application that is called. Always the same.
 */
export function appMesh(apps: number, edges: number): () => PceView {
  const { flows, workloads = [], ...rest } = contentsOf(apps, edges);
  const contents = { ...rest, workloads, flows: JSON.stringify(flows) };
  return () => {
    const pce = memoryPce(contents);
    return {
      ...pce,
      // Filtered by labels, as a PCE does: otherwise an intruder would start everywhere.
      async workloads(filter, options) {
        const wanted = filter?.labels ?? [];
        const meets = (hrefs: readonly string[]) =>
          wanted.length === 0 || wanted.some((all) => all.every((href) => hrefs.includes(href)));
        const listing = await pce.workloads(filter, options);
        const items = listing.items.filter(({ labels }) => meets(labels.map(({ href }) => href)));
        return { ...listing, items, matched: items.length };
      },
    };
  };
}
