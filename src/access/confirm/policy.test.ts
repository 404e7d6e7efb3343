import { describe, expect, it } from 'vitest';
import type { Effect } from '../../core/authority.ts';
import { needsConfirmation } from './policy.ts';

describe('what needs a confirmation over HTTP (design §5)', () => {
  it.each<[string, Effect, Record<string, unknown>, boolean]>([
    ['provision-policy', 'provision', {}, true],
    ['ringfence-batch', 'bulk', {}, true],
    ['register-pce-credentials', 'credentials', {}, true],
    ['provision-policy', 'read', { dry_run: true }, false],
    ['create-ruleset', 'draft', { name: 'x' }, false],
    ['create-deny-rule', 'draft', { override_deny: true }, true],
    ['create-deny-rule', 'draft', { override_deny: false }, false],
    ['update-deny-rule', 'draft', { override_deny: false }, true],
    ['update-deny-rule', 'draft', { enabled: false }, false],
    ['set-enforcement-mode', 'live', { enforcement_mode: 'full' }, true],
    ['update-workload', 'live', { enforcement_mode: 'idle' }, true],
    ['update-workload', 'live', { description: 'x' }, false],
    ['apply-plan', 'live', { plan_id: 'plan_1' }, true],
    ['undo-change', 'live', { plan_id: 'plan_1' }, true],
    ['undo-change', 'read', { plan_id: 'plan_1', dry_run: true }, false],
  ])('%s as %s with %j', (tool, effect, args, expected) => {
    expect(needsConfirmation({ tool, effect, args })).toBe(expected);
  });

  it('is the operator’s list where there is one, but for plans and dry runs', () => {
    const only = ['create-label'];
    const needs = (tool: string, effect: Effect, args = {}) => needsConfirmation({ tool, effect, args }, only);
    expect(needs('create-label', 'live')).toBe(true);
    expect(needs('create-label', 'read')).toBe(false);
    expect(needs('provision-policy', 'provision')).toBe(false);
    expect(needs('apply-plan', 'live', { plan_id: 'plan_1' })).toBe(true);
  });
});
