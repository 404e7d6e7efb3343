import type { Href } from '../../core/href.ts';
import { ipv4Count } from '../../model/addresses/set.ts';
import type { Rule, RuleSet } from '../../model/inventory.ts';
import { EASE, levelOf, ratedPorts } from '../graph/port-risk.ts';
import type { Members, RuleReach } from './members.ts';
import { servicesCover } from './service-cover.ts';
import { candidatesAmong } from './wider.ts';

export const CHECKS = [
  'duplicate',
  'redundant',
  'ineffective_deny',
  'overridden',
  'irrelevant',
  'over_grant',
  'wide_source',
  'risky_from_anywhere',
  'insecure_service',
  'wide_ports',
  'mergeable',
] as const;
export type Check = (typeof CHECKS)[number];

export interface ExaminedRule {
  readonly ruleSet: RuleSet;
  readonly rule: Rule;
  readonly parts: readonly RuleReach[];
}

export interface Anomaly {
  readonly check: Check;
  readonly rule: Href;
  /** The rule that makes it so. */
  readonly other: Href | null;
  readonly proof: string;
}

const isSubset = (narrow: ReadonlySet<number>, wide: ReadonlySet<number>): boolean => {
  if (narrow.size > wide.size) return false;
  for (const one of narrow) if (!wide.has(one)) return false;
  return true;
};

/** Certain by today's members: workloads within workloads, and the same or no addresses. */
function membersInside(narrow: Members, wide: Members): boolean {
  if (narrow.open || narrow.negated || wide.negated) return false;
  // Sets of one list are the same object: address sets are compared by identity, which never calls two lists one.
  return (
    isSubset(narrow.workloads, wide.workloads) && narrow.addressSets.every((set) => wide.addressSets.includes(set))
  );
}

const partInside = (narrow: RuleReach, wide: RuleReach): boolean =>
  membersInside(narrow.providers, wide.providers) &&
  membersInside(narrow.consumers, wide.consumers) &&
  servicesCover(wide.services, narrow.services);

const isNobody = ({ workloads, byAddress, addressSets, open, negated }: Members): boolean =>
  workloads.size + byAddress.size + addressSets.length === 0 && !open && !negated;
const isPlain = ({ rule }: ExaminedRule): boolean =>
  rule.consumingSecurityPrincipals.length + rule.useWorkloadSubnets.length + rule.allIpsExceptFor.length === 0 &&
  rule.networkType === 'brn';

/** Whether every part of `narrow` lies inside a part of `wide`; never for rules bound to users, subnets or networks. */
const isInside = (narrow: ExaminedRule, wide: ExaminedRule): boolean =>
  isPlain(narrow) &&
  isPlain(wide) &&
  narrow.parts.length > 0 &&
  narrow.parts.every((part) => wide.parts.some((other) => partInside(part, other)));

const sorted = (values: readonly unknown[]): readonly string[] => values.map((value) => JSON.stringify(value)).sort();

/** What two literal copies share: the scope and everything the rule says, whatever the order. */
const literal = ({ ruleSet, rule }: ExaminedRule): string =>
  JSON.stringify([
    sorted(ruleSet.scopes.map((scope) => sorted(scope))),
    rule.kind,
    sorted(rule.providers),
    sorted(rule.consumers),
    sorted(rule.services),
    sorted(rule.egressServices),
    rule.unscopedConsumers,
    rule.resolveLabelsAs,
    sorted(rule.consumingSecurityPrincipals),
    rule.networkType,
    rule.stateless,
    sorted(rule.useWorkloadSubnets),
    sorted(rule.allIpsExceptFor),
  ]);

const isNobodyRule = ({ parts }: ExaminedRule): boolean =>
  parts.every(({ providers, consumers }) => isNobody(providers) || isNobody(consumers));

/** Copies after the first, and rules that select nobody. */
export function literalAnomalies(rules: readonly ExaminedRule[]): readonly Anomaly[] {
  const copies = [...Map.groupBy(rules, literal).values()].flatMap(([first, ...others]): readonly Anomaly[] =>
    first === undefined
      ? []
      : others.map(({ rule, ruleSet }) => ({
          check: 'duplicate',
          rule: rule.href,
          other: first.rule.href,
          proof: `says exactly what another rule ${ruleSet.href === first.ruleSet.href ? 'of the same ruleset' : `of ${first.ruleSet.name}`} says`,
        })),
  );
  const nobody = rules.filter(isNobodyRule).map(
    ({ rule }): Anomaly => ({
      check: 'irrelevant',
      rule: rule.href,
      other: null,
      proof: 'one side selects no workload and no address',
    }),
  );
  return [...copies, ...nobody];
}

