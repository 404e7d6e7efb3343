import { LEVEL_WEIGHTS, protection, type ServiceExposure } from '../../analysis/graph/exposure.ts';
import { opens } from '../../analysis/graph/port-risk.ts';
import { ruleReach, type RuleReach } from '../../analysis/rules/members.ts';
import { ipv4Count } from '../../model/addresses/set.ts';
import { envelope } from '../envelope.ts';
import { described, integer, number, text, texts } from '../fields.ts';
import { compareText, plural } from '../listing.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { defineTool } from '../tool.ts';
import { rulesInWords } from './compliance-facts.ts';
import { EVERYBODY, hostExposures } from './ransomware-hosts.ts';

interface Row {
  readonly workload: string;
  readonly app: string;
  readonly env: string;
  readonly mode: string;
  readonly protection_percent: number;
  /** Whose number it is: the PCE's own where it has computed one. */
  readonly basis: 'PCE' | 'estimate';
  readonly estimate_percent: number;
  readonly unprotected: readonly string[];
  readonly open: readonly string[];
}

const NAMED = 6;
const NAMED_RULES = 5;

export default defineTool({
  name: 'ransomware-exposure',
  title: 'Ransomware exposure',
  description:
    'Says how open the ports that ransomware uses are, by host: by the PCE itself, else estimated from modes and rules. Use it to choose what to deny next; not for what is in use: get-traffic-flows.',
  toolset: 'risk',
  effect: 'read',
  input: {
    type: 'object',
    properties: { scope: described(text, 'Workloads, like env=prod; default all') },
  },
  output: envelope(
    {
      workload: text,
      app: text,
      env: text,
      mode: text,
      protection_percent: number,
      basis: text,
      estimate_percent: number,
      unprotected: texts,
      open: texts,
    },
    { workloads: integer, protection_percent: number, from_pce: integer, below_50: integer, from_80: integer },
    { extra: { methodology: text, worst_services: texts, widest_rules: texts, next_best_deny: text } },
  ),
  example: { scope: 'env=prod' },
  columns: [
    { header: 'workload', value: (row: Row) => row.workload },
    { header: 'app', value: (row) => row.app },
    { header: 'env', value: (row) => row.env },
    { header: 'mode', value: (row) => row.mode },
    { header: 'protected %', value: (row) => row.protection_percent },
    { header: 'basis', value: (row) => row.basis },
    { header: 'estimate %', value: (row) => row.estimate_percent },
    { header: 'unprotected', value: (row) => row.unprotected.join(', ') },
    { header: 'open', value: (row) => row.open.join(', ') },
  ],

  async run({ scope }, context) {
    const { pce, signal } = context;
    const policy = await readPolicy('active', context);
    const { workloads } = policy;
    const reach = ruleReach(policy.source);
    const all = hostExposures(policy, reach);
    const wanted =
      scope === undefined
        ? null
        : new Set(
            (await pce.workloads(await pce.resolve.workloadFilter(scope, { signal }), { signal })).items.map(
              ({ href }) => href,
            ),
          );
    const picked = workloads.flatMap((workload, index) =>
      workload.managed && (wanted === null || wanted.has(workload.href))
        ? [{ workload, services: all[index] ?? [] }]
        : [],
    );
    const label = ({ labels }: (typeof workloads)[number], key: string): string =>
      labels.find((one) => one.key === key)?.value ?? '-';
    const items = picked
      .map(
        ({ workload, services }): Row => ({
          workload: workload.name ?? workload.hostname ?? workload.href,
          app: label(workload, 'app'),
          env: label(workload, 'env'),
          mode: workload.mode,
          protection_percent: workload.ransomwarePercent ?? protection(services),
          basis: typeof workload.ransomwarePercent === 'number' ? 'PCE' : 'estimate',
          estimate_percent: protection(services),
          unprotected: named(services, 'unprotected'),
          open: named(services, 'protected_open'),
        }),
      )
      .sort((a, b) => a.protection_percent - b.protection_percent || compareText(a.workload, b.workload));
    const mean =
      items.length === 0
        ? 0
        : Math.round((10 * items.reduce((sum, row) => sum + row.protection_percent, 0)) / items.length) / 10;
    const native = items.filter(({ basis }) => basis === 'PCE').length;
    const words = await rulesInWords(policy, context);
    const rules = widestRules(reach).map(({ rule }) => `${words(rule.href).text} (${rule.href})`);
    const worst = worstServices(picked.map(({ services }) => services));
    return {
      answer: `${plural(items.length, 'host')} with an agent: ${mean} % protected on average (${native === 0 ? 'estimate' : native === items.length ? 'by the PCE' : `${native} by the PCE, the rest estimated`}), ${items.filter((row) => row.protection_percent < 50).length} below 50 %, ${items.filter((row) => row.protection_percent >= 80).length} from 80 %.`,
      items,
      totals: {
        workloads: items.length,
        protection_percent: mean,
        from_pce: native,
        below_50: items.filter((row) => row.protection_percent < 50).length,
        from_80: items.filter((row) => row.protection_percent >= 80).length,
      },
      coverage: {
        rows_read: policy.read,
        truncated: !policy.complete,
        gaps: [
          ...policy.gaps,
          ...(native === items.length ? [] : ["the PCE's own percentage, which it has not computed for every host"]),
          'hosts without an agent',
          'whether a service listens at all',
        ],
      },
      extra: {
        methodology: METHODOLOGY,
        worst_services: worst.map(({ name, hosts }) => `${name}: unprotected on ${plural(hosts, 'host')}`),
        widest_rules: rules,
        ...(worst[0] === undefined
          ? {}
          : {
              next_best_deny: `deny ${worst[0].name} (${worst[0].ports}) to the hosts that do not need it, exceptions first`,
            }),
      },
      evidence: widestRules(reach).map(({ rule }) => rule.href),
      next: worst
        .slice(0, 1)
        .map(({ ports }) => `plan-containment for ${ports} plans the deny with exceptions for what is in use.`),
    };
  },
});

