import { findExact } from '../../changes/check.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { createStep } from '../../changes/steps.ts';
import type { RefWords } from '../../changes/widening-rules.ts';
import { hrefOf } from '../../changes/wire.ts';
import { covers } from '../../analysis/ringfence/covers.ts';
import type { RingfenceRule } from '../../analysis/ringfence/rules.ts';
import { Failure } from '../../core/errors.ts';
import { draftHref, type Href } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Actor, RuleSet, ServiceRef } from '../../model/inventory.ts';
import { plural } from '../listing.ts';
import { placeUnchanged, ruleSetTarget } from '../policy/rule-set.ts';
import { collectionOf } from '../policy/target.ts';
import type { ToolContext } from '../tool.ts';

/** A ruleset of the draft, or one that is to be made. */
export interface Place {
  readonly name: string;
  readonly scope: readonly Href[];
  readonly description: string;
  readonly before: JsonObject | null;
  readonly ruleSet: RuleSet | null;
}

/** Finds the ruleset by exactly its name. Throws `already_exists` when it stands for another scope, `nothing_to_change` while it is pending deletion. */
export async function placeOf(
  { name, scope, description }: Pick<Place, 'name' | 'scope' | 'description'>,
  context: ToolContext,
): Promise<Place> {
  const { pce } = await context.changes();
  const [there] = await findExact(collectionOf(pce, 'rule_sets'), { name }, pce, context.signal);
  if (there === undefined) return { name, scope, description, before: null, ruleSet: null };
  const { before, ruleSet } = await ruleSetTarget({ href: hrefOf(there) }, context);
  const [only = [], ...others] = ruleSet.scopes;
  const hrefs = only.map((entry) => entry.href);
  const isSame = others.length === 0 && hrefs.length === scope.length && scope.every((href) => hrefs.includes(href));
  if (!isSame)
    throw new Failure('already_exists', {
      message: `The ruleset ${name} exists with another scope; nothing can be merged into it.`,
      remedy: 'Give another ruleset_name.',
      data: { href: ruleSet.href },
    });
  return { name, scope, description, before, ruleSet };
}

export interface PlacedRules {
  readonly place: Place;
  /** Those that are not there yet. */
  readonly missing: readonly RingfenceRule[];
  /** Those that a rule of the ruleset covers already. */
  readonly present: readonly RingfenceRule[];
}

/** Which of `rules` the ruleset lacks. Disabled rules cover nothing; of two wanted rules that say the same, one is enough. */
export function missingRules(place: Place, rules: readonly RingfenceRule[], words: RefWords): PlacedRules {
  const standing = (place.ruleSet?.rules ?? []).filter(({ enabled }) => enabled);
  const missing: RingfenceRule[] = [];
  const present: RingfenceRule[] = [];
  for (const rule of rules) {
    const isThere = [...standing, ...missing].some((one) => covers(one, rule, words));
    (isThere ? present : missing).push(rule);
  }
  return { place, missing, present };
}

const actorWire = (actor: Actor): JsonObject =>
  'href' in actor
    ? { [actor.kind]: { href: actor.kind === 'ip_list' ? draftHref(actor.href) : actor.href } }
    : { actors: 'ams' };
const serviceWire = (ref: ServiceRef): JsonObject =>
  ref.kind === 'service'
    ? { href: draftHref(ref.href) }
    : {
        proto: ref.proto,
        ...(ref.port === null ? {} : { port: ref.port }),
        ...(ref.toPort === null ? {} : { to_port: ref.toPort }),
      };

/** `allow app=crm env=prod -> ams on All Services`. */
export const ruleText = ({ kind, consumers, providers, services }: RingfenceRule, words: RefWords): string =>
  `${kind} ${consumers.map(words.actor).join(' ')} -> ${providers.map(words.actor).join(' ')} on ${services.map(words.service).join(', ')}`;

/** The requests for one ruleset: itself where it is missing, then its rules one by one. `offset`: requests of the plan before these. */
export function ruleSetSteps(
  { place, missing }: PlacedRules,
  { offset, words, orgId }: { readonly offset: number; readonly words: RefWords; readonly orgId: string },
): readonly PlannedRequest[] {
  if (missing.length === 0) return [];
  const { before, name, scope, description } = place;
  const made =
    before === null
      ? [
          createStep({
            collection: collectionOf({ orgId }, 'rule_sets'),
            body: { name, description, scopes: [scope.map((href) => ({ label: { href } }))] },
            says: `create ruleset ${name}`,
            unique: { name },
          }),
        ]
      : [];
  const target = before === null ? `{${offset + 1}}` : hrefOf(before);
  const check = before === null ? undefined : placeUnchanged(before);
  return [...made, ...missing.map((rule) => ruleStep(target, rule, words, check))];
}

function ruleStep(
  target: string,
  rule: RingfenceRule,
  words: RefWords,
  check: Parameters<typeof createStep>[0]['check'],
): PlannedRequest {
  const isAllow = rule.kind === 'allow';
  const step = createStep({
    collection: `${target}/${isAllow ? 'sec_rules' : 'deny_rules'}`,
    body: {
      enabled: true,
      description: rule.description,
      providers: rule.providers.map(actorWire),
      consumers: rule.consumers.map(actorWire),
      ingress_services: rule.services.map(serviceWire),
      unscoped_consumers: rule.unscopedConsumers,
      // A deny rule with resolve_labels_as is refused (objects.md §8.5).
      ...(isAllow
        ? { resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] } }
        : { override: false }),
    },
    says: `create rule: ${ruleText(rule, words)}`,
    check,
  });
  // The sentence above says it all; the wire form is in the request.
  return { ...step, diff: [] };
}

/** What the rules open, said before it happens. */
export function wideningOf(rules: readonly RingfenceRule[], words: RefWords): readonly string[] {
  const isWide = ({ services }: RingfenceRule): boolean => services.some(words.isEveryService);
  const count = (type: RingfenceRule['type']): number =>
    rules.filter((rule) => rule.type === type && rule.coverage !== 'already_allowed' && isWide(rule)).length;
  const [inside, inbound, outbound] = [
    count('intra-scope'),
    count('extra-scope allow (inbound)'),
    count('allow (outbound)'),
  ];
  return [
    ...(inside === 0 ? [] : ['inside the application every service is open between the hosts of the rules']),
    ...(inbound === 0 ? [] : [`${plural(inbound, 'source')} that rules did not cover get every service`]),
    ...(outbound === 0 ? [] : [`every service of ${plural(outbound, 'destination')} that rules did not cover opens`]),
  ];
}
