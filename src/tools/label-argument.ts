import { Failure } from '../core/errors.ts';
import { printTerm } from '../core/expression.ts';
import type { Href } from '../core/href.ts';
import { isObject } from '../core/json.ts';
import type { ExpressionFilter, ReadOptions, Resolver } from '../pce/view.ts';

/**
 * A `labels` argument in any of the reference server's forms as alternatives (OR) of label hrefs that must all be carried (AND). Forms: a
 * label expression; a JSON list of hrefs, `key=value` or `{key, value}` (one AND block); a JSON list of such lists (OR of AND blocks).
 * A name that does not exist fails with its nearest candidates; nothing is dropped.
 */
export async function labelFilter(
  argument: string | undefined,
  resolve: Resolver,
  options: ReadOptions,
): Promise<readonly (readonly Href[])[] | undefined> {
  const blocks = blocksOf(argument);
  if (blocks.length === 0) return undefined;
  return (await Promise.all(blocks.map((block) => resolve.labelFilter(block, options)))).flat();
}

/** The same for workloads, which can also be chosen by label groups, `key!=value` and `ams` as long as there is one block. */
export async function workloadFilter(
  argument: string | undefined,
  resolve: Resolver,
  options: ReadOptions,
): Promise<ExpressionFilter> {
  const [block, ...others] = blocksOf(argument);
  if (block === undefined) return {};
  if (others.length === 0) return resolve.workloadFilter(block, options);
  return { labels: await labelFilter(argument, resolve, options) };
}

/** `key="value"` as an expression has it. */
export const labelTerm = (key: string, value: string): string =>
  printTerm({ kind: 'label', key, negated: false, values: [value] });

function blocksOf(argument: string | undefined): readonly (readonly string[])[] {
  const given = argument?.trim() ?? '';
  if (given === '') return [];
  if (!/^[[{]/.test(given)) return [[given]];
  const parsed = parseJson(given);
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const blocks = list.some(Array.isArray) ? list : [list];
  return blocks.map((block) => (Array.isArray(block) ? block : [block]).map(term)).filter((block) => block.length > 0);
}

function term(entry: unknown): string {
  if (typeof entry === 'string' && entry.trim() !== '') return entry.trim();
  if (isObject(entry)) {
    const { href, key, value, label } = entry;
    if (typeof href === 'string') return href;
    if (typeof key === 'string' && typeof value === 'string') return labelTerm(key, value);
    if (isObject(label)) return term(label);
  }
  throw malformed();
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw malformed();
  }
}

const malformed = (): Failure =>
  new Failure('invalid_arguments', {
    message: 'The labels argument could not be read.',
    remedy:
      'Give an expression like "app=ordering env=prod", or a JSON list of label hrefs, key=value texts or {"key","value"} objects.',
  });
