import { Failure } from '../../core/errors.ts';
import { type Expression, parseExpression, printExpression } from '../../core/expression.ts';

/** More combinations than this are no question but a mistake; the PCE's query string has room for few thousand hrefs (traffic.md §13.2). */
const MAX_ALTERNATIVES = 2_000;

/** (a1 or a2) and (b1 or b2) as the PCE wants it: [[a1,b1],[a1,b2],[a2,b1],[a2,b2]]. No parts: one alternative without conditions. */
export function product<T>(parts: readonly (readonly T[])[]): readonly (readonly T[])[] {
  const size = parts.reduce((combinations, part) => combinations * part.length, 1);
  if (size > MAX_ALTERNATIVES)
    throw new Failure('invalid_expression', {
      message: `The expression stands for ${size} combinations of labels; at most ${MAX_ALTERNATIVES} can be asked for.`,
    });
  return parts.reduce<readonly (readonly T[])[]>(
    (combinations, part) => combinations.flatMap((before) => part.map((next) => [...before, next])),
    [[]],
  );
}

/** One expression, or several that must all hold, as one; each is read on its own first, so that no quote reaches into the next. */
export const readExpression = (given: string | readonly string[]): Expression =>
  typeof given === 'string'
    ? parseExpression(given)
    : parseExpression(given.map((item) => printExpression(parseExpression(item))).join(' '));
