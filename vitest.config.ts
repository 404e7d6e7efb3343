import { defineConfig } from 'vitest/config';

/** The everyday suite: everything that needs only Node. Suites that need the system (browsers, PostgreSQL, images) are in vitest.full.config.ts. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/full/**', 'test/pce/**', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
