/** Short names for the JSON types of published schemas; every field has exactly one (house rule for the narrow subset clients accept). */
export const text = { type: 'string' } as const;
export const integer = { type: 'integer' } as const;
export const number = { type: 'number' } as const;
export const flag = { type: 'boolean' } as const;
export const texts = { type: 'array', items: text } as const;
export const counts = { type: 'object', additionalProperties: integer } as const;

/** An input field: its type and, in under 45 characters, what it means. */
export const described = <const Field extends object, const Description extends string>(
  field: Field,
  description: Description,
) => ({ ...field, description }) as const;

export const oneOf = <const Values extends readonly string[]>(...values: Values) =>
  ({ type: 'string', enum: values }) as const;
