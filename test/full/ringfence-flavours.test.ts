import { describe, expect, it } from 'vitest';
import { FLAVOURS, ringfenceLoop } from '../analysis/ringfence-loop.ts';

const APPS = [
  ['ordering', 'prod'],
  ['ordering', 'dev'],
  ['ecommerce', 'prod'],
  ['ecommerce', 'dev'],
  ['payments', 'prod'],
  ['payments', 'dev'],
  ['monitoring', 'prod'],
  ['file-services', 'prod'],
] as const;

// Every flavour of the deny, with and without one, with and without what is allowed already.
const CASES = FLAVOURS.flatMap((deny_consumer) =>
  [true, false].flatMap((selective) =>
    [true, false].map((skip_allowed) => ({ deny_consumer, selective, skip_allowed })),
  ),
);

describe.each(CASES)('deny_consumer $deny_consumer, selective $selective, skip_allowed $skip_allowed', (options) => {
  // Each on two applications, so that all applications come up with each flavour.
  const first = CASES.indexOf(options) % APPS.length;
  const two = [first, (first + 3) % APPS.length].flatMap((index) => APPS.slice(index, index + 1));
  it.each(two)('a ringfence of %s (%s) is planned, applied, provisioned, and then complete', async (app, env) => {
    expect.hasAssertions();
    await ringfenceLoop(app, env, options);
  });
});
