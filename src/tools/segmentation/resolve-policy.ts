import { addressesOf, pieces } from '../../analysis/rules/flat.ts';
import { hasPorts, protocolName } from '../../model/services/protocols.ts';
import type { ServiceEntry } from '../../model/services/match.ts';
import { Failure } from '../../core/errors.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { rulesInWords } from '../risk/compliance-facts.ts';
import { rulesOfScope } from '../risk/rules-of-scope.ts';
import { defineTool } from '../tool.ts';
import { readPolicy } from './policy-reading.ts';

interface Row {
  readonly action: string;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly proto: string;
  readonly ports?: string;
  readonly process?: string;
  readonly ruleset: string;
  readonly rule: string;
}

/** Addresses on one side of a row: more become further rows, so that no list is ever shortened. */
const PER_ROW = 12;

export default defineTool({
  name: 'resolve-policy',
  title: 'Policy as addresses',
  description:
    'Flattens rules into addresses, protocols and ports for firewall teams, deny rules included, complete over its pages. Use it to export; not to ask whether a flow passes: explain-flow.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      scope: described(text, 'Workloads, like app=ordering env=prod'),
      ruleset: described(text, 'One ruleset, by exact name'),
      policy: described(oneOf('active', 'draft'), 'Default active'),
      format: described(oneOf('json', 'csv', 'fwchange'), 'Of the text; default json (a table)'),
    },
  },
  output: envelope(
    {
      action: text,
      sources: texts,
      destinations: texts,
      proto: text,
      ports: text,
      process: text,
      ruleset: text,
      rule: text,
    },
    { rules: integer, rows: integer, unresolved: integer },
    { extra: { policy: text, unresolved: texts } },
  ),
  example: { scope: 'app=payments env=prod', policy: 'draft' },
  columns: [
    { header: 'action', value: (row: Row) => row.action },
    { header: 'sources', value: (row) => row.sources.join(' ') },
    { header: 'destinations', value: (row) => row.destinations.join(' ') },
    { header: 'proto', value: (row) => row.proto },
    { header: 'ports', value: (row) => row.ports },
    { header: 'process', value: (row) => row.process },
    { header: 'ruleset', value: (row) => row.ruleset },
    { header: 'rule', value: (row) => row.rule },
  ],

  async run({ scope, ruleset, policy: version = 'active', format = 'json' }, context) {
    const policy = await readPolicy(version, context);
    if (ruleset !== undefined && !policy.ruleSets.some(({ name }) => name === ruleset))
      throw new Failure('not_found', { message: `There is no ruleset named exactly "${ruleset.slice(0, 80)}".` });
    const chosen = (await rulesOfScope(policy, scope, context)).filter(
      ({ ruleSet }) => ruleset === undefined || ruleSet.name === ruleset,
    );
    const words = await rulesInWords(policy, context);
    const unresolved: string[] = [];
    const items = chosen.flatMap(({ ruleSet, rule, parts }) =>
      parts.flatMap(({ providers, consumers, services }): readonly Row[] => {
        if (providers.open || consumers.open || providers.negated || consumers.negated)
          unresolved.push(
            `${words(rule.href).text} (${rule.href}): DNS names, or "every address except", have no addresses here`,
          );
        if (providers.negated || consumers.negated) return [];
        const sources = pieces(addressesOf(consumers, policy.workloads), PER_ROW);
        const destinations = pieces(addressesOf(providers, policy.workloads), PER_ROW);
        return services.flatMap((service) =>
          sources.flatMap((from) =>
            destinations.map(
              (to): Row => ({
                action: rule.kind,
                sources: from,
                destinations: to,
                ...serviceOf(service),
                ruleset: ruleSet.name,
                rule: rule.href,
              }),
            ),
          ),
        );
      }),
    );
    return {
      answer: `${plural(chosen.length, 'rule')} of the ${version} policy as ${plural(items.length, 'row')} of addresses${unresolved.length === 0 ? '' : `; ${plural(unresolved.length, 'rule')} with parts that have no addresses`}.`,
      items,
      totals: { rules: chosen.length, rows: items.length, unresolved: unresolved.length },
      coverage: {
        rows_read: policy.read,
        truncated: !policy.complete,
        gaps: [
          ...policy.gaps,
          'enforcement modes: rows say what rules mean, not what is enforced today',
          'override_deny beats allow, allow beats deny: keep that order',
        ],
      },
      ...(format === 'json' ? {} : { view: { as: 'csv' as const } }),
      extra: { policy: version, ...(unresolved.length === 0 ? {} : { unresolved: unresolved.slice(0, 10) }) },
      next: [],
    };
  },
});

function serviceOf({
  proto,
  port,
  toPort,
  icmpType,
  process,
  windowsService,
}: ServiceEntry): Pick<Row, 'proto' | 'ports' | 'process'> {
  const isAny = proto === null || proto === -1;
  const ports =
    port === null ? (icmpType === null ? null : `type ${icmpType}`) : toPort === null ? `${port}` : `${port}-${toPort}`;
  return {
    proto: isAny ? 'any' : protocolName(proto),
    ...present({
      ports: !isAny && !hasPorts(proto) && icmpType === null ? null : ports,
      process: process ?? windowsService,
    }),
  };
}
