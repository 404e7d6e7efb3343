import { isIP } from 'node:net';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { refused, refusedAs } from './refusals.ts';

/** A JSON schema of ours: the same keywords the PCE's own schemas use, in `schema.ts`'s short form. */
export type Schema = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false, verbose: true });
ajv.addFormat('ip-address', (text: string) => isIP(text) !== 0);

/** Checks a body and gives it its type. Throws 406 `input_validation_error` in the words of objects.md §1.5. */
export type BodyCheck<T> = (body: unknown) => T;

/**
 * A check named after the PCE schema it stands for (`labels_post`). Compiled at first use: a simulator that serves reads only pays nothing.
 */
export function bodyCheck<T>(name: string, schema: Schema): BodyCheck<T> {
  let compiled: ValidateFunction<T> | undefined;
  return (body) => {
    if (body === undefined && name.endsWith('_put')) throw refusedAs('noPayload');
    compiled ??= ajv.compile<T>(schema);
    if (compiled(body)) return body;
    throw inputValidation(name, describe(compiled.errors ?? []));
  };
}

/** The refusal itself, for rules that a schema cannot say. */
export const inputValidation = (name: string, detail: string) =>
  refused('input_validation_error', `Input validation failed. Details: {${detail} in schema ${name}.schema.json}`);

/** Ruby's json-schema gem reports the innermost cause of a plain failure, and the property itself for a failed alternative. */
function describe(errors: readonly ErrorObject[]): string {
  const error = errors.find(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf') ?? errors[0];
  if (!error) return "The property '#/' is not valid";
  const property = `The property '#${error.instancePath === '' ? '/' : error.instancePath}'`;
  const limit: unknown = error.params['limit'];
  switch (error.keyword) {
    case 'type': {
      const types = [error.schema].flat();
      return types.length === 1
        ? `${property} of type ${rubyType(error.data)} did not match the following type: ${types.join()}`
        : `${property} of type ${rubyType(error.data)} did not match one or more of the following types: ${types.join(', ')}`;
    }
    case 'required':
      return `${property} did not contain a required property of '${String(error.params['missingProperty'])}'`;
    case 'additionalProperties':
      return `${property} contains additional properties ["${String(error.params['additionalProperty'])}"] outside of the schema when none are allowed`;
    case 'enum':
      return `${property} value ${JSON.stringify(error.data)} did not match one of the following values: ${[error.schema].flat().join(', ')}`;
    case 'minLength':
    case 'maxLength':
      return `${property} was not of a ${error.keyword.slice(0, 3)}imum string length of ${String(limit)}`;
    case 'minItems':
      return `${property} did not contain a minimum number of items ${String(limit)}`;
    case 'maxItems':
      return `${property} had more items than the allowed ${String(limit)}`;
    case 'minimum':
    case 'maximum':
      return `${property} did not have a ${error.keyword} value of ${String(limit)}, inclusively`;
    case 'pattern':
      return `${property} value ${JSON.stringify(error.data)} did not match the regex '${String(error.schema)}'`;
    case 'uniqueItems':
      return `${property} contained duplicated array values`;
    case 'format':
      return `${property} must be a valid IPv4 or IPv6 address`;
    case 'anyOf':
    case 'oneOf':
      return `${property} of type ${rubyType(error.data)} did not match one or more of the required schemas`;
    default:
      return `${property} ${error.message ?? 'is not valid'}`;
  }
}

function rubyType(value: unknown): string {
  if (value === null || value === undefined) return 'NilClass';
  if (Array.isArray(value)) return 'Array';
  if (typeof value === 'boolean') return value ? 'TrueClass' : 'FalseClass';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Float';
  return typeof value === 'string' ? 'String' : 'Hash';
}
