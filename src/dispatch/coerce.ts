import { isObject } from '../core/json.ts';
import { refuseBombs } from './limits.ts';

/** The part of a published schema that coercion looks at; schemas have one type per field. */
interface Shape {
  readonly type?: unknown;
  readonly properties?: unknown;
  readonly items?: unknown;
  readonly enum?: unknown;
}

export interface Coerced {
  readonly value: unknown;
  /** What was read differently from how it was written, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * `value` in the types of `schema`, where it can be had without loss: "100" → 100, "true" → true, JSON text → list or object, one value
 * → a list of it, a number → text. What does not fit stays as it is, for the validator to refuse. `null` stands for "not given".
 * Throws `invalid_arguments` for JSON text that unfolds into a bomb.
 */
export function coerce(value: unknown, schema: Shape): Coerced {
  const notes: string[] = [];
  return { value: coerceAt('', value, schema, notes), notes };
}

function coerceAt(path: string, value: unknown, schema: Shape, notes: string[]): unknown {
  const read = converted(value, schema);
  if (read !== value) notes.push(`${path}: read ${shown(value)} as ${shown(read)}.`);
  if (schema.type === 'array' && Array.isArray(read) && isObject(schema.items)) {
    const { items } = schema;
    return read.map((item: unknown, index) => coerceAt(`${path}[${index}]`, item, items, notes));
  }
  if (schema.type === 'object' && isObject(read)) return coerceMembers(path, read, schema, notes);
  return read;
}

function coerceMembers(
  path: string,
  value: Readonly<Record<string, unknown>>,
  schema: Shape,
  notes: string[],
): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const members = Object.entries(value).flatMap(([name, member]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    // Models fill in optional parameters with null; no published field has the type null.
    if (member === null && property !== undefined) return [];
    return [[name, isObject(property) ? coerceAt(path ? `${path}.${name}` : name, member, property, notes) : member]];
  });
  return Object.fromEntries(members);
}

function converted(value: unknown, schema: Shape): unknown {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return typeof value === 'string' ? numberFrom(value) : value;
    case 'boolean':
      return typeof value === 'string' ? booleanFrom(value) : value;
    case 'string':
      return textFrom(value, schema.enum);
    case 'array':
      return Array.isArray(value) || value === undefined ? value : listFrom(value);
    case 'object':
      return typeof value === 'string' ? (jsonFrom(value, isObject) ?? value) : value;
    default:
      return value;
  }
}

/** Only what a number prints as again: no precision is lost, `007` and `1e3` stay text. */
function numberFrom(text: string): number | string {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) && String(number) === text.trim() ? number : text;
}

function booleanFrom(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : text;
}

function textFrom(value: unknown, choices: unknown): unknown {
  if (typeof value === 'string' && Array.isArray(choices) && !choices.includes(value)) {
    const same = choices.filter(
      (choice) => typeof choice === 'string' && choice.toLowerCase() === value.trim().toLowerCase(),
    );
    return same.length === 1 ? same[0] : value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  // The reference server takes lists of labels as JSON text; clients also send the list itself.
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

const listFrom = (value: unknown): unknown =>
  (typeof value === 'string' ? jsonFrom(value, (parsed) => Array.isArray(parsed)) : undefined) ?? [value];

function jsonFrom(text: string, fits: (parsed: unknown) => boolean): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  refuseBombs(parsed);
  return fits(parsed) ? parsed : undefined;
}

const MAX_SHOWN = 60;

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}…` : json;
}
