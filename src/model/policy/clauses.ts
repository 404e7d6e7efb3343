import type { Href } from '../../core/href.ts';
import type { Actor } from '../inventory.ts';
import type { ServiceEntry } from '../services/match.ts';
import { conditionsOf, entryReader, type LabelsByKey, type MixingRule } from './conditions.ts';
import type { OpenPoint } from './open-points.ts';
import { portsEntry, type Registry, registryOf } from './registry.ts';
import { expanded, type Scope, scopeOf } from './scopes.ts';
import {
  addressesSide,
  boundSide,
  labelsByKey,
  type ListOptions,
  listSide,
  type PlacedVirtualService,
  type SelectionContext,
  virtualServicesOf,
  withSubnets,
} from './selection.ts';
import type { Side } from './side.ts';
import type { PolicySource, SourceBoundary, SourceRule } from './source.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

/** What of a rule outlives its clauses. */
export interface CompiledRule {
  readonly href: Href;
  readonly kind: 'allow' | 'deny' | 'override_deny';
  readonly network: 'brn' | 'non_brn' | 'all';
  /** User groups the source end asks for; null: none. */
  readonly users: ReadonlySet<Href> | null;
  readonly isBoundary: boolean;
  /** Choices every match of this rule leans on. */
  readonly notes: readonly OpenPoint[];
}

/** A rule in one of its scopes, for one kind of provider and consumer: matches when all parts do. */
export interface Clause {
  readonly rule: number;
  readonly services: readonly ServiceEntry[];
  readonly provider: Side;
  readonly consumer: Side;
  /** What provider and consumer need to be in one scope together; empty for extra-scope rules. */
  readonly mixing: readonly MixingRule[];
}

export interface Clauses {
  readonly rules: readonly CompiledRule[];
  readonly clauses: readonly Clause[];
  readonly registry: Registry;
  readonly vocabulary: Vocabulary;
}

interface Part {
  readonly side: Side;
  /** Set where the provider brings its own ports. */
  readonly services: readonly ServiceEntry[] | null;
}

const isEmpty = ({ terms, addressSets, nameLists, droppedNameLists, negated }: Side): boolean =>
  !negated && terms.length + addressSets.length + nameLists.length + droppedNameLists.length === 0;

function notesOf(rule: SourceRule, { read }: SelectionContext): readonly OpenPoint[] {
  const notes = new Set<OpenPoint>();
  for (const list of [rule.providers, rule.consumers]) {
    const has = (...kinds: readonly Actor['kind'][]) => list.some((actor) => kinds.includes(actor.kind));
    const labels = has('label', 'label_group');
    if (conditionsOf(read(list)).some(({ include, exclude }) => include !== null && exclude !== null))
      notes.add('open-include-and-exclude-of-one-key');
    if (labels && has('workload')) notes.add('open-labels-and-workload-in-one-list');
    if (labels && has('ams')) notes.add('open-ams-and-label-in-one-list');
    if (has('label_dimension')) notes.add('open-label-dimension-and-unlabelled');
    if (has('container_host')) notes.add('open-container-host');
  }
  if (rule.allIpsExceptFor.length > 0) notes.add('open-all-ips-except');
  if (rule.stateless) notes.add('open-stateless-opposite-direction');
  if (rule.kind === 'allow') {
    if (rule.resolveLabelsAs.providers.length > 1) notes.add('open-both-kinds-which-port');
    if (rule.resolveLabelsAs.consumers.includes('virtual_services')) notes.add('open-consumers-as-virtual-services');
  }
  return [...notes];
}

/** A boundary as the unscoped ordinary deny it is (objects.md §8.7). */
const asRule = (boundary: SourceBoundary): SourceRule => ({
  ...boundary,
  kind: 'deny',
  unscopedConsumers: true,
  resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
  consumingSecurityPrincipals: [],
  useWorkloadSubnets: [],
  stateless: false,
  allIpsExceptFor: [],
});

/** The ports of a virtual service on a workload it is bound to, moved as the binding says (objects.md §7.3). */
function movedPorts(
  ports: readonly ServiceEntry[],
  overrides: PlacedVirtualService['service']['bindings'][number]['portOverrides'],
): readonly ServiceEntry[] {
  return ports.map((entry) => {
    const moved = overrides.find((override) => override.proto === entry.proto && override.port === entry.port);
    return moved === undefined ? entry : { ...entry, port: moved.newPort, toPort: moved.newToPort };
  });
}

