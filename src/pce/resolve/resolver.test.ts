import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../core/errors.ts';
import { href } from '../../core/href.ts';
import type { IpList, Label, LabelGroup, Workload } from '../../model/inventory.ts';
import type { Listing } from '../view.ts';
import type { Source } from './lookup.ts';
import { createResolver } from './resolver.ts';

const AUDIT = { createdAt: null, updatedAt: null };

function label(id: number, key: string, value: string): Label {
  return {
    href: href(`/orgs/1/labels/${id}`),
    key,
    value,
    deleted: false,
    ...AUDIT,
    externalDataSet: null,
    externalDataReference: null,
    usage: null,
  };
}

const LABELS = [
  label(1, 'app', 'ordering'),
  label(2, 'app', 'ordering-legacy'),
  label(3, 'app', 'Point of Sale'),
  label(4, 'env', 'prod'),
  label(5, 'env', 'staging'),
  label(6, 'env', 'dev'),
  label(7, 'role', 'db'),
];

function group(
  id: string,
  name: string,
  labels: readonly Label[],
  subGroups: readonly string[] = [],
  version = 'active',
): LabelGroup {
  return {
    href: href(`/orgs/1/sec_policy/${version}/label_groups/${id}`),
    updateType: null,
    ...AUDIT,
    name,
    description: null,
    key: 'env',
    labels,
    subGroups: subGroups.map((sub) => ({
      href: href(`/orgs/1/sec_policy/${version}/label_groups/${sub}`),
      name: null,
    })),
  };
}

function ipList(id: number, name: string, version = 'active'): IpList {
  return {
    href: href(`/orgs/1/sec_policy/${version}/ip_lists/${id}`),
    updateType: null,
    ...AUDIT,
    name,
    description: null,
    ranges: [],
    fqdns: [],
  };
}

function workload(id: string, name: string | null, hostname: string | null): Workload {
  return {
    href: href(`/orgs/1/workloads/${id}`),
    name,
    hostname,
    description: null,
    managed: true,
    online: true,
    mode: 'full',
    visibility: null,
    labels: [],
    interfaces: [],
    publicIp: null,
    osId: null,
    osDetail: null,
    openPorts: [],
    ven: null,
    externalDataSet: null,
    externalDataReference: null,
    ...AUDIT,
  };
}

const all = <T>(items: readonly T[]): Promise<Listing<T>> =>
  Promise.resolve({ items, matched: items.length, complete: true, cap: null });

const WORKLOADS = [workload('a', 'web', 'web.corp'), workload('b', 'web1', 'web'), workload('c', 'db', 'db.corp')];
const [, , , PROD, STAGING] = LABELS as [Label, Label, Label, Label, Label];

