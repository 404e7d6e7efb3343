import type { Uses } from '../../changes/widening.ts';
import type { Href } from '../../core/href.ts';
import { usesOf } from '../in-use.ts';
import type { ToolContext } from '../tool.ts';

/** How many rules use an object, in the draft or in the active policy. */
export async function ruleUses(object: Href, { pce, signal }: ToolContext): Promise<Uses> {
  const rules = (await usesOf(object, pce, signal)).filter(({ kind }) => kind === 'rule');
  const hrefs = new Set(rules.map(({ href }) => href.split('/').slice(-4).join('/')));
  return { rules: hrefs.size, denyRules: [...hrefs].filter((href) => href.includes('deny_rules')).length };
}
