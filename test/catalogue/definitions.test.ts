import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../src/core/json.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { annotationsOf, listing } from '../../src/dispatch/listing.ts';

const TOOLS = new URL('../../src/tools/', import.meta.url);
const MAX_DESCRIPTION = 200;
const isBrief = (text: unknown): boolean => typeof text === 'string' && text.length < 45;

/** Every schema inside a schema, with the path to it. */
function* schemasIn(
  schema: unknown,
  path: string,
): Generator<readonly [path: string, schema: Record<string, unknown>]> {
  if (!isObject(schema)) return;
  yield [path, schema];
  const { properties, items, additionalProperties } = schema;
  if (isObject(properties))
    for (const [name, child] of Object.entries(properties)) yield* schemasIn(child, `${path}.${name}`);
  yield* schemasIn(items, `${path}[]`);
  yield* schemasIn(additionalProperties, `${path}.*`);
}

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
const FORBIDDEN = [
  '$ref',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'definitions',
  '$defs',
];

/** What in a schema some client would not accept (house rule: the narrow subset). */
function* objections(schema: unknown, path: string): Generator<string> {
  for (const [at, part] of schemasIn(schema, path)) {
    for (const keyword of FORBIDDEN) if (keyword in part) yield `${at} has ${keyword}`;
    if (typeof part['type'] !== 'string' || !TYPES.includes(part['type'])) yield `${at} has no single type`;
    if (part['type'] === 'array' && !isObject(part['items'])) yield `${at} has no items`;
    if (part['type'] === 'object' && !isObject(part['properties']) && !isObject(part['additionalProperties']))
      yield `${at} has no properties`;
  }
}

describe.each(catalogue.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  const entry = listing(tool, { structured: true });

  it('has its file and its test in the folder of its toolset', () => {
    const folder = new URL(`${tool.toolset}/`, TOOLS);
    expect(existsSync(new URL(`${name}.ts`, folder))).toBe(true);
    expect(existsSync(new URL(`${name}.test.ts`, folder))).toBe(true);
  });

  it('has a name, a title and a description that says when to use it and when not', () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(tool.title).toMatch(/^[A-Z][^.]+$/);
    expect(tool.description.length).toBeLessThan(MAX_DESCRIPTION);
    expect(tool.description).toMatch(/\.$/);
    // A sentence for what it is for, and a word that sends other questions elsewhere.
    expect(tool.description.split(/[.;:]\s/).length).toBeGreaterThan(1);
    expect(tool.description).toMatch(/\b(not|never|instead|use [a-z]+-[a-z-]+|for .* use|nothing)\b/i);
  });

  it('describes its parameters briefly', () => {
    for (const [path, schema] of schemasIn(entry.inputSchema, name))
      if ('description' in schema) expect(schema['description'], path).toSatisfy(isBrief);
  });

  it('has annotations that follow from its effect', () => {
    expect(entry.annotations).toEqual(annotationsOf(name, tool.effect));
    expect(entry.annotations.readOnlyHint).toBe(tool.effect === 'read');
    expect(entry.annotations.readOnlyHint && entry.annotations.destructiveHint).toBe(false);
  });

  it('publishes schemas every client accepts', () => {
    for (const schema of [entry.inputSchema, entry.outputSchema]) {
      expect(schema).toMatchObject({ type: 'object', properties: expect.any(Object) });
      expect([...objections(schema, name)]).toEqual([]);
    }
  });

  it('shows a correct example', () => {
    const validate = new Ajv({ strict: false }).compile({ ...entry.inputSchema, additionalProperties: false });
    expect(validate(tool.example), JSON.stringify(validate.errors)).toBe(true);
  });
});

it('the catalogue holds every tool that is defined, once', () => {
  const defined = readdirSync(TOOLS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => readFileSync(new URL(path, TOOLS), 'utf8').includes('export default defineTool('))
    .map((path) => path.replace(/^.*[/\\]|\.ts$/g, ''));
  const names = catalogue.map(({ name }) => name);
  expect([...names].sort()).toEqual(defined.sort());
});
