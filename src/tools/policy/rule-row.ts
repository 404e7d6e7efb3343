import type { Rule } from '../../model/inventory.ts';
import { present } from '../present.ts';
import type { PolicyNames } from './names.ts';

/** One rule, names resolved. `consumers` are the sources and `providers` the destinations of connections. */
export interface RuleRow {
  readonly rule_type: 'allow' | 'deny' | 'override_deny';
  readonly href: string;
  readonly enabled: boolean;
  readonly description?: string;
  readonly consumers: readonly string[];
  readonly providers: readonly string[];
  readonly ingress_services: readonly string[];
  readonly egress_services?: readonly string[];
  readonly unscoped_consumers?: boolean;
  /** Only where it is not workloads on both sides. */
  readonly resolve_labels_as?: string;
  /** Whatever else narrows or widens the rule, in words. */
  readonly conditions?: readonly string[];
  readonly update_type?: string;
}

export function ruleRow(rule: Rule, names: PolicyNames): RuleRow {
  const egress = rule.egressServices.map(names.service);
  const conditions = conditionsOf(rule);
  return {
    rule_type: rule.kind,
    href: rule.href,
    enabled: rule.enabled,
    ...present({ description: rule.description === '' ? null : rule.description }),
    consumers: rule.consumers.map(names.actor),
    providers: rule.providers.map(names.actor),
    ingress_services: rule.services.map(names.service),
    ...(egress.length === 0 ? {} : { egress_services: egress }),
    ...(rule.unscopedConsumers ? { unscoped_consumers: true } : {}),
    ...present({ resolve_labels_as: resolution(rule) }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...present({ update_type: rule.updateType }),
  };
}

function resolution({ kind, resolveLabelsAs: { providers, consumers } }: Rule): string | null {
  const usual = kind !== 'allow' || [providers, consumers].every((side) => side.join() === 'workloads');
  return usual ? null : `consumers as ${consumers.join('+')}, providers as ${providers.join('+')}`;
}

const conditionsOf = (rule: Rule): readonly string[] => [
  ...(rule.stateless ? ['stateless'] : []),
  ...(rule.networkType === 'brn' ? [] : [`network ${rule.networkType}`]),
  ...rule.useWorkloadSubnets.map((side) => `subnets of ${side}`),
  ...rule.allIpsExceptFor.map((side) => `every address except the ${side}`),
  ...rule.consumingSecurityPrincipals.map((group) => `user group ${group}`),
];

/** The rule as one line: `allow role=web -> role=db on POSTGRES /orgs/1/… (disabled)`. */
export function ruleLine(row: RuleRow): string {
  const services = [...row.ingress_services, ...(row.egress_services ?? []).map((service) => `egress ${service}`)];
  const notes = [
    row.enabled ? '' : 'disabled',
    row.unscoped_consumers === true ? 'sources outside the scope' : '',
    row.resolve_labels_as ?? '',
    ...(row.conditions ?? []),
    row.update_type === undefined ? '' : `pending ${row.update_type}`,
    row.description ?? '',
  ].filter((note) => note !== '');
  return [
    `${row.rule_type} ${row.consumers.join(', ')} -> ${row.providers.join(', ')} on ${services.join(', ')}`,
    row.href,
    // Last, because only they can be long enough to be cut.
    ...(notes.length === 0 ? [] : [`(${notes.join('; ')})`]),
  ].join(' ');
}
