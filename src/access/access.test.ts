import { describe, expect, it } from 'vitest';
import type { Effect, Role } from '../core/authority.ts';
import type { Toolset } from '../core/toolset.ts';
import { createAuthority, OPERATOR } from './decide.ts';
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
