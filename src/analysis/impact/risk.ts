import type { Change } from '../../model/impact/change.ts';
import type { ChangeCount } from '../../model/impact/question.ts';

export type Grade = 'high' | 'medium' | 'low' | 'unknown';

export interface Risk {
  readonly grade: Grade;
  /** What gave the grade, each with its count. */
  readonly reasons: readonly string[];
}

type Counts = Readonly<Record<Change, ChangeCount>>;

const WEIGHT: readonly (readonly [change: Change, grade: 'high' | 'medium', says: string])[] = [
  ['will_break', 'high', 'observed edges are newly blocked'],
  ['newly_allowed', 'high', 'edges that were blocked are let through'],
  ['may_break', 'medium', 'edges are blocked unless an unknown process, user or name says otherwise'],
  ['loses_rule', 'medium', 'edges lose their rule and break once their hosts enforce'],
];

/**
 * How dangerous a change is by what it does to observed flows: `high` when anything is newly blocked or newly let through, `medium` when
 * something may be or is no longer covered, `low` when nothing of that, `unknown` when no flow was seen. The grade is its worst reason.
 */
export function riskOf(totals: Counts): Risk {
  const found = WEIGHT.filter(([change]) => totals[change].edges > 0);
  const reasons = found.map(([change, , says]) => `${totals[change].edges} ${says}`);
  if (Object.values(totals).every(({ edges }) => edges === 0))
    return { grade: 'unknown', reasons: ['no flow was seen'] };
  const worst = found.find(([, grade]) => grade === 'high') ?? found[0];
  return { grade: worst?.[1] ?? 'low', reasons };
}
