import { Failure } from './errors.ts';
import { parseExpression } from './expression.ts';

/** What the members of a group are limited to: workloads that carry these labels. */
export interface LabelScope {
  readonly group: string;
  /** Labels and label groups that must all be carried, none of them negated. */
  readonly expression: string;
}

/**
 * Reads `GROUP=EXPRESSION; GROUP=EXPRESSION`. A group that holds `=` or `;`, like a distinguished name, stands in double quotes. Throws
 * `invalid_expression`.
 */
export function parseLabelScopes(text: string): readonly LabelScope[] {
  return splitOutsideQuotes(text).map((entry) => {
    const [, quoted, plain, expression = ''] = /^(?:"([^"]+)"|([^"=]+))\s*=(.*)$/s.exec(entry) ?? [];
    const group = (quoted ?? plain)?.trim();
    if (group === undefined || group === '')
      throw new Failure('invalid_expression', { message: 'Write a group, then = and its label expression.' });
    checkScope(expression);
    return { group, expression: expression.trim() };
  });
}

/** A limit says what may be seen, so that several can be added up; what may not be seen cannot. */
function checkScope(expression: string): void {
  for (const term of parseExpression(expression).terms)
    if (!(term.kind === 'group' || (term.kind === 'label' && !term.negated)))
      throw new Failure('invalid_expression', { message: 'A label scope is made of key=value and group:NAME.' });
}

/** All that members of these groups may see, as alternatives; null where none of the groups is limited. */
export function labelScopeOf(scopes: readonly LabelScope[], groups: readonly string[]): string | null {
  const expressions = scopes.filter(({ group }) => groups.includes(group)).map(({ expression }) => expression);
  return expressions.length === 0 ? null : [...new Set(expressions)].toSorted().join('; ');
}

/** The alternatives of `labelScopeOf`. */
export const scopeAlternatives = (labelScope: string): readonly string[] => splitOutsideQuotes(labelScope);

function splitOutsideQuotes(text: string): readonly string[] {
  const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|[^";])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
