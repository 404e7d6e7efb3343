import { Ajv, type ValidateFunction } from 'ajv';
import { isObject } from '../../src/core/json.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { inputSchemaOf } from '../../src/dispatch/listing.ts';

export interface WrittenCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The calls a text tells its reader to make: indented lines of a tool's name and its arguments as JSON. */
export function callsIn(text: string): readonly WrittenCall[] {
  return [...text.matchAll(/^ {4}(\S+) (\{.*\})$/gm)].map(([line, tool = '', json = '']) => {
    const args: unknown = JSON.parse(json);
    if (!isObject(args)) throw new Error(`no arguments: ${line}`);
    return { tool, args };
  });
}

/** Lines that are indented like a call and are none. */
export const brokenCallsIn = (text: string): readonly string[] =>
  text.split('\n').filter((line) => /^ {4}\S/.test(line) && !/^ {4}\S+ \{.*\}$/.test(line));

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** What is wrong with a call by the published schema of its tool; unknown arguments at any depth are. */
export function problemsOf({ tool, args }: WrittenCall): readonly string[] {
  const definition = catalogue.find(({ name }) => name === tool);
  if (!definition) return [`there is no tool ${tool}`];
  const validate = validators.get(tool) ?? ajv.compile(closed(inputSchemaOf(definition)) as object);
  validators.set(tool, validate);
  return validate(args) ? [] : [`${tool}: ${ajv.errorsText(validate.errors)}`];
}

const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return isObject(schema['properties']) && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
};
