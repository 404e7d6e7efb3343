import type { Schema } from './validate.ts';

/** Short forms of JSON schema, so that a request body reads as a table of its fields. */

export const text: Schema = { type: 'string' };
export const nullableText: Schema = { type: ['string', 'null'] };
export const flag: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };
export const port: Schema = { type: 'integer', minimum: 0, maximum: 65535 };

export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const between = (minLength: number, maxLength: number): Schema => ({ type: 'string', minLength, maxLength });
export const list = (items: Schema, limits: Schema = {}): Schema => ({ type: 'array', items, ...limits });
export const either = (...anyOf: readonly Schema[]): Schema => ({ anyOf });

/** An object with these fields and no others. */
export const record = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
});

/** An object with at least these fields; the PCE's `href_object` tolerates others. */
export const open = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

export const hrefObject = open({ href: text }, ['href']);

/** `external_data_set` and `external_data_reference` (objects.md §1.3). */
export const external = { external_data_set: nullableText, external_data_reference: nullableText } as const;
