import type { ResolveAs, Rule, RuleKind, ServiceRef } from '../../model/inventory.ts';
import { readActor } from './actors.ts';
import {
  flag,
  hrefOf,
  list,
  manyOf,
  number,
  oneOf,
  optionalHref,
  optionalNumber,
  optionalRecord,
  optionalText,
  record,
  records,
  type Wire,
} from './fields.ts';
import { versioned } from './versioned.ts';

const SIDES = ['providers', 'consumers'] as const;
const RESOLVE_AS = ['workloads', 'virtual_services'] as const satisfies readonly ResolveAs[];
const WORKLOADS: readonly ResolveAs[] = ['workloads'];

/** An allow rule (objects.md §8.3), or a deny rule (§8.5), which has no more than some of its fields. */
export function readRule(value: unknown, family: 'allow' | 'deny', org: string): Rule {
  const wire = record(value, `${family} rule`, org);
  const kind: RuleKind = family === 'deny' && flag(wire, 'override', false) ? 'override_deny' : family;
  return {
    ...versioned(wire),
    kind,
    enabled: flag(wire, 'enabled', true),
    description: optionalText(wire, 'description'),
    providers: list(wire, 'providers').map((actor) => readActor(actor, org)),
    consumers: list(wire, 'consumers').map((actor) => readActor(actor, org)),
    services: records(wire, 'ingress_services', 'service of a rule').map(serviceRef),
    egressServices: records(wire, 'egress_services', 'egress service of a rule').map(serviceRef),
    unscopedConsumers: flag(wire, 'unscoped_consumers', false),
    resolveLabelsAs: resolveAs(wire),
    consumingSecurityPrincipals: records(wire, 'consuming_security_principals', 'user group of a rule').map((group) =>
      hrefOf(group),
    ),
    networkType: oneOf(wire, 'network_type', ['brn', 'non_brn', 'all'], 'brn'),
    useWorkloadSubnets: manyOf(wire, 'use_workload_subnets', SIDES),
    stateless: flag(wire, 'stateless', false),
    allIpsExceptFor: SIDES.filter((side) => flag(wire, `all_ips_except_for_in_${side}`, false)),
  };
}

function serviceRef(wire: Wire): ServiceRef {
  const href = optionalHref(wire);
  if (href !== null) return { kind: 'service', href };
  return {
    kind: 'ports',
    proto: number(wire, 'proto'),
    port: optionalNumber(wire, 'port'),
    toPort: optionalNumber(wire, 'to_port'),
  };
}

function resolveAs(wire: Wire): Rule['resolveLabelsAs'] {
  const sides = optionalRecord(wire, 'resolve_labels_as', 'resolve_labels_as');
  const side = (name: 'providers' | 'consumers'): readonly ResolveAs[] =>
    sides === null || sides.fields[name] === undefined ? WORKLOADS : manyOf(sides, name, RESOLVE_AS);
  return { providers: side('providers'), consumers: side('consumers') };
}
