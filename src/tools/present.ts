/** `values` without the entries that are null or undefined: absent members are left out of answers, not sent as null. */
export const present = <Values extends object>(
  values: Values,
): { readonly [Key in keyof Values]?: NonNullable<Values[Key]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as {
    readonly [Key in keyof Values]?: NonNullable<Values[Key]>;
  };
