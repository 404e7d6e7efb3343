import { INSECURE_SERVICES } from '../graph/port-risk.ts';
import type { Anomaly, ExaminedRule } from './anomalies.ts';
import type { RuleReach } from './members.ts';

/** A rule for so many ports is not about a service (users.md §4.7). */
const MANY_PORTS = 1_000;
const ALL_PORTS = 65_536;

type Entry = RuleReach['services'][number];

/** Ports of one protocol that an entry opens; none where its protocol has no ports. */
function portsIn({ proto, port, toPort }: Entry): number {
  if (port !== null) return (toPort ?? port) - port + 1;
  return proto === null || proto === -1 || proto === 6 || proto === 17 ? ALL_PORTS : 0;
}

/** The insecure service that an entry names; a range that happens to hold its port names nothing. */
const insecure = ({ proto, port, toPort }: Entry): string | null =>
  INSECURE_SERVICES.find(
    ({ protos, from, to }) =>
      port !== null && port === (toPort ?? port) && protos.some((one) => one === proto) && port >= from && port <= to,
  )?.name ?? null;

/** What a reviewer asks of allow rules whatever their traffic: clear-text services, ports without end across scopes, rules that are one. */
export function hygiene(rules: readonly ExaminedRule[]): readonly Anomaly[] {
  const allows = rules.filter(({ rule }) => rule.kind === 'allow');
  return [...allows.flatMap(servicesOf), ...mergeable(allows)];
}

function servicesOf({ ruleSet, rule, parts }: ExaminedRule): readonly Anomaly[] {
  const services = parts[0]?.services ?? [];
  const names = new Set(services.flatMap((entry) => insecure(entry) ?? []));
  const widest = Math.max(0, ...services.map(portsIn));
  // Inside one scope every port is what a ringfence means.
  const crosses = rule.unscopedConsumers || ruleSet.scopes.some((scope) => scope.length === 0);
  const finding = (check: Anomaly['check'], proof: string): Anomaly => ({ check, rule: rule.href, other: null, proof });
  return [
    ...(names.size > 0
      ? [finding('insecure_service', `names ${[...names].join(', ')}: clear text or easily abused`)]
      : []),
    ...(crosses && widest > MANY_PORTS
      ? [
          finding(
            'wide_ports',
            `opens ${widest === ALL_PORTS ? 'every port' : `${widest} ports`} from outside of its scope`,
          ),
        ]
      : []),
  ];
}

/** Rules of one ruleset that differ in nothing but their services: one rule takes many services and is cheaper for the PCE. */
function mergeable(allows: readonly ExaminedRule[]): readonly Anomaly[] {
  const sorted = (values: readonly unknown[]): readonly string[] => values.map((value) => JSON.stringify(value)).sort();
  const alike = Map.groupBy(allows, ({ ruleSet, rule }) =>
    JSON.stringify([
      ruleSet.href,
      sorted(rule.providers),
      sorted(rule.consumers),
      rule.unscopedConsumers,
      rule.resolveLabelsAs,
      rule.networkType,
      rule.stateless,
      sorted(rule.consumingSecurityPrincipals),
      sorted(rule.useWorkloadSubnets),
      sorted(rule.allIpsExceptFor),
      sorted(rule.egressServices),
    ]),
  );
  return [...alike.values()].flatMap(([first, ...others]): readonly Anomaly[] =>
    first === undefined
      ? []
      : others
          .filter(({ rule }) => JSON.stringify(sorted(rule.services)) !== JSON.stringify(sorted(first.rule.services)))
          .map(({ rule }) => ({
            check: 'mergeable',
            rule: rule.href,
            other: first.rule.href,
            proof: 'differs from another rule of its ruleset in its services only',
          })),
  );
}
