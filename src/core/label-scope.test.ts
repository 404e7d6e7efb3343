import { describe, expect, it } from 'vitest';
import { labelScopeOf, parseLabelScopes, scopeAlternatives } from './label-scope.ts';

describe('label scopes', () => {
  const scopes = parseLabelScopes(
    'pos-owners=app=pos env=prod; "CN=Web;OU=x" = app="Web; shop"; all=group:EU; pos-owners=app=till',
  );

  it('are read group by group', () => {
    expect(scopes).toEqual([
      { group: 'pos-owners', expression: 'app=pos env=prod' },
      { group: 'CN=Web;OU=x', expression: 'app="Web; shop"' },
      { group: 'all', expression: 'group:EU' },
      { group: 'pos-owners', expression: 'app=till' },
    ]);
  });

  it('add up over the groups of a caller, and do not limit who is in none of them', () => {
    expect(labelScopeOf(scopes, ['others'])).toBeNull();
    const scope = labelScopeOf(scopes, ['CN=Web;OU=x', 'pos-owners', 'others']);
    expect(scope && scopeAlternatives(scope)).toEqual(['app="Web; shop"', 'app=pos env=prod', 'app=till']);
    expect(labelScopeOf(scopes, ['pos-owners', 'CN=Web;OU=x'])).toBe(scope);
  });

  it.each([
    'pos',
    'pos=',
    '=app=pos',
    'pos=app!=pos',
    'pos=10.0.0.0/8',
    'pos=any',
    'pos=workload:x',
    'pos=app=',
    ' =app=pos',
  ])('refuse %j', (text) => {
    expect(() => parseLabelScopes(text)).toThrow(expect.objectContaining({ code: 'invalid_expression' }));
  });
});
