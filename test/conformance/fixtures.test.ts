import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/transports/http/server.ts';
import { startFixtures } from './entry.ts';
import { judge, type Revision, scored } from './suite.ts';

// Everything the official suite scores a server by, against our stack with the tools, prompts and resources the suite asks for.
let server: HttpServer;
beforeAll(async () => {
  server = await startFixtures();
});
afterAll(() => server.close());

const SCORED: readonly (readonly [Revision, number])[] = [
  ['2025-11-25', 30],
  ['2026-07-28', 37],
];

describe.each(SCORED)('the conformance suite of %s', (revision, count) => {
  it(`passes all of its ${count} scored scenarios, without a warning`, async () => {
    const [names, verdict] = await Promise.all([scored(revision), judge(server.url, revision)]);
    expect(names).toHaveLength(count);
    expect(verdict.exitCode).toBe(0);
    for (const name of names)
      expect({ name, ...verdict.scenarios.get(name) }).toEqual({ name, passed: expect.any(Number), wrong: [] });
    expect(names.filter((name) => verdict.scenarios.get(name)?.passed === 0)).toEqual([]);
  });
});
