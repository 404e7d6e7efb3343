/** A form as it came in, nothing of it checked. */
export type Form = Readonly<Record<string, unknown>>;

/** A field without blanks around it; empty where it is missing or no text. */
export const textOf = (form: Form, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.trim() : '';
};
