import { Failure } from '../core/errors.ts';
import { type Href, isHref } from '../core/href.ts';
import type { JsonObject } from '../core/json.ts';

/** A text field of a wire object; null when it is absent or no text. */
export function textOf(object: JsonObject, field: string): string | null {
  const value = object[field];
  return typeof value === 'string' ? value : null;
}

/** The href of a wire object. Throws `pce_bad_answer` when there is none. */
export function hrefOf(object: JsonObject): Href {
  const value = textOf(object, 'href');
  if (value === null || !isHref(value))
    throw new Failure('pce_bad_answer', { message: 'The PCE sent an object without an href.' });
  return value;
}

/** What a person calls it: its name, host name or value, else its href. */
export const nameOf = (object: JsonObject): string =>
  textOf(object, 'name') ?? textOf(object, 'hostname') ?? textOf(object, 'value') ?? hrefOf(object);
