import type { JsonObject } from '../../core/json.ts';
import { draftWords } from '../policy/ref-words.ts';
import type { ToolContext } from '../tool.ts';
import { draftFindings } from './review-findings.ts';
import { objectsOf } from './wire-objects.ts';

type Wires = ReadonlyMap<string, JsonObject | null>;

/** What of these drafts lets more through than what is in force, in words. */
export async function provisionWidening(
  drafts: Wires,
  actives: Wires,
  context: ToolContext,
): Promise<readonly string[]> {
  const [draft, active] = [objectsOf(drafts), objectsOf(actives)];
  const { items: rules } = await context.pce.ruleSets('draft', {}, { signal: context.signal });
  const words = await draftWords([...draft.ruleSets, ...active.ruleSets], context);
  return draftFindings(active, draft, new Set(drafts.keys()), words, rules)
    .filter(({ widens }) => widens)
    .map(({ object, says }) => (says.includes(object) ? says : `${object}: ${says}`));
}
