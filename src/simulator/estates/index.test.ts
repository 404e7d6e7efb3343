import { describe, expect, it } from 'vitest';
import { ANCHORS, digestOf } from './estate-testing.ts';
import type { Estate, WorkloadRecord } from './estate.ts';
import { buildEstate } from './index.ts';

const nowMs = ANCHORS.thirtyFirst;
const mid = buildEstate({ profile: 'mid', seed: 7, nowMs });
const managed = mid.workloads.filter((workload) => workload.managed);

function count<T>(items: readonly T[], keyOf: (item: T) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const key = keyOf(item) ?? 'none';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function labelsOf(estate: Estate, workload: WorkloadRecord): Record<string, string> {
  return Object.fromEntries(
    estate.labels.filter((label) => workload.labels.includes(label.id)).map((label) => [label.key, label.value]),
  );
}

describe('the demo estate has the counts of users.md §5', () => {
  it('640 workloads: 440 servers, 60 desktops, 140 unmanaged', () => {
    expect(mid.workloads).toHaveLength(640);
    expect(count(managed, (workload) => workload.ven?.type ?? null)).toEqual({ server: 440, endpoint: 60 });
    expect(mid.workloads.length - managed.length).toBe(140);
  });

  it('modes 52/23/18/7 % of the managed', () => {
    expect(count(managed, (workload) => workload.enforcementMode)).toEqual({
      visibility_only: 260,
      selective: 115,
      full: 90,
      idle: 35,
    });
  });

  it('operating systems 46/48/4/2 %, 26 hosts on 2012 R2', () => {
    const family = (id: string | null) =>
      id?.startsWith('ubuntu') || id?.startsWith('centos') ? 'linux' : (id?.split('-')[0] ?? null);
    expect(count(managed, (workload) => family(workload.osId))).toEqual({ win: 230, linux: 240, aix: 20, sles: 10 });
    expect(managed.filter((workload) => workload.osDetail?.includes('2012 R2'))).toHaveLength(26);
  });

  it('agents of 5 versions, 15 offline for over 24 h, 4 suspended, 22 dual-homed, several visibility levels', () => {
    expect(Object.keys(count(managed, (workload) => workload.ven?.version ?? null))).toHaveLength(5);
    expect(managed.filter((workload) => nowMs - (workload.ven?.lastHeartbeatMs ?? 0) > 24 * 3_600_000)).toHaveLength(
      15,
    );
    expect(managed.filter((workload) => !workload.online)).toHaveLength(15);
    expect(managed.filter((workload) => workload.ven?.status === 'suspended')).toHaveLength(4);
    expect(
      managed.filter((workload) => workload.ignoredInterfaces.length === 1 && workload.interfaces.length >= 2),
    ).toHaveLength(22);
    expect(Object.keys(count(managed, (workload) => workload.visibilityLevel)).sort()).toEqual([
      'enhanced_data_collection',
      'flow_drops',
      'flow_off',
      'flow_summary',
    ]);
  });

  it('8 dimensions, 36 applications and a dirty one, 9 env values', () => {
    expect(mid.dimensions.map(({ key }) => key)).toEqual([
      'role',
      'app',
      'env',
      'loc',
      'os',
      'bu',
      'compliance',
      'zone',
    ]);
    const values = count(mid.labels, ({ key }) => key);
    expect(values).toMatchObject({ app: 37, env: 9, loc: 6, os: 5, bu: 6, compliance: 4, zone: 4 });
    expect(values['role']).toBeGreaterThanOrEqual(55);
  });

  it('every application has the hosts of its table row', () => {
    const prod = (app: string, role: string) =>
      mid.workloads.filter((workload) => workload.hostname?.startsWith(`p-${app}-${role}`)).length;
    expect(prod('ad-core', 'dc')).toBeGreaterThanOrEqual(12);
    expect([
      prod('payments', 'api'),
      prod('payments', 'db'),
      prod('vdi', 'desktop'),
      prod('k8s-retail', 'worker'),
    ]).toEqual([6, 3, 60, 14]);
    // Managed hosts by the environment letter of their names; jump's four non-production hosts stand in dev.
    const names = new Set(managed.map(({ hostname }) => hostname ?? '').filter((name) => /^[pstdrx]-/.test(name)));
    expect(count([...names], (name) => name.slice(0, 1))).toEqual({
      p: 315 - 16,
      x: 25 - 4,
      s: 36,
      t: 32,
      d: 47 + 4,
      r: 24,
    });
  });

  it('users 3/9/4 and 6 service accounts, 14 versions with 2 restores, 2 clusters with 28 namespaces', () => {
    const roles = count(mid.users, ({ role, scope }) =>
      role === 'owner' || role === 'admin' ? 'global' : scope.length > 0 ? 'scoped' : role,
    );
    expect(roles).toEqual({ global: 3, scoped: 9, read_only: 4 });
    expect(mid.serviceAccounts).toHaveLength(6);
    expect(mid.policyVersions).toHaveLength(14);
    expect(mid.policyVersions.filter(({ commitMessage }) => commitMessage.startsWith('Restore'))).toHaveLength(2);
    expect(mid.policyVersions.map(({ version }) => version)).toEqual(
      mid.policyVersions.map(({ version }) => version).toSorted((a, b) => a - b),
    );
    expect(mid.containerClusters?.map(({ namespaces }) => namespaces.length)).toEqual([28, 12]);
  });
});

describe('another seed', () => {
  const other = buildEstate({ profile: 'mid', seed: 8, nowMs });

  it('is another estate with the same counts', () => {
    expect(other.workloads).toHaveLength(640);
    const ids = new Set(mid.workloads.map(({ id }) => id));
    expect(other.workloads.filter(({ id }) => ids.has(id))).toEqual([]);
    const addresses = new Set(mid.workloads.map(({ interfaces }) => interfaces[0]?.address));
    expect(other.workloads.filter(({ interfaces }) => addresses.has(interfaces[0]?.address)).length).toBeLessThan(320);
    expect(count(other.workloads, (workload) => workload.enforcementMode)).toEqual(
      count(mid.workloads, (workload) => workload.enforcementMode),
    );
    expect(other.labels.map(({ id }) => id)).not.toEqual(mid.labels.map(({ id }) => id));
  });
});

describe('the same options give the same bytes', () => {
  it.each(Object.entries(ANCHORS))('at %s', (_name, anchor) => {
    const options = { profile: 'mid', seed: 7, nowMs: anchor } as const;
    const digest = digestOf(buildEstate(options));
    expect(digestOf(buildEstate(options))).toBe(digest);
    expect(digestOf(buildEstate(options))).toBe(digest);
    expect(digestOf(buildEstate({ ...options, seed: 8 }))).not.toBe(digest);
  });

  it('whatever was asked before', () => {
    const options = { profile: 'small', seed: 3, nowMs } as const;
    const asked = buildEstate(options);
    for (const row of asked.traffic.rows(nowMs - 5_000_000, nowMs)) expect(row.connections).toBeGreaterThan(0);
    Array.from(asked.events(nowMs - 5_000_000, nowMs));
    expect(digestOf(asked)).toBe(digestOf(buildEstate(options)));
  });
});

describe('records fit together', () => {
  const estates = [
    mid,
    buildEstate({ profile: 'small', seed: 5, nowMs }),
    buildEstate({ profile: 'large', seed: 2, nowMs }),
  ];

  it.each(estates)('in $profile', (estate) => {
    const keyOf = new Map(estate.labels.map(({ id, key }) => [id, key]));
    expect(keyOf.size).toBe(estate.labels.length);
    expect(new Set(estate.workloads.map(({ id }) => id)).size).toBe(estate.workloads.length);
    for (const workload of estate.workloads) {
      const keys = workload.labels.map((id) => keyOf.get(id));
      expect(keys).not.toContain(undefined);
      expect(new Set(keys).size).toBe(keys.length);
      expect(workload.managed).toBe(workload.ven !== null);
      expect(workload.createdMs).toBeLessThan(nowMs);
      expect(workload.updatedMs).toBeLessThan(nowMs);
    }
    const people = new Set([0, ...estate.users.map(({ id }) => id)]);
    for (const seed of [...estate.ipLists, ...estate.services, ...estate.ruleSets, ...estate.labelGroups])
      expect(people.has(seed.createdBy) && people.has(seed.updatedBy)).toBe(true);
    for (const user of estate.users) for (const label of user.scope) expect(keyOf.has(label)).toBe(true);
  });

  it('managed hosts have addresses of their own', () => {
    for (const estate of estates) {
      const addresses = estate.workloads
        .filter(({ managed }) => managed)
        .map(({ interfaces }) => interfaces[0]?.address);
      expect(new Set(addresses).size).toBe(addresses.length);
    }
  });

  it('names right labels for ordinary hosts', () => {
    const api = mid.workloads.find(({ hostname }) => hostname?.startsWith('p-payments-api01'));
    expect(api && labelsOf(mid, api)).toMatchObject({
      role: 'api',
      app: 'payments',
      env: 'prod',
      compliance: 'pci',
      bu: 'payments',
    });
  });
});

describe('the other profiles', () => {
  it.each([
    ['small', 160],
    ['large', 5_000],
    ['xl', 25_000],
  ] as const)('%s has %d workloads', (profile, workloads) => {
    expect(buildEstate({ profile, seed: 1, nowMs }).workloads).toHaveLength(workloads);
  });

  it('small has 12 applications in prod and dev', () => {
    const small = buildEstate({ profile: 'small', seed: 1, nowMs });
    const used = new Set(small.workloads.flatMap((workload) => labelsOf(small, workload)['app'] ?? []));
    used.delete('Ordering ');
    expect(used.size).toBe(12);
  });
});
