import { Failure } from '../../core/errors.ts';
import { draftHref, type Href } from '../../core/href.ts';
import type { ToolContext } from '../tool.ts';

/** What the PCE counted, as a judgement of usage takes it. */
export interface HitCounts {
  /** Days before now of the last hit; null for never, undefined where the PCE does not say. */
  readonly lastHit: (rule: Href) => number | null | undefined;
  readonly method: string;
  readonly report: Href | null;
  readonly gaps: readonly string[];
}

const DAY_MS = 86_400_000;
const UNCOUNTED: HitCounts = { lastHit: () => undefined, method: 'flows', report: null, gaps: [] };

/** The hits for a method: `flows` asks for none, `auto` takes them where there are some, `hits` throws `not_found` without. */
export async function hitCounts(
  method: 'auto' | 'hits' | 'flows',
  { pce, clock, signal }: ToolContext,
): Promise<HitCounts> {
  if (method === 'flows') return { ...UNCOUNTED, gaps: ['hit counts of the PCE: not asked for'] };
  const counts = await pce.ruleHits({ signal });
  if (counts.kind === 'none') {
    if (method === 'auto') return { ...UNCOUNTED, gaps: [`hit counts of the PCE: ${counts.why}`] };
    throw new Failure('not_found', {
      message: `The PCE tells no rule hits: ${counts.why}.`,
      remedy: 'Let the PCE make a Rule Hit Count Report of all rulesets, or use method=flows.',
    });
  }
  const age = Math.max(0, Math.floor((clock.now() - Date.parse(counts.generatedAt)) / DAY_MS));
  const byRule = new Map([...counts.byRule].map(([rule, { daysSinceLastHit: days }]) => [draftHref(rule), days]));
  return {
    lastHit(rule) {
      const days = byRule.get(draftHref(rule));
      return typeof days === 'number' ? days + age : days;
    },
    method: 'flows and hits',
    report: counts.report,
    gaps: [
      ...(age === 0 ? [] : [`hits after the report of ${counts.generatedAt}`]),
      ...(counts.everywhere ? [] : ['hits on hosts outside of the scopes that count them']),
    ],
  };
}
