import {
  blastRadius,
  cuts,
  HOP_FACTOR,
  mergedWays,
  type Target,
  VALUES,
  type Way,
  waysInto,
  type Worth,
} from '../../analysis/blast.ts';
import { EASE } from '../../analysis/graph/port-risk.ts';
import { Failure } from '../../core/errors.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, number, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { portText } from '../protocols.ts';
import { defineTool, type ToolContext } from '../tool.ts';
import { trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { groupsByHref, observedWays, permittedWays, unblockedReach } from './blast-ways.ts';
import { portsArgument, worthOf } from './blast-arguments.ts';
import { rulesInWords } from './compliance-facts.ts';
import { permittedGraph, type PermittedGraph } from './permitted-reach.ts';

interface Row {
  readonly target: string;
  readonly worth: Worth;
  readonly hops: number;
  readonly ease: number;
  readonly path: readonly string[];
  readonly observed: boolean;
  readonly rulesets: readonly string[];
  readonly rules: readonly string[];
}

const DEFAULT_HOPS = 4;
const DEFAULT_LOOKBACK_DAYS = 30;
const NAMED_CUTS = 5;

export default defineTool({
  name: 'blast-radius',
  title: 'Blast radius',
  description:
    'Says how far an intruder on a host or app gets, seen in traffic and permitted by rules, and which rules to cut; with to, every way there. Use it in incidents; not for one flow.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      from: described(text, 'Host name, or app=x env=y role=z'),
      to: described(text, 'Paths to these labels or host'),
      ports: described(texts, 'Like 445/tcp or lateral; default any'),
      basis: described(oneOf('both', 'observed', 'permitted'), 'Default both'),
      max_hops: described({ ...integer, minimum: 1, maximum: 10 }, 'Default 4'),
      crown_jewels: described(text, 'Labels; default compliance=pci|swift'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Default 30'),
    },
    required: ['from'],
  },
  output: envelope(
    {
      target: text,
      worth: text,
      hops: integer,
      ease: number,
      path: texts,
      observed: flag,
      rulesets: texts,
      rules: texts,
    },
    {
      reached: integer,
      crown_jewels_reached: integer,
      observed_reach: integer,
      permitted_reach: integer,
      unblocked_reach: integer,
      groups: integer,
      score: number,
      max_hops: integer,
      ways: integer,
    },
    { extra: { starts: texts, cuts: texts, methodology: text } },
  ),
  example: { from: 'app=vdi env=prod role=desktop', to: 'app=payments env=prod role=db' },
  columns: [
    { header: 'target', value: (row: Row) => row.target },
    { header: 'worth', value: (row) => row.worth },
    { header: 'hops', value: (row) => row.hops },
    { header: 'ease', value: (row) => row.ease },
    { header: 'seen', value: (row) => row.observed },
    { header: 'path', value: (row) => row.path.join(' → ') },
    { header: 'rulesets', value: (row) => row.rulesets.join('; ') },
    { header: 'rules', value: (row) => row.rules.join(' ') },
  ],

  async run(
    { from, to, ports, basis = 'both', max_hops: maxHops = DEFAULT_HOPS, crown_jewels, lookback_days },
    context,
  ) {
    const only = portsArgument(ports);
    const graph = await permittedGraph(context, only);
    const starts = await groupsNamed(from, graph, context);
    const ends = to === undefined ? null : new Set(await groupsNamed(to, graph, context));
    const { query } = await trafficQuery({ lookback_days: lookback_days ?? DEFAULT_LOOKBACK_DAYS }, context);
    return withFlows(query, context, async ({ table, coverage }) => {
      const seen = await observedWays(table, graph, only, context.signal);
      const permitted = permittedWays(graph);
      const ways =
        basis === 'observed'
          ? seen
          : basis === 'permitted'
            ? marked(permitted, seen)
            : mergedWays([...permitted, ...seen]);
      const worth = await worthOf(crown_jewels, graph, ways, context);
      const options = { starts, maxHops, worth };
      const blast = blastRadius(graph.groups, ways, options);
      const reachOf = (some: readonly Way[]): number => blastRadius(graph.groups, some, options).targets.length;
      const shown = ends === null ? blast.targets : waysInto(ways, options, ends);
      const words = await rulesInWords(graph.policy, context);
      const sets = new Map(graph.policy.ruleSets.flatMap((set) => set.rules.map(({ href }) => [href, set.name])));
      const jewels = blast.targets.filter((target) => target.worth === 'crown_jewel');
      const relied = cuts((ends === null ? jewels : shown).map(({ path }) => path)).slice(0, NAMED_CUTS);
      const name = (group: number): string => graph.groups[group]?.name ?? '-';
      const totals = {
        reached: blast.targets.length,
        crown_jewels_reached: jewels.length,
        observed_reach: reachOf(seen),
        permitted_reach: reachOf(permitted),
        unblocked_reach: unblockedReach(graph.groups, ways, starts, maxHops),
        groups: graph.groups.length,
        score: blast.score,
        max_hops: maxHops,
        ...(ends === null ? {} : { ways: shown.length }),
      };
      return {
        answer:
          ends === null
            ? `From ${from}: ${plural(blast.targets.length, 'group')} of hosts within ${plural(maxHops, 'hop')} (${totals.observed_reach} by traffic seen, ${totals.permitted_reach} by rules, ${totals.unblocked_reach} that nothing blocks today), ${plural(jewels.length, 'crown jewel')}; score ${blast.score}.`
            : `${plural(shown.length, 'way')} from ${from} into ${to} within ${plural(maxHops, 'hop')}${shown[0] === undefined ? '' : `; the easiest: ${pathText(shown[0].path, name).join(' → ')}`}.`,
        items: shown.map((target) => rowOf(target, name, (rule) => sets.get(rule) ?? rule)),
        totals,
        coverage: {
          ...coverage,
          truncated: coverage.truncated || !graph.policy.complete,
          gaps: [
            ...coverage.gaps,
            ...graph.gaps,
            'hosts are taken together by app, env, role and mode; an intruder on one is on all of them',
          ],
        },
        extra: {
          starts: starts.map(name),
          cuts: relied.map(({ rule, paths }) => `${words(rule).text} (${rule}) is on ${plural(paths, 'path')}`),
          methodology: METHODOLOGY,
        },
        evidence: relied.map(({ rule }) => rule),
        next: relied.slice(0, 1).map(({ rule }) => `simulate-change shows what breaks without ${rule}.`),
      };
    });
  },
});

