import { isObject } from '../../core/json.ts';
import { activeContent, type Content, type PolicyObject } from './object.ts';

const cached = new WeakMap<object, readonly string[]>();

/** Every href a wire object names, at any depth; remembered per object, since bodies never change. */
export function hrefsIn(body: object): readonly string[] {
  const known = cached.get(body);
  if (known) return known;
  const found = new Set<string>();
  collect(body, found);
  const hrefs = [...found];
  cached.set(body, hrefs);
  return hrefs;
}

function collect(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (isObject(value))
    for (const [key, field] of Object.entries(value)) {
      if (key === 'href' && typeof field === 'string') into.add(field);
      else if (typeof field === 'object') collect(field, into);
    }
}

/** Draft hrefs of everything a content names; rules the draft deletes do not count. */
export function references(content: Content | null): ReadonlySet<string> {
  const found = new Set<string>();
  if (!content) return found;
  for (const href of hrefsIn(content.body)) found.add(href);
  for (const rule of content.rules)
    if (rule.updateType !== 'delete') for (const href of hrefsIn(rule.body)) found.add(href);
  return found;
}

/** Who names what, in draft or active content: in-use checks and `usage` without reading every rule (objects.md §9). */
export interface ReferenceIndex {
  replace(before: PolicyObject | undefined, after: PolicyObject): void;
  /** Objects whose draft or active content names this draft href. */
  referrers(href: string): readonly PolicyObject[];
}

export function createReferenceIndex(): ReferenceIndex {
  const owners = new Map<string, Set<PolicyObject>>();

  const all = (object: PolicyObject): ReadonlySet<string> => {
    const active = references(activeContent(object));
    return object.draft ? active.union(references(object.draft.content)) : active;
  };

  return {
    replace(before, after) {
      if (before) for (const href of all(before)) owners.get(href)?.delete(before);
      for (const href of all(after)) {
        const set = owners.get(href);
        if (set) set.add(after);
        else owners.set(href, new Set([after]));
      }
    },
    referrers: (href) => [...(owners.get(href) ?? [])],
  };
}
