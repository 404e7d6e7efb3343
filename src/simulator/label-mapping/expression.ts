import type { JsonObject } from '../../core/json.ts';
import type { WorkloadRecord } from '../estates/estate.ts';
import { refusedAs } from '../http/refusals.ts';
import { either, integer, list, oneOf, port, record, text } from '../http/schema.ts';
import type { Schema } from '../http/validate.ts';
import { objectsIn, textIn } from '../lifecycle/body.ts';

const PROPERTIES = ['hostname', 'ip_address', 'os', 'process', 'port'] as const;
const OPERATORS = ['starts_with', 'ends_with', 'contains', 'equals', 'is_in', 'regex'] as const;

const MAX_DEPTH = 5;

const condition = record(
  {
    property: oneOf(...PROPERTIES),
    operator: oneOf(...OPERATORS),
    values: list(either(text, { type: 'object', properties: { port, to_port: port, proto: integer } })),
  },
  ['property', 'operator', 'values'],
);

const atDepth = (depth: number): Schema =>
  depth === 0
    ? condition
    : either(condition, {
        type: 'object',
        required: ['logical_operator', 'child_expressions'],
        properties: { logical_operator: oneOf('and', 'or', 'not'), child_expressions: list(atDepth(depth - 1)) },
      });

/** The condition of a label mapping rule, as deep as anybody nests one. */
export const expressionSchema: Schema = atDepth(MAX_DEPTH);

const MAX_PATTERN = 200;
/** A repeated group is what makes a pattern explode on the wrong text; host names need none. */
const EXPLOSIVE = /\)[*+{?]|\\\d/;

function pattern(source: string): RegExp {
  if (source.length > MAX_PATTERN || EXPLOSIVE.test(source)) throw refusedAs('mappingPattern');
  try {
    return new RegExp(source, 'i');
  } catch {
    throw refusedAs('mappingPattern');
  }
}

type Test = (workload: WorkloadRecord) => boolean;

/** A condition as a test of workloads. Throws 406 for a pattern that is none, or that could run for ever. */
export function mappingTest(expression: JsonObject): Test {
  const children = expression['child_expressions'];
  if (children === undefined) return conditionTest(expression);
  const tests = objectsIn(children).map(mappingTest);
  switch (expression['logical_operator']) {
    case 'and':
      return (workload) => tests.every((test) => test(workload));
    case 'or':
      return (workload) => tests.some((test) => test(workload));
    default:
      return (workload) => !tests.some((test) => test(workload));
  }
}

function conditionTest({ property, operator, values }: JsonObject): Test {
  const given: readonly unknown[] = Array.isArray(values) ? values : [];
  if (property === 'port') {
    const ranges = objectsIn(given);
    return ({ openPorts }) => openPorts.some((open) => ranges.some((range) => holds(range, open)));
  }
  const texts = given.flatMap((value) => textIn(value) ?? []);
  const tests = texts.map((value) => textTest(operator, value));
  return (workload) => textsOf(workload, property).some((own) => tests.some((test) => test(own)));
}

function holds(
  { port: from, to_port: to, proto }: JsonObject,
  open: { readonly port: number; readonly proto: number },
): boolean {
  if (typeof proto === 'number' && proto !== open.proto) return false;
  if (typeof from !== 'number') return true;
  return open.port >= from && open.port <= (typeof to === 'number' ? to : from);
}

/** Texts compare without case, as every filter of the PCE does (objects.md §4.1). */
function textTest(operator: unknown, value: string): (own: string) => boolean {
  const wanted = value.toLowerCase();
  switch (operator) {
    case 'starts_with':
      return (own) => own.toLowerCase().startsWith(wanted);
    case 'ends_with':
      return (own) => own.toLowerCase().endsWith(wanted);
    case 'contains':
      return (own) => own.toLowerCase().includes(wanted);
    case 'regex': {
      const compiled = pattern(value);
      return (own) => compiled.test(own);
    }
    default:
      return (own) => own.toLowerCase() === wanted;
  }
}

function textsOf(workload: WorkloadRecord, property: unknown): readonly string[] {
  const present = (value: string | null): readonly string[] => (value === null ? [] : [value]);
  switch (property) {
    case 'hostname':
      return present(workload.hostname);
    case 'ip_address':
      return workload.interfaces.map(({ address }) => address);
    case 'os':
      return [...present(workload.osId), ...present(workload.osDetail)];
    default:
      return workload.openPorts.map(({ process }) => process);
  }
}
