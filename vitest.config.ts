import { defineConfig } from 'vitest/config';

/** Suites that take long by nature (many seeds, many processes); the full suite runs them. */
const LONG = [
  'test/analysis/closed-loop.test.ts',
  'test/browser/**',
  'test/conformance/**',
  'test/oracle/mutants.test.ts',
  'test/package/pack.test.ts',
  'test/replicas/**',
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
