import { activeHref, draftHref, type Href } from '../../core/href.ts';
import type { Actor, IpList, LabelGroup, RuleSet, Service, Versioned, Workload } from '../inventory.ts';
import type { PolicySource, SourceBoundary, SourceRule, SourceVirtualService, SourceWorkload } from './source.ts';

type UpdateType = Pick<Versioned, 'updateType'>;

/** The versioned objects of one reading of the policy: the draft collections, or those of the active or a numbered version. */
export interface PolicyObjects {
  readonly labelGroups: readonly LabelGroup[];
  readonly ipLists: readonly IpList[];
  readonly services: readonly Service[];
  readonly ruleSets: readonly RuleSet[];
  readonly boundaries: readonly (SourceBoundary & UpdateType)[];
  readonly virtualServices: readonly (SourceVirtualService & UpdateType)[];
}

/** What all versions share: labels and workloads take effect at once (objects.md §11.8). */
export type CommonFacts = Pick<PolicySource, 'labels' | 'workloads' | 'pce'>;

function actorIn(actor: Actor, versioned: (href: Href) => Href): Actor {
  return 'href' in actor ? { ...actor, href: versioned(actor.href) } : actor;
}

function sidesIn<T extends Pick<SourceRule, 'providers' | 'consumers' | 'services'>>(
  rule: T,
  versioned: (href: Href) => Href,
): T {
  return {
    ...rule,
    providers: rule.providers.map((actor) => actorIn(actor, versioned)),
    consumers: rule.consumers.map((actor) => actorIn(actor, versioned)),
    services: rule.services.map((ref) => (ref.kind === 'service' ? { ...ref, href: versioned(ref.href) } : ref)),
  };
}

/**
 * The policy the engine compiles, from objects as they were read. `draft` leaves out what is pending deletion, on rules too; `active` leaves
 * out what was never provisioned, and wants objects of the active version: a draft does not tell what an edited object was before.
 * References between objects are brought to one version, because the PCE takes rules whose references name the other one
 * (objects.md §8.3); hrefs of rules, which answers quote, stay as they were read.
 */
export function policySource(objects: PolicyObjects, common: CommonFacts, version: 'draft' | 'active'): PolicySource {
  const gone = version === 'draft' ? 'delete' : 'create';
  const versioned = version === 'draft' ? draftHref : activeHref;
  const present = <T extends UpdateType>(list: readonly T[]): readonly T[] =>
    list.filter(({ updateType }) => updateType !== gone);
  const renamed = <T extends UpdateType & { readonly href: Href }>(list: readonly T[]): readonly T[] =>
    present(list).map((object) => ({ ...object, href: versioned(object.href) }));
  return {
    ...common,
    labelGroups: renamed(objects.labelGroups).map((group) => ({
      ...group,
      subGroups: group.subGroups.map((sub) => ({ ...sub, href: versioned(sub.href) })),
    })),
    ipLists: renamed(objects.ipLists),
    services: renamed(objects.services),
    virtualServices: renamed(objects.virtualServices).map((service) => ({
      ...service,
      service: service.service === null ? null : versioned(service.service),
    })),
    ruleSets: present(objects.ruleSets).map((ruleSet) => ({
      ...ruleSet,
      scopes: ruleSet.scopes.map((scope) => scope.map((entry) => ({ ...entry, href: versioned(entry.href) }))),
      rules: present(ruleSet.rules).map((rule) => sidesIn(rule, versioned)),
    })),
    boundaries: present(objects.boundaries).map((boundary) => sidesIn(boundary, versioned)),
  };
}

/** A workload as rules see it. `endpoint` is the VEN's type, which the workload object does not carry. */
export function sourceWorkload(workload: Workload, { endpoint = false }: { endpoint?: boolean } = {}): SourceWorkload {
  const { href, managed, mode, labels, interfaces, publicIp, osId } = workload;
  return {
    href,
    managed,
    mode,
    labels: labels.map((label) => label.href),
    addresses: interfaces.map(({ address }) => address),
    publicIp,
    subnets: interfaces.flatMap(({ address, cidrBlock }) => (cidrBlock === null ? [] : [`${address}/${cidrBlock}`])),
    // Rules only ask whether a host runs Windows, so every other system counts as Linux does.
    os: osId === null ? null : /^win/i.test(osId) ? 'windows' : 'linux',
    endpoint,
  };
}
