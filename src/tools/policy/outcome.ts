import type { Answer } from '../../answer/answer.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ChangeRow } from '../change.ts';
import type { ToolContext } from '../tool.ts';

export const isApplied = ({ extra }: Answer<ChangeRow>): boolean => extra?.['state'] === 'applied';

/** The answer with fields that are only known once the change is made. */
export const withFields = (
  answer: Answer<ChangeRow>,
  fields: Readonly<Record<string, unknown>>,
): Answer<ChangeRow> => ({ ...answer, extra: { ...answer.extra, ...fields } });

/** What a change made or left, read back; null for a dry run. */
export async function readBack(
  answer: Answer<ChangeRow>,
  href: string | undefined,
  { changes, signal }: ToolContext,
): Promise<JsonObject | null> {
  const target = href ?? answer.items[0]?.href;
  return isApplied(answer) && target !== undefined ? (await changes()).pce.read(target, signal) : null;
}
