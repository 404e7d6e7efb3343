import { defineConfig } from 'vitest/config';

/** Suites that take long by nature (many seeds, many processes); the full suite runs them. */
const LONG = [
  'test/analysis/change-loop.test.ts',
  'test/analysis/closed-loop.test.ts',
  'test/analysis/provisioned.test.ts',
  'test/browser/**',
  'test/catalogue/hostile.test.ts',
  'test/changes/engine-policy.test.ts',
  'test/changes/pce-interrupt.test.ts',
  'test/changes/pce-suite.test.ts',
  'test/conformance/**',
  'test/contract/clients/illumio-py-real.test.ts',
  'test/contract/simulator-determinism.test.ts',
  'test/docs/gallery.test.ts',
  'test/oracle/mutants.test.ts',
  'test/package/mcpb.test.ts',
  'test/package/pack.test.ts',
  'test/prompts/follow.test.ts',
  'test/replicas/**',
  'test/risk/planted.test.ts',
  'test/traffic/planted.test.ts',
  'test/traffic/tasks.test.ts',
  'test/traffic/whole-flows.test.ts',
];

/** The everyday suite: everything that needs only Node and ends soon. Everything else is in vitest.full.config.ts as well. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/full/**', 'test/pce/**', '**/node_modules/**', ...LONG],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
