import { expect, it } from 'vitest';
import { changeLoop, KINDS } from './change-loop.ts';

// The other seeds: test/full/change-loop.test.ts.
it.each(Object.keys(KINDS) as readonly (keyof typeof KINDS)[])(
  'simulate, change, provision, replay: newly blocked rows are exactly those foretold (%s)',
  async (kind) => {
    expect.hasAssertions();
    await changeLoop(1, kind);
  },
);