const METHODOLOGY = `score = Σ value × ease over what is reached ÷ Σ value of everything × 100; value ${Object.entries(
  VALUES,
)
  .map(([what, value]) => `${what} ${value}`)
  .join(', ')}; ease of a hop by port risk ${Object.entries(EASE)
  .map(([level, ease]) => `${level} ${ease}`)
  .join(', ')}; × ${HOP_FACTOR} for every hop after the first.`;

/** Permitted ways, with those that traffic took marked. */
function marked(permitted: readonly Way[], seen: readonly Way[]): readonly Way[] {
  const taken = new Set(seen.map(({ from, to }) => `${from} ${to}`));
  return permitted.map((way) => ({ ...way, observed: taken.has(`${way.from} ${way.to}`) }));
}

const pathText = (path: readonly Way[], name: (group: number) => string): readonly string[] => [
  ...path.slice(0, 1).map(({ from }) => name(from)),
  ...path.map(({ to, port }) => `${name(to)} ${portText(port.proto, port.port)}`),
];

const rowOf = (
  { group, worth, hops, ease, path }: Target,
  name: (group: number) => string,
  ruleSetOf: (rule: NonNullable<Way['rule']>) => string,
): Row => ({
  target: name(group),
  worth,
  hops,
  ease: Math.round(ease * 10_000) / 10_000,
  path: pathText(path, name),
  observed: path.every(({ observed }) => observed),
  rulesets: path.flatMap(({ rule }) => (rule === null ? [] : [ruleSetOf(rule)])),
  rules: path.flatMap(({ rule }) => rule ?? []),
});

/** The groups that a host name or label expression means. */
async function groupsNamed(
  given: string,
  { groups, policy }: PermittedGraph,
  { pce, signal }: ToolContext,
): Promise<readonly number[]> {
  const byHref = groupsByHref(groups, policy.workloads);
  const hosts = /[=:]|^ams$/.test(given)
    ? (await pce.workloads(await pce.resolve.workloadFilter(given, { signal }), { signal })).items
    : [await pce.resolve.workload(given, { signal })];
  const found = new Set(hosts.flatMap(({ href }) => byHref.get(href) ?? []));
  if (found.size === 0) throw new Failure('not_found', { message: `No workload matches "${given.slice(0, 100)}".` });
  return [...found];
}
