import type { PolicyImpact } from '../segmentation/policy-impact.ts';
import { plural } from '../listing.ts';
import type { Finding } from './review-findings.ts';

export interface ReviewCheck {
  readonly check: string;
  readonly result: 'pass' | 'warn' | 'fail';
  readonly detail: string;
}

export type ReviewVerdict = 'nothing_pending' | 'ready' | 'look_again' | 'stop';

/** The checklist somebody goes through before provisioning: `stop` when a check fails, `look_again` when one warns. */
export function reviewChecks(
  findings: readonly Finding[],
  { totals, coverage }: PolicyImpact,
  authors: readonly string[],
): readonly ReviewCheck[] {
  const high = findings.filter(({ severity }) => severity === 'high').length;
  const medium = findings.length - high;
  const seen = totals.judged_edges;
  const pass = (check: string, result: boolean | 'warn', detail: string): ReviewCheck => ({
    check,
    result: result === 'warn' ? 'warn' : result ? 'pass' : 'fail',
    detail,
  });
  return [
    pass('nothing observed is newly blocked', totals.will_break.edges === 0, plural(totals.will_break.edges, 'edge')),
    pass(
      'nothing blocked is let through',
      totals.newly_allowed.edges === 0,
      plural(totals.newly_allowed.edges, 'edge'),
    ),
    pass(
      'nothing loses its rule',
      totals.loses_rule.edges + totals.may_break.edges === 0 || 'warn',
      plural(totals.loses_rule.edges + totals.may_break.edges, 'edge'),
    ),
    pass('no high risk in the changes', high === 0, `${high} high`),
    pass('no medium risk in the changes', medium === 0 || 'warn', `${medium} medium`),
    pass('one author', authors.length <= 1 || 'warn', authors.join(', ')),
    pass(
      'traffic was seen and read whole',
      (seen > 0 && !coverage.truncated) || 'warn',
      coverage.truncated ? 'cut' : plural(seen, 'edge'),
    ),
  ];
}

export const reviewVerdict = (checks: readonly ReviewCheck[]): ReviewVerdict =>
  checks.some(({ result }) => result === 'fail')
    ? 'stop'
    : checks.some(({ result }) => result === 'warn')
      ? 'look_again'
      : 'ready';