function providerParts(
  placed: PlacedVirtualService,
  context: SelectionContext,
  servicesOf: Registry['services'],
): readonly Part[] {
  const { service, label } = placed;
  const own: readonly ServiceEntry[] =
    service.service === null
      ? service.ports.map((port) => portsEntry({ ...port, port: port.port === -1 ? null : port.port }))
      : servicesOf([{ kind: 'service', href: service.service }]);
  const parts: Part[] = [];
  for (const { workload, portOverrides } of service.bindings) {
    const index = context.workloadIndex.get(workload);
    if (index === undefined) continue;
    parts.push({
      side: boundSide([index], label),
      services: portOverrides.length === 0 ? own : movedPorts(own, portOverrides),
    });
  }
  const byPort = Map.groupBy(service.addresses, (address) => address.port);
  for (const [port, addresses] of byPort) {
    const ips = addresses.map((address) => address.ip).filter((ip) => ip !== null);
    const names = addresses.map((address) => address.fqdn).filter((name) => name !== null);
    const side = addressesSide(context, { key: `${service.href} ${port}`, ips, names, as: label });
    const services =
      port === null
        ? own
        : [...new Set(own.map((entry) => entry.proto))].map((proto) => portsEntry({ proto, port, toPort: null }));
    parts.push({ side, services });
  }
  if (service.ipOverrides.length > 0) {
    const key = `${service.href} overrides`;
    parts.push({
      side: addressesSide(context, { key, ips: service.ipOverrides, names: [], as: label }),
      services: own,
    });
  }
  return parts;
}

function consumerPart({ service, label }: PlacedVirtualService, context: SelectionContext): Part {
  const hosts = service.bindings
    .map(({ workload }) => context.workloadIndex.get(workload))
    .filter((index) => index !== undefined);
  const addresses = service.addresses.map((address) => address.ip).filter((ip) => ip !== null);
  const ips = [...addresses, ...service.ipOverrides];
  const remote = addressesSide(context, { key: `${service.href} sources`, ips, names: [], as: label });
  return { side: { ...remote, terms: boundSide(hosts, label).terms }, services: null };
}

/** Turns every enabled rule of every enabled ruleset, and every enabled boundary, into clauses. */
export function clausesOf(source: PolicySource): Clauses {
  const vocabulary = vocabularyOf(source);
  const registry = registryOf(source);
  const workloadIndex = new Map(source.workloads.map((workload, index) => [workload.href, index]));
  let workloadLabels: readonly LabelsByKey[] | null = null;
  const context: SelectionContext = {
    vocabulary,
    registry,
    read: entryReader(vocabulary),
    workloads: source.workloads,
    workloadLabels: () => {
      workloadLabels ??= source.workloads.map((workload) => labelsByKey(vocabulary, workload.labels));
      return workloadLabels;
    },
    workloadIndex,
    virtualServices: source.virtualServices.map((service) => ({
      service,
      label: labelsByKey(vocabulary, service.labels),
    })),
  };
  const rules: CompiledRule[] = [];
  const clauses: Clause[] = [];

  function sideParts(rule: SourceRule, side: ListOptions['side'], scope: Scope['conditions']): readonly Part[] {
    const isAllow = rule.kind === 'allow';
    const options: ListOptions = {
      side,
      scope,
      resolve: isAllow ? rule.resolveLabelsAs[side] : ['workloads'],
      names: isAllow && side === 'providers',
    };
    const actors = rule[side];
    let list = listSide(actors, options, context);
    if (rule.useWorkloadSubnets.includes(side)) list = withSubnets(list, context);
    if (rule.allIpsExceptFor.includes(side)) list = { ...list, negated: true };
    const parts: Part[] = isEmpty(list) ? [] : [{ side: list, services: null }];
    if (!isAllow) return parts;
    for (const placed of virtualServicesOf(actors, options, context))
      parts.push(
        ...(side === 'providers' ? providerParts(placed, context, registry.services) : [consumerPart(placed, context)]),
      );
    return parts;
  }

  function addRule(rule: SourceRule, scopes: readonly Scope[], isBoundary: boolean): void {
    const position = rules.length;
    rules.push({
      href: rule.href,
      kind: rule.kind,
      network: rule.networkType,
      users: rule.consumingSecurityPrincipals.length === 0 ? null : new Set(rule.consumingSecurityPrincipals),
      isBoundary,
      notes: notesOf(rule, context),
    });
    const services = registry.services(rule.services);
    const literal = rule.useWorkloadSubnets.length + rule.allIpsExceptFor.length > 0;
    for (const scope of literal ? scopes.flatMap((one) => expanded(one, vocabulary.labelsOfKey)) : scopes) {
      const consumers = sideParts(rule, 'consumers', rule.unscopedConsumers ? [] : scope.conditions);
      for (const provider of sideParts(rule, 'providers', scope.conditions))
        for (const consumer of consumers)
          clauses.push({
            rule: position,
            services: provider.services ?? services,
            provider: provider.side,
            consumer: consumer.side,
            mixing: rule.unscopedConsumers ? [] : scope.mixing,
          });
    }
  }

  const everywhere: Scope = { conditions: [], mixing: [] };
  for (const ruleSet of source.ruleSets) {
    if (!ruleSet.enabled) continue;
    const scopes =
      ruleSet.scopes.length === 0
        ? [everywhere]
        : ruleSet.scopes.map((scope) => scopeOf(context.read(scope))).filter((scope) => scope !== null);
    for (const rule of ruleSet.rules) if (rule.enabled) addRule(rule, scopes, false);
  }
  for (const boundary of source.boundaries) if (boundary.enabled) addRule(asRule(boundary), [everywhere], true);
  return { rules, clauses, registry, vocabulary };
}
