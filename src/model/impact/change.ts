import type { EndVerdict } from '../policy/decision.ts';

/**
 * What becomes of a flow between two states of the policy (its rules, the workloads' modes and labels):
 *
 * - `will_break`: passes now, is blocked then; `may_break`: blocked then unless an unknown process, user or name says otherwise
 * - `newly_allowed`: blocked now, passes then
 * - `uncertain`: unknown facts decide in both states
 * - `loses_rule`, `gains_rule`: passes in both; once the ends enforce, the missing or new rule will matter
 * - `already_blocked`; `stays_allowed` by a rule; `stays_unprotected`: passes without a rule; `unenforced`: then no end evaluates it
 */
export const CHANGES = [
  'will_break',
  'may_break',
  'newly_allowed',
  'uncertain',
  'loses_rule',
  'gains_rule',
  'already_blocked',
  'stays_unprotected',
  'stays_allowed',
  'unenforced',
] as const;

export type Change = (typeof CHANGES)[number];

/** The change from one verdict to another. */
export function changeOf(from: EndVerdict, to: EndVerdict): Change {
  if (from === 'maybe') return to === 'blocked' ? 'may_break' : to === 'maybe' ? 'uncertain' : 'newly_allowed';
  if (from === 'blocked') return to === 'blocked' ? 'already_blocked' : to === 'maybe' ? 'uncertain' : 'newly_allowed';
  if (to === 'blocked') return 'will_break';
  if (to === 'maybe') return 'may_break';
  if (to === 'not_enforced') return 'unenforced';
  if (to === 'allowed') return from === 'potentially_blocked' ? 'gains_rule' : 'stays_allowed';
  return from === 'allowed' ? 'loses_rule' : 'stays_unprotected';
}

/** 0 is the one to be told first. */
export const rankOf = (change: Change): number => CHANGES.indexOf(change);
