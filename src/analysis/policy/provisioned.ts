import { draftHref, type Href } from '../../core/href.ts';
import type { RuleSet, Versioned } from '../../model/inventory.ts';
import type { PolicyObjects } from '../../model/policy/version.ts';

type Pending = Pick<Versioned, 'href' | 'updateType'>;

/** The active objects as they would be after provisioning these draft objects (null: everything pending), to be compiled as `active`. */
export function provisionedObjects(
  active: PolicyObjects,
  draft: PolicyObjects,
  hrefs: readonly string[] | null,
): PolicyObjects {
  const chosen = hrefs === null ? null : new Set(hrefs.map((href) => draftHref(href as Href))); // only compared with hrefs
  const isChosen = (object: Pending): boolean => chosen === null || chosen.has(draftHref(object.href));
  const committed = <T extends Pending>(old: readonly T[], pending: readonly T[], settle: (object: T) => T): T[] => {
    const taken = pending.filter((object) => object.updateType !== null && isChosen(object));
    const gone = new Set(taken.map(({ href }) => draftHref(href)));
    return [
      ...old.filter(({ href }) => !gone.has(draftHref(href))),
      ...taken.filter(({ updateType }) => updateType !== 'delete').map(settle),
    ];
  };
  const settled = <T extends Pick<Pending, 'updateType'>>(object: T): T => ({
    ...object,
    updateType: null,
  });
  const settledRules = (ruleSet: RuleSet): RuleSet => ({
    ...settled(ruleSet),
    rules: ruleSet.rules.filter(({ updateType }) => updateType !== 'delete').map(settled),
  });
  return {
    labelGroups: committed(active.labelGroups, draft.labelGroups, settled),
    ipLists: committed(active.ipLists, draft.ipLists, settled),
    services: committed(active.services, draft.services, settled),
    ruleSets: committed(active.ruleSets, draft.ruleSets, settledRules),
    boundaries: committed(active.boundaries, draft.boundaries, settled),
    virtualServices: committed(active.virtualServices, draft.virtualServices, settled),
  };
}
