import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../core/json.ts';
import { ANCHORS, textOf } from '../estate-testing.ts';
import type { Estate, VersionedSeed } from '../estate.ts';
import { buildEstate } from '../index.ts';

const nowMs = ANCHORS.first;
const mid = buildEstate({ profile: 'mid', seed: 7, nowMs });

const bodies = (seeds: readonly VersionedSeed[], version: 'active' | 'draft'): JsonObject[] =>
  seeds.flatMap((seed) => {
    const body = version === 'draft' ? (seed.draft?.body ?? seed.active) : seed.active;
    return body === undefined ? [] : [body];
  });

const list = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((each): each is JsonObject => isObject(each)) : [];

/** Counts of rules as a reader of the API would make them. */
function tally(estate: Estate, version: 'active' | 'draft') {
  const sets = bodies(estate.ruleSets, version);
  const retired = sets.find((set) => set['name'] === 'zz_old_billing');
  const current = sets.filter((set) => set !== retired);
  const rules = current.flatMap((set) => list(set['rules']));
  const denies = current.flatMap((set) => list(set['deny_rules']));
  return {
    ruleSets: sets.length,
    allow: rules.length,
    deny: denies.filter((rule) => rule['override'] === false).length,
    override: denies.filter((rule) => rule['override'] === true).length,
    disabled: [...rules, ...denies].filter((rule) => rule['enabled'] === false).length,
    retired: list(retired?.['rules']).length,
  };
}

const PROMISED = { ruleSets: 58, allow: 371, deny: 35, override: 6, disabled: 23, retired: 512 };

describe('the policy of the demo estate', () => {
  it.each([7, 8, 9])('has the counts of users.md §5.6 in both versions (seed %d)', (seed) => {
    const estate = seed === 7 ? mid : buildEstate({ profile: 'mid', seed, nowMs });
    expect(tally(estate, 'active')).toEqual(PROMISED);
    expect(tally(estate, 'draft')).toEqual(PROMISED);
    expect([estate.ipLists.length, estate.services.length, estate.labelGroups.length]).toEqual([22, 31, 4]);
  });

  it('has the objects every PCE starts with (objects.md §0.3-19)', () => {
    expect(mid.ipLists[0]).toMatchObject({ id: '1', createdBy: 0, active: { name: 'Any (0.0.0.0/0 and ::/0)' } });
    expect(mid.services[0]).toMatchObject({
      id: '1',
      createdBy: 0,
      active: { name: 'All Services', service_ports: [{ proto: -1 }] },
    });
    expect(mid.services[2]).toMatchObject({ id: '3', active: { name: 'ICMP Ping' } });
    expect(mid.ruleSets[0]).toMatchObject({ id: '1', createdBy: 0, active: { name: 'Default', scopes: [[]] } });
  });

  it('has 7 pending items by two authors', () => {
    const drafts = [...mid.ruleSets, ...mid.ipLists, ...mid.services, ...mid.labelGroups].flatMap(
      (seed) => seed.draft ?? [],
    );
    expect(drafts).toHaveLength(7);
    expect(new Set(drafts.map(({ updatedBy }) => updatedBy)).size).toBe(2);
    for (const draft of drafts) expect(draft.updatedMs).toBeLessThan(nowMs);
  });

  it('has unique names, ids and rule ids', () => {
    for (const seeds of [mid.ruleSets, mid.ipLists, mid.services, mid.labelGroups]) {
      expect(new Set(seeds.map(({ id }) => id)).size).toBe(seeds.length);
      expect(new Set(bodies(seeds, 'active').map((body) => body['name'])).size).toBe(seeds.length);
    }
    const ids = bodies(mid.ruleSets, 'active').flatMap((set) =>
      [...list(set['rules']), ...list(set['deny_rules'])].map((rule) => rule['id']),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('flags the risky services', () => {
    const risky = bodies(mid.services, 'active').filter((body) => {
      const risk = body['risk_details'];
      return isObject(risk) && risk['ransomware'] !== null;
    });
    expect(risky.map((body) => body['name'])).toEqual(
      bodies(mid.services, 'active')
        .map((body) => textOf(body, 'name'))
        .filter((name) => name.startsWith('S-')),
    );
  });
});

describe.each(['small', 'mid', 'large'] as const)('references in %s', (profile) => {
  const estate = profile === 'mid' ? mid : buildEstate({ profile, seed: 4, nowMs });
  const known = new Set<string>([
    ...estate.labels.map(({ id }) => `/orgs/1/labels/${id}`),
    ...estate.workloads.map(({ id }) => `/orgs/1/workloads/${id}`),
    ...(['labelGroups', 'ipLists', 'services'] as const).flatMap((kind) =>
      estate[kind].map(
        ({ id }) =>
          `/orgs/1/sec_policy/draft/${{ labelGroups: 'label_groups', ipLists: 'ip_lists', services: 'services' }[kind]}/${id}`,
      ),
    ),
    '/users/0',
    ...estate.users.map(({ id }) => `/users/${id}`),
  ]);

  it('resolve', () => {
    const missing = new Set<string>();
    let seen = 0;
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (isObject(value))
        for (const [key, inner] of Object.entries(value)) {
          if (key === 'href' && typeof inner === 'string') {
            seen++;
            if (!known.has(inner)) missing.add(inner);
          } else walk(inner);
        }
    };
    for (const seeds of [estate.ruleSets, estate.labelGroups, estate.virtualServices])
      for (const seed of seeds) walk([seed.active, seed.draft?.body]);
    expect([...missing]).toEqual([]);
    expect(seen).toBeGreaterThan(100);
  });
});

it('xl has 75,000 rules', () => {
  const counts = tally(buildEstate({ profile: 'xl', seed: 1, nowMs }), 'active');
  expect(counts.allow + counts.deny + counts.override + counts.retired).toBe(75_000);
});
