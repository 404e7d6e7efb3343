import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { inputSchemaOf } from '../../src/dispatch/listing.ts';
import { pages } from './pages.ts';

const ajv = new Ajv({ strict: false });
const tools = new Map(catalogue.map((tool) => [tool.name, tool]));
const validators = new Map(
  catalogue.map((tool) => [tool.name, ajv.compile({ ...inputSchemaOf(tool), additionalProperties: false })]),
);

const calls = pages.flatMap(({ path, fences }) =>
  fences
    .filter(({ language }) => language === 'call')
    .flatMap(({ body }) => body.trim().split('\n'))
    .map((line) => ({ path, line })),
);

it.each(calls)('$path: $line', ({ line }) => {
  const [, name = '', json = ''] = /^([\w-]+) (\{.*\})$/.exec(line) ?? [];
  const validate = validators.get(name);
  expect(validate, `${line}: no such tool`).toBeDefined();
  validate?.(JSON.parse(json));
  expect(validate?.errors ?? []).toEqual([]);
});

it('every tool that a page names exists', () => {
  const verbs = [...new Set([...tools.keys()].map((name) => name.split('-')[0]))].join('|');
  const name = new RegExp(`\`((?:${verbs})(?:-[a-z]+)+)\``, 'g');
  const unknown = pages.flatMap(({ path, prose }) =>
    [...prose.matchAll(name)].map(([, tool = '']) => ({ path, tool })).filter(({ tool }) => !tools.has(tool) && !OTHERS.has(tool)),
  );
  expect(unknown).toEqual([]);
});

/** Names of the same form that stand for something else: prompts, whose own test follows their steps. */
const OTHERS: ReadonlySet<string> = new Set([
  'ringfence-application',
  'analyze-application-traffic',
  'plan-enforcement-rollout',
  'review-rules',
  'investigate-host',
]);
