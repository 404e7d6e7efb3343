import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReplays } from './replays.ts';

it('a replay repeats what was seen in its window, replays of replays too', () => {
  const step = fc.record({ from: fc.nat(60), length: fc.integer({ min: 1, max: 40 }), gap: fc.nat(10) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 5 }), (steps) => {
      const replays = createReplays();
      // The other opinion: for every moment, the moment whose traffic is seen.
      const seen = Array.from({ length: 2_000 }, (_, at) => at);
      let now = 100;
      for (const { from, length, gap } of steps) {
        const fromMs = Math.min(from + (now - 100), now - 1);
        const toMs = Math.min(fromMs + length, now);
        const atMs = now + gap;
        replays.add(fromMs, toMs, atMs);
        for (let moment = 0; moment < toMs - fromMs; moment++) seen[atMs + moment] = seen[fromMs + moment] ?? -1;
        now = atMs + (toMs - fromMs);
      }
      const told = replays
        .segments(0, now + 50)
        .flatMap(({ fromMs, toMs, shiftMs }) =>
          Array.from({ length: toMs - fromMs }, (_, moment) => fromMs + moment - shiftMs),
        );
      expect(told).toEqual(seen.slice(0, now + 50));
    }),
  );
});
