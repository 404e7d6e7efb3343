import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ServiceContact, serviceHubs } from './service-hubs.ts';

const APPS = 9;
const name = (index: number) => ({ app: `app${index}`, env: 'prod' });
const contact = (from: number, to: number, port = 1556): ServiceContact => ({
  from: name(from),
  to: name(to),
  connections: 1,
  service: { proto: 6, port },
});
const contacts = fc.array(
  fc
    .record({ from: fc.nat({ max: 2 }), to: fc.nat({ max: APPS - 1 }) })
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }) => contact(from, to)),
  { maxLength: 16 },
);

/** Naive: the sizes of the parts that fall apart when `gone` is taken out of the graph. */
function partsWithout(all: readonly ServiceContact[], gone: string): readonly number[] {
  const around = new Map<string, Set<string>>();
  for (const { from, to } of all)
    for (const [a, b] of [
      [from.app, to.app],
      [to.app, from.app],
    ] as const)
      around.set(a, (around.get(a) ?? new Set()).add(b));
  const left = new Set(around.get(gone));
  const sizes: number[] = [];
  for (const start of left) {
    const part = new Set([start]);
    for (const one of part) for (const next of around.get(one) ?? []) if (next !== gone) part.add(next);
    for (const one of part) left.delete(one);
    sizes.push(part.size);
  }
  return sizes;
}

it('a hub reaches three and more, and cuts off all but the largest part that is left', () => {
  let found = 0;
  fc.assert(
    fc.property(contacts, (all) => {
      const hubs = serviceHubs(all, 100);
      const expected = Array.from({ length: APPS }, (_, index) => name(index).app).flatMap((app) => {
        const reaches = new Set(all.filter(({ from }) => from.app === app).map(({ to }) => to.app)).size;
        const parts = partsWithout(all, app);
        const cutOff = parts.reduce((sum, size) => sum + size, 0) - Math.max(0, ...parts);
        return reaches >= 3 && cutOff >= 3 ? [{ app, reaches, cutOff }] : [];
      });
      found += expected.length;
      const given = hubs.map(({ app, reaches, cutOff }) => ({ app, reaches, cutOff }));
      expect(given.toSorted((a, b) => (a.app < b.app ? -1 : 1))).toEqual(expected);
    }),
  );
  expect(found).toBeGreaterThan(0);
});

it('looks at each service by itself, and says on how many more an application is the hub', () => {
  const star = (center: number, port: number) =>
    Array.from({ length: 5 }, (_, index) => contact(center, 3 + index, port));
  // Over all ports nothing hangs on anybody: three stars around the same five.
  const hubs = serviceHubs([...star(0, 1556), ...star(0, 13_724), ...star(1, 22), ...star(2, 10_050)], 2);
  expect(hubs).toEqual([
    expect.objectContaining({ app: 'app1', service: { proto: 6, port: 22 }, cutOff: 4, betweenness: 1, alsoOn: 0 }),
    expect.objectContaining({ app: 'app0', service: { proto: 6, port: 1556 }, cutOff: 4, betweenness: 1, alsoOn: 1 }),
  ]);
});
