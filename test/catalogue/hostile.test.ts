import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isObject } from '../../src/core/json.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { callWith } from './call.ts';
import { type HostileProxy, hostileProxy } from './hostile-proxy.ts';
import { PAYLOADS } from './payloads.ts';
import { type Simulated, simulated } from './simulated.ts';

let pce: Simulated;
let proxy: HostileProxy;
// A fresh client for each tool: a cached listing would not pass through the proxy again.
beforeEach(async () => {
  proxy = await hostileProxy(PAYLOADS, () => pce.simulator);
  pce = await simulated({ profile: 'small' }, { via: () => proxy.target });
});
afterEach(async () => {
  await pce.close();
  await proxy.close();
});

/** What no text may carry that came from a PCE: invisible characters, line breaks, markup, links, code fences. */
const ALIVE =
  /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}\u2028\u2029]|<[\p{L}/!?]|!\[|\][([]|`{3}|~{3}|[a-z]:\/\//u;

function* strings(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const child of value) yield* strings(child);
  else if (isObject(value))
    for (const [key, child] of Object.entries(value)) {
      yield key;
      yield* strings(child);
    }
}

const readers = catalogue.filter(
  ({ effect, input, usesPce }) => effect === 'read' && usesPce !== false && (input.required ?? []).length === 0,
);

describe('50 hostile payloads in every free string of the PCE', () => {
  it('are 50', () => {
    expect(new Set(PAYLOADS).size).toBe(50);
    expect(PAYLOADS.filter((payload) => ALIVE.test(payload)).length).toBeGreaterThan(35);
  });

  it.each(readers.map(({ name }) => name))('come out inert from %s, in both lanes', async (name) => {
    const { text, structured, isError } = await callWith(pce.dispatcher, name, {});
    expect(isError, text.slice(0, 500)).toBe(false);
    // A test of payloads that never arrived would pass for ever.
    expect(proxy.replaced()).toBeGreaterThan(0);
    expect([...strings(structured)].filter((value) => ALIVE.test(value))).toEqual([]);
    expect(text.split('\n').filter((line) => ALIVE.test(line))).toEqual([]);
    expect(Math.max(...[...strings(structured.items)].map(({ length }) => length))).toBeLessThanOrEqual(400);
    // The boundary is random; what imitates one is a row like any other. One header and one line for each row stand between its lines.
    const [, fence = ''] = /between the (\w+) lines/.exec(text) ?? [];
    const lines = text.split('\n');
    const fences = lines.flatMap((line, index) => (line.includes(fence) && line.startsWith('===') ? [index] : []));
    // Poisoned label keys can leave nothing to group by, and then nothing to fence in.
    const rows = structured.items.length;
    expect(fences).toHaveLength(rows === 0 ? 0 : 2);
    if (rows > 0) expect((fences[1] ?? 0) - (fences[0] ?? 0) - 1).toBe(rows + 1);
  });
});
