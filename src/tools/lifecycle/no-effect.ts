import { draftHref, type Href } from '../../core/href.ts';
import type { Rule, RuleSet } from '../../model/inventory.ts';
import type { ReadPolicy } from '../segmentation/policy-reading.ts';

type Object = { readonly href: Href };

/** Why no flow can be decided otherwise, without looking at any; null where flows have to be judged. */
export function whyNoEffect(before: ReadPolicy, after: ReadPolicy): string | null {
  if (before.common.workloads !== after.common.workloads) return null;
  const [old, now] = [before.objects, after.objects];
  const others = [...changed(old.boundaries, now.boundaries), ...changed(old.virtualServices, now.virtualServices)];
  if (others.length > 0) return null;
  const sets = changed(old.ruleSets, now.ruleSets);
  if (sets.some((one) => rulesIn(one).length > 0)) return null;
  const objects = new Set(
    [changed(old.ipLists, now.ipLists), changed(old.services, now.services), changed(old.labelGroups, now.labelGroups)]
      .flat()
      .map(({ href }) => draftHref(href)),
  );
  // What a label group stands for also decides where it is part of another one.
  const groups = [...old.labelGroups, ...now.labelGroups];
  if (groups.some(({ subGroups }) => subGroups.some(({ href }) => objects.has(draftHref(href))))) return null;
  const isUsed = [...old.ruleSets, ...now.ruleSets].some(
    (one) => rulesIn(one).length > 0 && hrefsOf(one).some((href) => objects.has(draftHref(href))),
  );
  if (isUsed) return null;
  return objects.size === 0 ? 'no enabled rule changes' : 'no enabled rule uses what changes';
}

/** Objects that are not the same in both, in every form they have. */
function changed<T extends Object>(before: readonly T[], after: readonly T[]): readonly T[] {
  if (before === after) return [];
  const [old, now] = [new Set(before), new Set(after)];
  return [...before.filter((one) => !now.has(one)), ...after.filter((one) => !old.has(one))];
}

const rulesIn = ({ enabled, rules }: RuleSet): readonly Rule[] => (enabled ? rules.filter((rule) => rule.enabled) : []);

const hrefsOf = (ruleSet: RuleSet): readonly Href[] => [
  ...ruleSet.scopes.flat().map(({ href }) => href),
  ...rulesIn(ruleSet).flatMap(({ providers, consumers, services, egressServices }) =>
    [...providers, ...consumers, ...services, ...egressServices].flatMap((ref) => ('href' in ref ? [ref.href] : [])),
  ),
];
