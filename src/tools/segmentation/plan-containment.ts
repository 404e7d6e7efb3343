import { type OtherPeer, otherDimensions, otherPeers } from '../../analysis/ringfence/others.ts';
import type { RingfenceRule } from '../../analysis/ringfence/rules.ts';
import { ANY_IP_LIST, resolveActors } from '../../changes/refs-actors.ts';
import { resolveServices } from '../../changes/refs-services.ts';
import type { Href } from '../../core/href.ts';
import type { TrafficService } from '../../pce/traffic/query.ts';
import { carryOut, changeColumns, changeOutput } from '../change.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { withGaps } from '../lifecycle/traffic-impact.ts';
import { plural } from '../listing.ts';
import { withFields } from '../policy/outcome.ts';
import { draftWords } from '../policy/ref-words.ts';
import { refSource } from '../policy/rule-set.ts';
import { ruleFields } from '../policy/rule-fields.ts';
import { defineTool } from '../tool.ts';
import { MAX_ROWS, trafficQuery } from '../traffic/filters.ts';
import { withFlows } from '../traffic/read-flows.ts';
import { plannedImpact } from './create-ringfence-impact.ts';
import { missingRules, placeOf, ruleSetSteps, wideningOf } from './create-ringfence-steps.ts';
import { exceptionRules } from './plan-containment-exceptions.ts';

const DEFAULT_LOOKBACK_DAYS = 30;
const NAMED = 10;

export default defineTool({
  name: 'plan-containment',
  title: 'Plan a containment',
  description:
    'Plans deny rules for services, or between environments, with allow exceptions for what is in use; sends nothing. Use it to close ports everywhere; for one application create-ringfence.',
  toolset: 'segmentation',
  effect: 'draft',
  input: {
    type: 'object',
    properties: {
      services: ruleFields.ingress_services,
      to: described(text, 'Protected labels; default all workloads'),
      from: described(text, 'Denied labels; default any address'),
      exceptions: described(oneOf('observed', 'none'), 'Allow what is in use; default observed'),
      ruleset_name: described(text, 'Default CONTAIN | <services>'),
      lookback_days: described({ ...integer, minimum: 1 }, 'What is in use; default 30'),
    },
    required: ['services'],
  },
  output: changeOutput({
    exceptions: integer,
    others: texts,
    needs_selective: integer,
    would_block: { type: 'object', properties: { sentence: text, edges: integer, connections: integer, flows: texts } },
  }),
  example: { services: [{ port: 445, proto: 'tcp' }], to: 'env=prod' },
  columns: changeColumns,
  effectOf: () => 'read',

  async run({ services: given, to, from, exceptions = 'observed', ruleset_name, lookback_days }, context) {
    const { pce, signal } = context;
    const source = await refSource(context);
    const picks = await resolveServices(given, 'ingress_services', 'deny', source);
    const actorsOf = async (side: 'providers' | 'consumers', labels: string | undefined, otherwise: string) =>
      (await resolveActors([labels ?? otherwise], side, 'deny', source)).map(({ actor }) => actor);
    const providers = await actorsOf('providers', to, 'ams');
    const consumers = await actorsOf('consumers', from, `iplist:${ANY_IP_LIST}`);
    const { query } = await trafficQuery(
      {
        lookback_days: lookback_days ?? DEFAULT_LOOKBACK_DAYS,
        include_destinations: to === undefined ? [] : [to],
        include_sources: from === undefined ? [] : [from],
      },
      context,
    );
    const services = picks.flatMap(({ ref, service }): readonly TrafficService[] =>
      ref.kind === 'ports'
        ? [{ proto: ref.proto, port: ref.port ?? undefined, toPort: ref.toPort ?? undefined }]
        : (service?.ports ?? []).flatMap(({ proto, port, toPort }) =>
            proto === null || proto === -1 ? [] : [{ proto, port: port ?? undefined, toPort: toPort ?? undefined }],
          ),
    );
    const narrowed = { ...query, services: { include: services, exclude: [] } };
    const labels = (await pce.labels({}, { signal })).items;
    const labelOf = new Map(labels.map(({ key, value, href }) => [JSON.stringify([key, value]), href]));
    const refs = picks.map(({ ref }) => ref);
    const used = await withFlows(narrowed, context, async ({ table, coverage }) => {
      const by = ['source_app', 'source_env', 'destination_app', 'destination_env', 'policy'] as const;
      const where = [{ dimension: 'policy', notIn: ['blocked'] }] as const;
      const { groups } = await table.ask({ by, where, limit: MAX_ROWS }, signal);
      const others = await table.ask({ by: otherDimensions('source'), where, limit: MAX_ROWS }, signal);
      return {
        ...exceptionRules(
          exceptions === 'none' ? [] : groups,
          refs,
          (key, value): Href | null => labelOf.get(JSON.stringify([key, value])) ?? null,
        ),
        others: otherPeers(others.groups, ([list = null]) => (list === ANY_IP_LIST ? null : list)),
        coverage,
      };
    });

    const title = picks.map(({ words }) => words).join(', ');
    const name = ruleset_name ?? `CONTAIN | ${title}`;
    const deny: RingfenceRule = {
      type: 'deny (block all inbound)',
      kind: 'deny',
      providers,
      consumers,
      services: refs,
      unscopedConsumers: false,
      ports: [],
      description: `Contain ${title}`,
    };
    const words = await draftWords((await pce.ruleSets('draft', {}, { signal })).items, context);
    const place = await placeOf({ name, scope: [], description: `Containment of ${title}` }, context);
    const placed = missingRules(place, [deny, ...used.rules], words);
    const { orgId } = source.pce;
    const filter = await pce.resolve.workloadFilter(to ?? 'ams', { signal });
    const covered = (await pce.workloads(filter, { signal })).items;
    const owned = new Set(covered.map(({ href }) => href));
    const impact = await plannedImpact(({ href }) => owned.has(href), [placed], 'selective', narrowed, context);
    const waiting = covered.filter(
      ({ managed, mode }) => managed && (mode === 'idle' || mode === 'visibility_only'),
    ).length;
    const answer = await carryOut(
      context,
      {
        tool: 'plan-containment',
        title: `contain ${title} with ${plural(used.rules.length, 'exception')}`,
        effect: 'draft',
        requests: ruleSetSteps(placed, { offset: 0, words, orgId }),
        widening: wideningOf(
          placed.missing.filter(({ kind }) => kind === 'allow'),
          words,
        ),
        warnings: [
          ...(waiting === 0
            ? []
            : [`${plural(waiting, 'host')} are idle or visibility_only: the deny acts there once they are selective.`]),
          ...used.unhandled,
        ],
      },
      { dryRun: true, done: '', query: narrowed },
    );
    return {
      ...withFields(answer, {
        exceptions: used.rules.length,
        others: used.others.slice(0, NAMED).map(otherText),
        needs_selective: waiting,
        would_block: {
          sentence: impact.sentence,
          edges: impact.totals.will_break.edges,
          connections: impact.totals.will_break.connections,
          flows: impact.rows
            .filter(({ change }) => change === 'will_break' || change === 'may_break')
            .slice(0, NAMED)
            .map((row) => `${row.from} -> ${row.to} ${row.service} (${row.connections})`),
        },
      }),
      coverage: withGaps(used.coverage, answer.coverage.gaps),
    };
  },
});

const otherText = ({ name, kind, connections, addresses }: OtherPeer): string =>
  `${name} (${kind}, ${plural(addresses, 'address', 'addresses')}, ${plural(connections, 'connection')}): no exception`;
