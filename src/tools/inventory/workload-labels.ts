import { createStep } from '../../changes/steps.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { Failure } from '../../core/errors.ts';
import { parseExpression } from '../../core/expression.ts';
import { href as parseHref } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import type { Label } from '../../model/inventory.ts';
import { createLabelBook } from '../../pce/resolve/label-book.ts';
import { labelTerm } from '../label-argument.ts';

/** A label somebody means. */
export type LabelWish = { readonly href: string } | { readonly key: string; readonly value: string };

/**
 * The labels that a list names: `key=value` (several terms in one text too), hrefs, and `{"key","value"}` as the reference server takes
 * them. `app=Point of Sale` needs no quotes where it is the whole text. Throws `invalid_expression` or `invalid_arguments`.
 */
export const readLabels = (given: readonly string[]): readonly LabelWish[] => given.flatMap(readEntry);

function readEntry(entry: string): readonly LabelWish[] {
  const text = entry.trim();
  if (/^[[{]/.test(text)) return [parseJson(text)].flat().map(fromObject);
  const [key = '', value = '', ...more] = text.split('=').map((part) => part.trim());
  const plain = more.length === 0 && /^[\w-]+$/.test(key) && value !== '' && !/["|]/.test(value);
  if (plain) return [{ key, value }];
  return parseExpression(text).terms.map((term) => {
    if (term.kind === 'href') return { href: term.href };
    const [only, second] = term.kind === 'label' && !term.negated ? term.values : [];
    if (term.kind !== 'label' || only === undefined || second !== undefined)
      throw new Failure('invalid_arguments', {
        message: `${JSON.stringify(text.slice(0, 80))} does not name one label: a workload carries one value of each key.`,
        remedy: 'Write key=value, like app=ordering.',
      });
    return { key: term.key, value: only };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

function fromObject(entry: unknown): LabelWish {
  if (typeof entry === 'string') {
    const [wish, ...more] = readEntry(entry);
    if (wish !== undefined && more.length === 0) return wish;
  }
  if (isObject(entry)) {
    const { href, key, value } = entry;
    if (typeof href === 'string') return { href: parseHref(href) };
    if (typeof key === 'string' && typeof value === 'string') return { key, value };
  }
  throw malformed();
}

const malformed = (): Failure =>
  new Failure('invalid_arguments', {
    message: 'A label could not be read.',
    remedy: 'Write key=value, an href, or {"key": "app", "value": "ordering"}.',
  });

/** A label as a plan refers to it. */
export interface LabelInPlan {
  /** `{n}` for one that step n of the plan creates. */
  readonly href: string;
  readonly key: string;
  readonly value: string;
}

export interface LabelPlanner {
  /** The label somebody means; plans its creation where that is wanted. Throws `label_not_found` with candidates. */
  find(wish: LabelWish): LabelInPlan;
  /** Keys that labels have, and the four that every PCE knows. */
  readonly keys: ReadonlySet<string>;
  /** The steps that create what was missing; they must be the first of the plan. */
  readonly creates: readonly PlannedRequest[];
}

const BUILT_IN = ['role', 'app', 'env', 'loc'] as const;

/** Looks labels up exactly. A missing one is created by the plan when `createMissing`, unless one differs from it in nothing but case. */
export function labelPlanner(
  labels: readonly Label[],
  { orgId, createMissing }: { readonly orgId: string; readonly createMissing: boolean },
): LabelPlanner {
  const book = createLabelBook(labels);
  const keys = new Set<string>([...BUILT_IN, ...labels.map(({ key }) => key)]);
  const exact = new Map<string, LabelInPlan>(labels.map((label) => [labelTerm(label.key, label.value), label]));
  const anyCase = new Set(labels.map(({ key, value }) => labelTerm(key, value).toLowerCase()));
  const creates: PlannedRequest[] = [];

  function byHref(href: string): LabelInPlan {
    const label = book.byHref(parseHref(href));
    if (label === undefined)
      throw new Failure('label_not_found', { message: 'There is no label with that href.', data: { href } });
    return label;
  }

  return {
    keys,
    creates,
    find(wish) {
      if ('href' in wish) return byHref(wish.href);
      const { key, value } = wish;
      const term = labelTerm(key, value);
      const known = exact.get(term);
      if (known !== undefined) return known;
      // Labels are unique whatever their case (objects.md §5.1), so the PCE would refuse it.
      if (!createMissing || !keys.has(key) || anyCase.has(term.toLowerCase())) return book.find(key, value);
      const collection = `/orgs/${orgId}/labels`;
      const says = `create label ${key}=${value}`;
      creates.push(createStep({ collection, body: { key, value }, says, unique: { key, value } }));
      const made = { href: `{${creates.length}}`, key, value };
      exact.set(term, made);
      anyCase.add(term.toLowerCase());
      return made;
    },
  };
}

/** The labels of one workload. Throws `invalid_arguments` where one key comes twice. */
export function labelSet(wishes: readonly LabelWish[], planner: LabelPlanner): readonly LabelInPlan[] {
  // Before looking them up: a label must not come to be created for what is refused.
  refuseTwice(wishes.flatMap((wish) => ('key' in wish ? [wish.key] : [])));
  const found = wishes.map((wish) => planner.find(wish));
  refuseTwice(found.map(({ key }) => key));
  return found;
}

function refuseTwice(keys: readonly string[]): void {
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new Failure('invalid_arguments', {
      message: `A workload carries one label of each key; ${twice} comes twice.`,
    });
}

/** As a body refers to them. */
export const labelRefs = (labels: readonly LabelInPlan[]): readonly { readonly href: string }[] =>
  labels.map(({ href }) => ({ href }));

export const labelsText = (labels: readonly { readonly key: string; readonly value: string }[]): string =>
  labels.map(({ key, value }) => labelTerm(key, value)).join(' ');
