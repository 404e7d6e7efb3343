import { Failure } from '../../core/errors.ts';
import { printTerm, type Term } from '../../core/expression.ts';
import { activeHref, type Href, typeOf } from '../../core/href.ts';
import type { ExpressionFilter, ReadOptions } from '../view.ts';
import { product, readExpression } from './alternatives.ts';
import { findGroup, flattenGroup, labelBook, type Source, unlimited } from './lookup.ts';
import { notFound } from './names.ts';

/** An expression over labels as a workload filter. Groups are those of the active policy. Throws where a term names no label. */
export async function workloadFilter(
  source: Source,
  expression: string | readonly string[],
  options: ReadOptions,
): Promise<ExpressionFilter> {
  const { terms } = readExpression(expression);
  const book = await labelBook(source, options);
  const parts: (readonly Href[])[] = [];
  const excludeLabels: Href[] = [];
  let managed: boolean | undefined;

  for (const term of terms) {
    if (term.kind === 'ams') managed = true;
    else if (term.kind === 'label') {
      const labels = term.values.map((value) => book.find(term.key, value).href);
      if (term.negated) excludeLabels.push(...labels);
      else parts.push(labels);
    } else if (term.kind === 'group') parts.push((await findGroup(source, term.name, 'active', options)).labels);
    else if (term.kind === 'href') parts.push(await labelsBehind(source, term.href, options));
    else if (term.kind !== 'any') throw unfit(term);
  }
  return {
    ...(parts.length > 0 ? { labels: product(parts) } : {}),
    ...(excludeLabels.length > 0 ? { excludeLabels } : {}),
    ...(managed === undefined ? {} : { managed }),
  };
}

async function labelsBehind(source: Source, href: Href, options: ReadOptions): Promise<readonly Href[]> {
  const type = typeOf(href);
  if (type === 'labels') {
    if ((await labelBook(source, options)).byHref(href) === undefined) throw notFound('label', href, []);
    return [href];
  }
  if (type !== 'label_groups') throw unfit({ kind: 'href', href });
  const { items } = await source.labelGroups('active', {}, unlimited(options));
  const group = items.find((candidate) => candidate.href === activeHref(href));
  if (group === undefined) throw notFound('label group', href, []);
  return flattenGroup(group, items);
}

const unfit = (term: Term): Failure =>
  new Failure('invalid_expression', {
    message: `${printTerm(term).slice(0, 80)} cannot be used here: workloads are chosen by labels and label groups.`,
    data: { example: 'app=ordering env=prod|staging role!=db' },
  });
