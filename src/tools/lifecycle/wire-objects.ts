import { policyTypeOf } from '../../changes/wire.ts';
import { type Href, href as hrefOf } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PolicyObjects } from '../../model/policy/version.ts';
import { boundary, created, ipList, labelGroup, ruleSet, service } from '../segmentation/draft-object.ts';

/** Wire objects of a policy version by kind; those that are not there (null), and kinds that decide no flow, are left out. */
export function objectsOf(wires: ReadonlyMap<string, JsonObject | null>): PolicyObjects {
  const of = <T>(type: string, read: (wire: JsonObject, href: Href) => T): readonly T[] =>
    [...wires].flatMap(([href, wire]) =>
      wire !== null && policyTypeOf(href) === type ? [read(wire, hrefOf(href))] : [],
    );
  return {
    labelGroups: of('label_groups', (wire, href) => created(labelGroup, wire, href)),
    ipLists: of('ip_lists', (wire, href) => created(ipList, wire, href)),
    services: of('services', (wire, href) => created(service, wire, href)),
    ruleSets: of('rule_sets', (wire, href) => created(ruleSet, wire, href)),
    boundaries: of('enforcement_boundaries', (wire, href) => ({ ...created(boundary, wire, href), updateType: null })),
    virtualServices: [],
  };
}
