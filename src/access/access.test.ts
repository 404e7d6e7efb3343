import { describe, expect, it } from 'vitest';
import type { Effect, Role } from '../core/authority.ts';
import type { Toolset } from '../core/toolset.ts';
import { createAuthority, OPERATOR } from './decide.ts';
import { roleOf } from './identity.ts';
import { SCOPED_TOOLS } from './scoped-tools.ts';
import { DEFAULT_TOOLS, selectTools } from './select.ts';

const decided = (readOnly: boolean, role: Role, effect: Effect) => {
  const decision = createAuthority({ readOnly })({ ...OPERATOR, role }, effect, { kind: 'tool', name: 't' });
  return decision.allowed ? 'yes' : decision.failure.code;
};

describe('decide', () => {
  // Design §5: reader, operator, admin.
  it.each<[Effect, boolean, boolean, boolean]>([
    ['read', true, true, true],
    ['draft', false, true, true],
    ['live', false, true, true],
    ['bulk', false, false, true],
    ['provision', false, false, true],
    ['credentials', true, true, true],
  ])('%s', (effect, reader, operator, admin) => {
    const expected = [reader, operator, admin].map((may) => (may ? 'yes' : 'forbidden'));
    expect((['reader', 'operator', 'admin'] as const).map((role) => decided(false, role, effect))).toEqual(expected);
  });

  it('lets nobody change the PCE in read-only mode', () => {
    const effects: readonly Effect[] = ['read', 'draft', 'live', 'bulk', 'provision', 'credentials'];
    expect(effects.map((effect) => decided(true, 'admin', effect))).toEqual([
      'yes',
      'read_only',
      'read_only',
      'read_only',
      'read_only',
      'yes',
    ]);
  });
});

describe('a caller without a role', () => {
  it('may do nothing, not even read', () => {
    const decide = createAuthority({ readOnly: false });
    for (const effect of ['read', 'live', 'provision', 'credentials'] as const)
      expect(decide({ ...OPERATOR, role: null }, effect, { kind: 'tool', name: 'get-labels' })).toMatchObject({
        allowed: false,
        failure: { code: 'forbidden_no_role' },
      });
  });
});

describe('a caller with a label scope', () => {
  const decide = createAuthority({ readOnly: false });
  const may = (name: string, effect: Effect, role: Role) =>
    decide({ ...OPERATOR, role, labelScope: 'app=pos' }, effect, { kind: 'tool', name }).allowed;

  it('uses what can be narrowed, as far as the role goes', () => {
    expect(may('get-workloads', 'read', 'reader')).toBe(true);
    expect(may('update-workload', 'live', 'operator')).toBe(true);
    expect(may('update-workload', 'live', 'reader')).toBe(false);
    expect(may('register-pce-credentials', 'credentials', 'reader')).toBe(true);
  });

  it('uses nothing else, whatever the role', () => {
    for (const name of ['get-rulesets', 'get-events', 'a-tool-of-tomorrow'])
      expect(may(name, 'read', 'admin')).toBe(false);
    expect(may('provision-policy', 'provision', 'admin')).toBe(false);
    expect(may('create-label', 'live', 'admin')).toBe(false);
  });

  it('has only tools that exist', () => {
    const defaults = Object.values(DEFAULT_TOOLS).flat();
    const others = ['set-enforcement-mode', 'get-vens', 'get-server-changelog'];
    for (const name of SCOPED_TOOLS) expect([...defaults, ...others]).toContain(name);
  });
});

describe('roleOf', () => {
  const map = { admin: ['a'], operator: ['o', 'both'], reader: ['r', 'both'], fallback: null };
  it.each([
    [['a', 'o', 'r'], 'admin'],
    [['both'], 'operator'],
    [['x', 'r'], 'reader'],
    [['A', 'admin', ''], null],
    [[], null],
  ])('gives %j the highest role %s', (groups, role) => {
    expect(roleOf(groups, map)).toBe(role);
  });

  it('gives everyone else the default', () => {
    expect(roleOf(['x'], { ...map, fallback: 'reader' })).toBe('reader');
    expect(roleOf(['a'], { ...map, fallback: 'reader' })).toBe('admin');
  });
});

describe('selectTools', () => {
  const tool = (name: string, toolset: Toolset) => ({ name, toolset });
  const catalogue = [
    tool('get-events', 'operations'),
    tool('get-vens', 'inventory'),
    tool('get-workloads', 'inventory'),
    tool('get-container-clusters', 'containers'),
  ];
  const names = (toolsets: Parameters<typeof selectTools>[1]['toolsets'], allowed?: readonly string[]) =>
    selectTools(catalogue, { toolsets, allowed }).map(({ name }) => name);

  it('offers the default, whole toolsets, or everything, by toolset', () => {
    expect(names(['default'])).toEqual(['get-workloads', 'get-events']);
    expect(names(['inventory'])).toEqual(['get-vens', 'get-workloads']);
    expect(names(['default', 'containers'])).toEqual(['get-workloads', 'get-container-clusters', 'get-events']);
    expect(names(['all'])).toHaveLength(4);
  });

  it('offers nothing that the allow-list does not name', () => {
    expect(names(['all'], ['get-vens'])).toEqual(['get-vens']);
    expect(names(['default'], ['get-vens'])).toEqual([]);
  });

  it('does not start with an allow-list that names what does not exist', () => {
    expect(() => names(['all'], ['get-workload'])).toThrow('get-workload (did you mean get-workloads?)');
  });

  it('has the fifty tools of the design in the default', () => {
    expect(Object.values(DEFAULT_TOOLS).flat()).toHaveLength(50);
  });
});
