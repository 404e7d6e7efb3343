import { expect, it } from 'vitest';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { validate } from '../../src/dispatch/validate.ts';
import { prompts } from '../../src/prompts/index.ts';
import { pages } from './pages.ts';

const tools = new Map(catalogue.map((tool) => [tool.name, tool]));

const calls = pages.flatMap(({ path, fences }) =>
  fences
    .filter(({ language }) => language === 'call')
    .flatMap(({ body }) => body.trim().split('\n'))
    .map((line) => ({ path, line: line.trim() })),
);

it.each(calls)('$path: $line', async ({ line }) => {
  const [, name = '', json = ''] = /^([\w-]+) (\{.*\})$/.exec(line) ?? [];
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  // As the server takes it: in the forms it reads, with no parameter it does not know.
  await expect(validate(tool, JSON.parse(json))).resolves.toMatchObject({ args: {} });
});

it('there are calls of more than half of the tools', () => {
  expect(new Set(calls.map(({ line }) => line.split(' ')[0])).size).toBeGreaterThan(tools.size / 2);
});

it('every tool and prompt that a page names exists', () => {
  const names = new Set([...tools.keys(), ...prompts.map(({ name }) => name)]);
  const verbs = [...new Set([...names].map((name) => name.split('-')[0]))].join('|');
  const name = new RegExp(`\`((?:${verbs})(?:-[a-z]+)+)\``, 'g');
  const unknown = pages.flatMap(({ path, prose }) =>
    [...prose.matchAll(name)].map(([, found = '']) => ({ path, found })).filter(({ found }) => !names.has(found)),
  );
  expect(unknown).toEqual([]);
});
