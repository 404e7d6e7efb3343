import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import type { Label } from '../../model/inventory.ts';
import { clip } from './names.ts';
import { MAX_CANDIDATES, nearMisses } from './near.ts';

/** All labels, to be looked up by key and value or by href. */
export interface LabelBook {
  /** Throws `label_not_found`: with near misses, or where nothing is near with the values (or keys) there are. */
  find(key: string, value: string): Label;
  byHref(href: Href): Label | undefined;
}

export function createLabelBook(labels: readonly Label[]): LabelBook {
  const byKey = new Map<string, Map<string, Label>>();
  const byHref = new Map<Href, Label>();
  for (const label of labels) {
    const values = byKey.get(label.key) ?? new Map<string, Label>();
    byKey.set(label.key, values.set(label.value, label));
    byHref.set(label.href, label);
  }

  return {
    find(key, value) {
      const values = byKey.get(key);
      if (values === undefined) throw missing(`There is no label type ${clip(key)}.`, key, [...byKey.keys()]);
      const label = values.get(value);
      if (label !== undefined) return label;
      throw missing(
        `There is no label ${clip(key)} with exactly the value ${clip(value)}.`,
        value,
        [...values.keys()],
        (name) => `${key}=${name}`,
      );
    },
    byHref: (href) => byHref.get(href),
  };
}

function missing(
  message: string,
  given: string,
  names: readonly string[],
  print: (name: string) => string = (name) => name,
): Failure {
  const near = nearMisses(given, names);
  const candidates = near.length > 0 ? near : names.toSorted().slice(0, MAX_CANDIDATES);
  return new Failure('label_not_found', {
    message,
    data: { candidates: candidates.map(print), near: near.length > 0 },
  });
}
