import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { pages } from '../../src/resources/pages.ts';
import { callWith } from '../catalogue/call.ts';
import { type Simulated, simulated } from '../catalogue/simulated.ts';
import { callsIn } from './calls.ts';

// A schema cannot tell that a label, a dimension or a mode does not exist: what the pages tell to ask is asked.

let on: Simulated;
beforeAll(async () => {
  on = await simulated({ profile: 'small' });
});
afterAll(() => on.close());

const READ = new Set(catalogue.filter(({ effect }) => effect === 'read').map(({ name }) => name));

/** The generated pages differ in the framework alone, and each of these takes its seconds. */
const isOneOfMany = (path: string): boolean => path.startsWith('compliance/') && path !== 'compliance/dora';

const questions = pages
  .filter(({ path }) => !isOneOfMany(path))
  .flatMap((page) => callsIn(page.text()).map((call) => ({ path: page.path, ...call })))
  .filter(({ tool }) => READ.has(tool));

it.each(questions)('$path: $tool $args is answered', async ({ tool, args }) => {
  const { isError, text } = await callWith(on.dispatcher, tool, args);
  expect(isError, text).toBe(false);
});

it('there are questions on most pages', () => {
  expect(questions.length).toBeGreaterThan(25);
});