/** Rules inside others: superfluous allows, denies that an allow defeats, allows that an override deny defeats. */
export function shadowed(rules: readonly ExaminedRule[]): readonly Anomaly[] {
  const alive = rules.filter((one) => !isNobodyRule(one)).map((one, order) => ({ ...one, order, key: literal(one) }));
  const allows = alive.filter(({ rule }) => rule.kind === 'allow');
  const of = (check: Check, narrow: typeof alive, wide: typeof alive, proof: string) => {
    const around = candidatesAmong(wide);
    return narrow.flatMap((one): readonly Anomaly[] => {
      const other = around(one).find(
        (candidate) =>
          candidate.order !== one.order &&
          candidate.key !== one.key &&
          isInside(one, candidate) &&
          // Of two that select the same, the later one in the policy is the superfluous one.
          !(check === 'redundant' && candidate.order > one.order && isInside(candidate, one)),
      );
      if (other === undefined) return [];
      return [{ check, rule: one.rule.href, other: other.rule.href, proof: `${proof} ${other.ruleSet.name}` }];
    });
  };
  const denies = alive.filter(({ rule }) => rule.kind === 'deny');
  const overrides = alive.filter(({ rule }) => rule.kind === 'override_deny');
  return [
    ...of('redundant', allows, allows, 'with today’s members, everything it allows is allowed by a wider rule of'),
    ...of('ineffective_deny', denies, allows, 'everything it denies is allowed by a rule of'),
    ...of('overridden', allows, overrides, 'everything it allows is denied by an override deny of'),
  ];
}

/** A /8 or more names nobody. */
const WIDE_ADDRESSES = 2 ** 24;
const EVERYBODY = 2 ** 31;
const OVER_GRANT = 0.9;
/** Fewer possible pairs of groups than this are no finding. */
const MIN_PAIRS = 10;

const widest = ({ addressSets }: Members): number => Math.max(0, ...addressSets.map(ipv4Count));

/** Which pairs of groups of hosts used a rule. Single hosts would make every rule for an application look too wide. */
export interface Observed {
  /** Group of each workload. */
  readonly groupOf: readonly string[];
  /** `source destination` by rule. */
  readonly pairs: ReadonlyMap<Href, ReadonlySet<string>>;
}

/** Allow rules far wider than their use, or than anybody needs. */
export function permissive(rules: readonly ExaminedRule[], { groupOf, pairs: used }: Observed): readonly Anomaly[] {
  const groupsIn = ({ workloads }: Members): number => new Set([...workloads].map((index) => groupOf[index])).size;
  return rules
    .filter(({ rule }) => rule.kind === 'allow')
    .flatMap(({ rule, parts }): readonly Anomaly[] => {
      const width = Math.max(0, ...parts.map(({ consumers }) => widest(consumers)));
      const worst = parts
        .flatMap(({ services }) => services.flatMap(ratedPorts))
        .sort((a, b) => EASE[levelOf(b)] - EASE[levelOf(a)])[0];
      const finding = (check: Check, proof: string): Anomaly => ({ check, rule: rule.href, other: null, proof });
      const isRisky = worst !== undefined && EASE[levelOf(worst)] >= EASE.medium && levelOf(worst) !== 'other';
      const pairs = parts.reduce((sum, { providers, consumers }) => sum + groupsIn(providers) * groupsIn(consumers), 0);
      const seen = used.get(rule.href)?.size ?? 0;
      const overGrant = pairs === 0 ? 0 : 1 - Math.min(seen, pairs) / pairs;
      return [
        ...(width >= EVERYBODY && isRisky
          ? [finding('risky_from_anywhere', `opens port ${worst.port} (${levelOf(worst)} risk) to every address`)]
          : []),
        ...(width >= WIDE_ADDRESSES && width < EVERYBODY
          ? [finding('wide_source', `its sources are ${width.toLocaleString('en')} addresses`)]
          : []),
        ...(width >= WIDE_ADDRESSES
          ? [finding('over_grant', `${width.toLocaleString('en')} source addresses may use it`)]
          : seen > 0 && pairs >= MIN_PAIRS && overGrant > OVER_GRANT
            ? [
                finding(
                  'over_grant',
                  `${seen} of ${pairs} pairs of host groups used it (over-grant ${overGrant.toFixed(2)})`,
                ),
              ]
            : []),
      ];
    });
}
