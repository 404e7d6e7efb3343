import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { Failure } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import { nearest } from '../core/near.ts';
import type { ToolDefinition } from '../tools/tool.ts';
import type { Arguments } from './call.ts';
import { coerce } from './coerce.ts';
import { refuseBombs } from './limits.ts';
import { inputSchemaOf } from './listing.ts';

export interface ValidArguments {
  readonly args: Arguments;
  readonly notes: readonly string[];
}

type Schema = ToolDefinition['input'];

let ajv: Promise<Ajv> | undefined;
const compiled = new WeakMap<ToolDefinition, ValidateFunction>();

/**
 * The arguments in the types the tool published. Throws `invalid_arguments` with every problem; a key the tool does not know is a
 * problem too, because dropping a misspelled filter would widen the question.
 */
export async function validate(tool: ToolDefinition, raw: unknown): Promise<ValidArguments> {
  const schema = inputSchemaOf(tool);
  refuseBombs(raw);
  const { value, notes } = coerce(raw ?? {}, schema);
  refuseBombs(value);
  if (!isObject(value)) throw refusal(['The arguments must be an object.']);
  const unknown = unknownKeys(value, schema, '');
  const check = await validator(tool, schema);
  const problems = check(value) ? unknown : [...unknown, ...(check.errors ?? []).map(problem)];
  if (problems.length > 0) throw refusal([...new Set(problems)]);
  return { args: value, notes };
}

const MAX_PROBLEMS = 10;

const refusal = (problems: readonly string[]) =>
  new Failure('invalid_arguments', {
    message: problems.slice(0, MAX_PROBLEMS).join(' '),
    data: { problems: problems.length },
  });

async function validator(tool: ToolDefinition, schema: Schema): Promise<ValidateFunction> {
  const known = compiled.get(tool);
  if (known) return known;
  // Loaded with the first call: listing the tools must not wait for it.
  ajv ??= import('ajv').then(({ Ajv: Validator }) => new Validator({ allErrors: true, strict: false }));
  const check = (await ajv).compile(schema);
  compiled.set(tool, check);
  return check;
}

function unknownKeys(value: Readonly<Record<string, unknown>>, schema: object, path: string): readonly string[] {
  const properties = 'properties' in schema && isObject(schema.properties) ? schema.properties : undefined;
  const open = 'additionalProperties' in schema && schema.additionalProperties !== false;
  return Object.entries(value).flatMap(([name, member]) => {
    const property = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (isObject(property)) return unknownWithin(member, property, `${path}${name}`);
    return properties === undefined || open ? [] : [unknownKey(`${path}${name}`, name, Object.keys(properties))];
  });
}

function unknownWithin(value: unknown, schema: Readonly<Record<string, unknown>>, path: string): readonly string[] {
  if (isObject(value)) return unknownKeys(value, schema, `${path}.`);
  const { items } = schema;
  if (!Array.isArray(value) || !isObject(items)) return [];
  return value.flatMap((item: unknown, index) => unknownWithin(item, items, `${path}[${index}]`));
}

function unknownKey(path: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `The parameters are ${known.join(', ') || 'none'}.` : `Did you mean ${near}?`;
  return `There is no parameter ${JSON.stringify(path.slice(0, 80))}. ${hint}`;
}

/** One validator error as a sentence. `instancePath` is a JSON pointer. */
function problem({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  const at = path === '' ? '' : `${path} `;
  const { missingProperty, allowedValues }: { missingProperty?: unknown; allowedValues?: unknown } = params;
  if (keyword === 'required' && typeof missingProperty === 'string')
    return `${path === '' ? '' : `${path}.`}${missingProperty} is missing.`;
  if (keyword === 'enum' && Array.isArray(allowedValues)) return `${at}must be one of ${allowedValues.join(', ')}.`;
  return `${at}${message ?? 'is not valid'}.`;
}