const METHODOLOGY = `protection_percent: the PCE's own where it has computed one, else the estimate; estimate = Σ weight × share ÷ Σ weight over the risky services; weight ${Object.entries(
  LEVEL_WEIGHTS,
)
  .map(([level, weight]) => `${level} ${weight}`)
  .join(', ')}; share 1 closed, 1 − share of the estate that rules let in, 0 where nothing enforces.`;

const named = (services: readonly ServiceExposure[], state: ServiceExposure['state']): readonly string[] => {
  const names = [...new Set(services.filter((one) => one.state === state).map(({ service }) => service.name))];
  return names.length <= NAMED ? names : [...names.slice(0, NAMED), `and ${names.length - NAMED} more`];
};

function worstServices(
  all: readonly (readonly ServiceExposure[])[],
): readonly { readonly name: string; readonly ports: string; readonly hosts: number }[] {
  const hosts = new Map<string, { weight: number; ports: string; hosts: number }>();
  for (const services of all)
    for (const { service, state } of services) {
      const known = hosts.get(service.name) ?? {
        weight: LEVEL_WEIGHTS[service.level],
        ports: `port ${service.from}`,
        hosts: 0,
      };
      known.hosts += state === 'unprotected' ? 1 : 0;
      hosts.set(service.name, known);
    }
  return [...hosts]
    .map(([name, facts]) => ({ name, ...facts }))
    .filter(({ hosts: count }) => count > 0)
    .sort((a, b) => b.weight * b.hosts - a.weight * a.hosts || compareText(a.name, b.name))
    .slice(0, NAMED_RULES);
}

/** Allow rules that open a critical or high service to every address. */
const widestRules = (reach: readonly RuleReach[]): readonly RuleReach[] =>
  reach
    .filter(
      ({ rule, consumers, services }) =>
        rule.kind === 'allow' &&
        consumers.addressSets.some((set) => ipv4Count(set) >= EVERYBODY) &&
        services.some((entry) => [135, 139, 445, 3389, 5900, 5985].some((port) => opens(entry, { proto: 6, port }))),
    )
    .slice(0, NAMED_RULES);
