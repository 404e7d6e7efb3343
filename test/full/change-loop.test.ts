import { describe, expect, it } from 'vitest';
import { changeLoop, KINDS } from '../analysis/change-loop.ts';

const SEEDS = Array.from({ length: 9 }, (_, index) => index + 2);

describe.each(SEEDS)('simulate, change, provision, replay on seed %d', (seed) => {
  it.each(Object.keys(KINDS) as readonly (keyof typeof KINDS)[])(
    'newly blocked rows are exactly those foretold (%s)',
    async (kind) => {
      expect.hasAssertions();
      await changeLoop(seed, kind);
    },
  );
});
