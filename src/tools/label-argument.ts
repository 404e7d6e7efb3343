import { Failure } from '../core/errors.ts';
import type { Href } from '../core/href.ts';
import { isObject } from '../core/json.ts';
import type { ReadOptions, Resolver } from '../pce/view.ts';

/**
 * A `labels` argument in any of the reference server's forms, as the PCE's filters want it: alternatives (OR) of label hrefs that must
 * all be carried (AND). Forms: a label expression; a JSON list of hrefs, `key=value` or `{key, value}` (one AND block); a JSON list of
 * such lists (OR of AND blocks). A name that does not exist fails with its nearest candidates; nothing is dropped.
 */
export async function labelFilter(
  argument: string | undefined,
  resolve: Resolver,
  options: ReadOptions,
): Promise<readonly (readonly Href[])[] | undefined> {
  const given = argument?.trim() ?? '';
  if (given === '') return undefined;
  if (!/^[[{]/.test(given)) return resolve.labelFilter(given, options);
  const parsed = parseJson(given);
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const blocks = list.some(Array.isArray) ? list : [list];
  const alternatives = await Promise.all(
    blocks.map((block) => resolve.labelFilter(expressionOf(Array.isArray(block) ? block : [block]), options)),
  );
  return alternatives.flat();
}

/** `key="value"`, quoted where the grammar needs it. */
export const labelTerm = (key: string, value: string): string =>
  /^[\w.@:+-]+$/.test(value) ? `${key}=${value}` : `${key}="${value.replaceAll(/["\\]/g, '\\$&')}"`;

const expressionOf = (block: readonly unknown[]): string => block.map(term).join(' ');

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