const source: Source = {
  labels: () => all(LABELS),
  labelGroups: (version) =>
    all(
      version === 'active'
        ? [group('g1', 'live', [PROD], ['g2']), group('g2', 'pre', [STAGING], ['g1']), group('g3', 'empty', [])]
        : [group('g9', 'drafted', [PROD], [], 'draft')],
    ),
  ipLists: (version) =>
    all(version === 'active' ? [ipList(1, 'Corp'), ipList(2, 'Corp DMZ')] : [ipList(3, 'New', 'draft')]),
  services: () => all([]),
  ruleSets: () => all([]),
  // As the PCE does: by part of the name.
  workloads: ({ name = '', hostname = '' } = {}) =>
    all(WORKLOADS.filter((one) => (one.name ?? '').includes(name) && (one.hostname ?? '').includes(hostname))),
};
const resolve = createResolver(source);

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${JSON.stringify(error)}`);
  return error;
}

describe('names', () => {
  it('resolve exactly, never to the first that contains them', async () => {
    expect((await resolve.label('app', 'ordering')).href).toBe('/orgs/1/labels/1');
    expect((await resolve.ipList('Corp')).href).toBe('/orgs/1/sec_policy/active/ip_lists/1');
    expect((await resolve.workload('db')).href).toBe('/orgs/1/workloads/c');
  });

  it('that miss come back with the nearest, and case counts', async () => {
    expect(await failureOf(resolve.label('app', 'Ordering'))).toMatchObject({
      code: 'label_not_found',
      data: { candidates: ['app=ordering', 'app=ordering-legacy'] },
    });
    expect((await failureOf(resolve.label('app', 'odering'))).data.candidates).toContain('app=ordering');
    expect((await failureOf(resolve.label('application', 'x'))).data.candidates).toContain('app');
    expect((await failureOf(resolve.label('env', 'zzzzzz'))).data.candidates).toEqual([
      'env=dev',
      'env=prod',
      'env=staging',
    ]);
    expect((await failureOf(resolve.ipList('corp'))).data.candidates).toEqual(['Corp', 'Corp DMZ']);
  });

  it('that fit two objects are an ambiguity with both', async () => {
    expect(await failureOf(resolve.workload('web'))).toMatchObject({
      code: 'ambiguous_name',
      data: { candidates: ['/orgs/1/workloads/a', '/orgs/1/workloads/b'] },
    });
  });

  it('that stand in the other policy version only say so', async () => {
    expect(await failureOf(resolve.ipList('New'))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('draft policy only'),
    });
    expect((await resolve.ipList('New', 'draft')).href).toBe('/orgs/1/sec_policy/draft/ip_lists/3');
  });

  it('resolve to the label with exactly that key and value or to none, whatever labels there are', async () => {
    const word = fc.string({ minLength: 1, maxLength: 4 });
    const labels = fc.uniqueArray(fc.tuple(word, word), {
      minLength: 1,
      maxLength: 20,
      selector: (pair) => JSON.stringify(pair),
    });
    await fc.assert(
      fc.asyncProperty(labels, fc.tuple(word, word), async (pairs, [key, value]) => {
        const some = pairs.map(([k, v], index) => label(index + 1, k, v));
        const found = await createResolver({ ...source, labels: () => all(some) })
          .label(key, value)
          .catch((error: Failure) => error.code);
        const expected = some.find((one) => one.key === key && one.value === value);
        expect(found).toEqual(expected ?? 'label_not_found');
      }),
    );
  });
});

describe('workload filters', () => {
  it('are the product of the alternatives', async () => {
    expect(await resolve.labelFilter('app=ordering|"Point of Sale" env=prod|dev')).toEqual([
      ['/orgs/1/labels/1', '/orgs/1/labels/4'],
      ['/orgs/1/labels/1', '/orgs/1/labels/6'],
      ['/orgs/1/labels/3', '/orgs/1/labels/4'],
      ['/orgs/1/labels/3', '/orgs/1/labels/6'],
    ]);
    expect(await resolve.labelFilter(['/orgs/1/labels/1', 'env=prod'])).toEqual([
      ['/orgs/1/labels/1', '/orgs/1/labels/4'],
    ]);
    expect(await resolve.labelFilter('any')).toEqual([[]]);
  });

  it('open label groups with their sub-groups, cycles and all; an empty group matches nothing', async () => {
    expect(await resolve.labelFilter('group:live')).toEqual([['/orgs/1/labels/4'], ['/orgs/1/labels/5']]);
    expect(await resolve.labelFilter('group:empty')).toEqual([]);
  });

  it('carry exclusions and ams apart, which a plain label filter refuses', async () => {
    expect(await resolve.workloadFilter('app=ordering env!=dev|staging ams')).toEqual({
      labels: [['/orgs/1/labels/1']],
      excludeLabels: ['/orgs/1/labels/6', '/orgs/1/labels/5'],
      managed: true,
    });
    expect((await failureOf(resolve.labelFilter('env!=dev'))).code).toBe('invalid_expression');
  });

  it.each(['10.0.0.1', 'iplist:Corp', 'github.com', '/orgs/1/workloads/a'])(
    'refuse %s, which is no label',
    async (term) => {
      expect((await failureOf(resolve.workloadFilter(term))).code).toBe('invalid_expression');
    },
  );

  it('refuse labels that are not there, by name and by href', async () => {
    expect((await failureOf(resolve.workloadFilter('app=ordering env=pord'))).code).toBe('label_not_found');
    expect((await failureOf(resolve.workloadFilter('/orgs/1/labels/99'))).code).toBe('not_found');
  });

  it('refuse more combinations than anybody means', async () => {
    const many = createResolver({
      ...source,
      labels: () =>
        all(
          ['a', 'b', 'c', 'd'].flatMap((key, k) =>
            Array.from({ length: 10 }, (_, v) => label(k * 10 + v + 1, key, `${v}`)),
          ),
        ),
    });
    const values = Array.from({ length: 10 }, (_, v) => `${v}`).join('|');
    expect((await failureOf(many.labelFilter(`a=${values} b=${values} c=${values} d=${values}`))).code).toBe(
      'invalid_expression',
    );
  });
});

describe('sides of a traffic query', () => {
  it('take every kind of term', async () => {
    expect(
      await resolve.destinations(
        [
          'app=ordering env=prod|staging',
          'group:live',
          'iplist:Corp',
          'workload:db',
          '10.0.0.0/8',
          '*.example.com',
          'ams',
          'any',
        ],
        ['role=db', 'github.com', '10.9.9.9'],
      ),
    ).toEqual({
      include: ['/orgs/1/labels/4', '/orgs/1/labels/5'].map((env) => [
        { label: '/orgs/1/labels/1' },
        { label: env },
        { labelGroup: '/orgs/1/sec_policy/active/label_groups/g1' },
        { ipList: '/orgs/1/sec_policy/active/ip_lists/1' },
        { workload: '/orgs/1/workloads/c' },
        { ipAddress: '10.0.0.0/8' },
        { fqdn: '*.example.com' },
        { actors: 'ams' },
      ]),
      exclude: [{ label: '/orgs/1/labels/7' }, { fqdn: 'github.com' }, { ipAddress: '10.9.9.9' }],
    });
  });

  it('read a flat list as AND and a list of lists as OR', async () => {
    const [app, env] = [{ label: '/orgs/1/labels/1' }, { label: '/orgs/1/labels/4' }];
    expect((await resolve.sources(['app=ordering', 'env=prod'], [])).include).toEqual([[app, env]]);
    expect((await resolve.sources([['app=ordering'], ['env=prod']], [])).include).toEqual([[app], [env]]);
    expect((await resolve.sources([['app=ordering'], []], [])).include).toEqual([[app], []]);
    expect((await resolve.sources(['any'], [])).include).toEqual([[]]);
    expect((await resolve.sources([], [])).include).toEqual([]);
  });

  it('move != to the exclusions, where all alternatives agree', async () => {
    expect(await resolve.sources(['app=ordering env!=dev'], [])).toEqual({
      include: [[{ label: '/orgs/1/labels/1' }]],
      exclude: [{ label: '/orgs/1/labels/6' }],
    });
    expect((await failureOf(resolve.sources([['app=ordering env!=dev'], ['role=db']], []))).code).toBe(
      'invalid_expression',
    );
  });

  it('send nothing when a filter names nothing, and tell all that do', async () => {
    const failure = await failureOf(resolve.sources(['app=orderin', 'iplist:Nope'], ['env=prood']));
    expect(failure.code).toBe('unresolved_label_filter');
    expect(failure.data.unresolved).toMatchObject([
      { filter: 'app=orderin', candidates: ['app=ordering', 'app=ordering-legacy'] },
      { filter: 'iplist:Nope' },
      { filter: 'env=prood', candidates: ['env=prod'] },
    ]);
  });

  it('refuse what the PCE could not do', async () => {
    expect((await failureOf(resolve.sources(['github.com'], []))).code).toBe('invalid_expression');
    expect((await failureOf(resolve.sources([], ['app=ordering env=prod']))).code).toBe('invalid_expression');
    expect((await failureOf(resolve.sources(['/orgs/1/labels/99'], []))).code).toBe('unresolved_label_filter');
    expect((await failureOf(resolve.sources(['/orgs/1/vens/a'], []))).code).toBe('invalid_expression');
  });
});
