import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject } from '../../src/core/json.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { allPages, type Called, callWith } from './call.ts';
import { type Simulated, simulated } from './simulated.ts';

const MAX_TEXT_CHARACTERS = 8_000;
const FIRST_ROWS = 3;

let pce: Simulated;
beforeAll(async () => {
  pce = await simulated({ profile: 'mid' });
});
afterAll(() => pce.close());

/** Every text and number in a value; flags are shown in other words, absent ones not at all. */
function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'string' && value !== '') yield value;
  else if (typeof value === 'number') yield String(value);
  else if (Array.isArray(value)) for (const child of value) yield* leaves(child);
  else if (isObject(value)) for (const child of Object.values(value)) yield* leaves(child);
}

const numbersIn = (text: string): readonly string[] => text.match(/\d+(?:\.\d+)*/g) ?? [];

// How the table writes what would end a cell, and how long a cell may be.
const asCell = (text: string): string => text.replaceAll('|', '¦').slice(0, 300);

// The example of a plan is nobody's plan.
const readers = catalogue.filter(
  ({ effect, input }) => effect === 'read' && !(input.required ?? []).includes('plan_id'),
);
const needsNothing = ({ input }: AnyTool): boolean => (input.required ?? []).length === 0;
const calls = readers.flatMap((tool) => [
  ...(needsNothing(tool) ? [[tool.name, tool, {}] as const] : []),
  [tool.name, tool, tool.example] as const,
]);

describe.each(calls)('%s', (name, tool, args) => {
  let called: Called;
  beforeAll(async () => {
    called = await callWith(pce.dispatcher, name, args);
  });

  it(`answers ${JSON.stringify(args)} in the shape it published`, () => {
    expect(called.isError, called.text).toBe(false);
    if (Object.keys(args).length === 0 && tool.usesPce !== false) expect(called.structured.items).not.toEqual([]);
    const validate = new Ajv({ strict: false, allErrors: true }).compile(tool.output);
    expect(validate(called.structured), JSON.stringify(validate.errors)).toBe(true);
    const { items } = tool.output.properties as {
      items: { items: { properties: object; additionalProperties?: object } };
    };
    const declared = Object.keys(items.items.properties);
    const undeclared = called.structured.items
      .flatMap((item) => Object.keys(item))
      .filter((key) => !declared.includes(key));
    if (items.items.additionalProperties === undefined) expect(undeclared).toEqual([]);
    expect(called.structured.items.flatMap((item) => Object.values(item)).filter((value) => value === null)).toEqual(
      [],
    );
  });

  it('says in its sentence only numbers that its fields carry', () => {
    const { answer, ...rest } = called.structured;
    const known = new Set(numbersIn(JSON.stringify(rest)));
    expect(numbersIn(answer).filter((number) => !known.has(number))).toEqual([]);
    expect(called.text.startsWith(answer)).toBe(true);
  });

  it('shows its first rows whole in a text of at most 2,000 tokens', () => {
    expect(called.text.length).toBeLessThanOrEqual(MAX_TEXT_CHARACTERS);
    const rows = called.structured.items.slice(0, FIRST_ROWS);
    const missing = [...leaves(rows)].filter((leaf) => !called.text.includes(asCell(leaf)));
    expect(missing).toEqual([]);
  });
});

describe('get-workloads', () => {
  it('gives each of the 640 workloads once over its pages', async () => {
    const pages = await allPages(pce.dispatcher, 'get-workloads', {});
    const hrefs = pages.flatMap(({ structured }) => structured.items.map(({ href }) => String(href)));
    expect(hrefs).toHaveLength(640);
    expect(new Set(hrefs).size).toBe(640);
  });
});

describe('get-rulesets', () => {
  it('gives each of the 58 rulesets and 924 rules once over its pages', async () => {
    const pages = await allPages(pce.dispatcher, 'get-rulesets', {});
    const rows = pages.flatMap(({ structured }) => structured.items);
    expect(new Set(rows.map(({ href }) => href)).size).toBe(58);
    const rules = rows.flatMap((row) => row.rules as readonly { readonly href: string; readonly rule_type: string }[]);
    expect(rules).toHaveLength(924);
    expect(new Set(rules.map(({ href }) => href)).size).toBe(924);
  });
});

describe('get-workload-enforcement-status', () => {
  it('finds the planted mixed application (P4)', async () => {
    const { structured } = await callWith(pce.dispatcher, 'get-workload-enforcement-status', {});
    expect(structured.mixed_enforcement_apps).toContain('payments (prod)');
  });
});
