import { expect, it } from 'vitest';
import { settings } from '../../src/config/schema.ts';
import { FAILURES } from '../../src/core/errors.ts';
import { FAULTS } from '../../src/cli/doctor/faults.ts';
import { pages } from './pages.ts';

/** Settings, the files of secrets, what only the tests against a real PCE read, and what a compose file asks for. */
const KNOWN: ReadonlySet<string> = new Set([
  ...settings.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])),
  'PCE_TEST_PROVISION',
  'PCE_TEST_WORKLOAD',
  'MCP_DOMAIN',
]);

it('every environment name in the documentation is one that is read', () => {
  const unknown = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(?:MCP|PCE|API)_[A-Z][A-Z_]*[A-Z]\b(?!_?…)/g)]
      .map(([name]) => ({ path, name }))
      .filter(({ name }) => !KNOWN.has(name)),
  );
  expect(unknown).toEqual([]);
});

it('every setting is in the reference', () => {
  const reference = pages.find(({ path }) => path === 'docs/reference/configuration.md')?.text ?? '';
  expect(settings.filter(({ name }) => !reference.includes(`\`${name}\``))).toEqual([]);
});

it('every code that troubleshooting names is one an answer or the doctor can give', () => {
  const page = pages.find(({ path }) => path === 'docs/troubleshooting.md')?.prose ?? '';
  const codes = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code = '']) => code);
  expect(codes.filter((code) => !(code in FAILURES) && !(code in FAULTS))).toEqual([]);
  expect(codes.length).toBeGreaterThan(10);
});
