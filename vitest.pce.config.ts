import { defineConfig } from 'vitest/config';

/** The suite over MCP against the PCE of `.env`: one file, one server, nothing else. Started by test/pce/run.ts, which cleans up. */
export default defineConfig({
  test: {
    include: ['test/pce/live.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
