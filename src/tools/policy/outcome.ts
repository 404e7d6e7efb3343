import type { Answer } from '../../answer/answer.ts';
import { Failure } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ChangeRow } from '../change.ts';
import type { ToolContext } from '../tool.ts';

type Fields = Readonly<Record<string, unknown>>;

export const isApplied = ({ extra }: Answer<ChangeRow>): boolean => extra?.['state'] === 'applied';

/** The answer with fields that are only known once the change is made. */
export const withFields = (answer: Answer<ChangeRow>, fields: Fields): Answer<ChangeRow> => ({
  ...answer,
  extra: { ...answer.extra, ...fields },
});

/**
 * The answer with what the change left, read back from the PCE: the object of `href`, or what the first request created. A dry run leaves nothing.
 * A change that stands is never a failure because it could not be read again; then the answer says that.
 */
export async function withReadBack(
  answer: Answer<ChangeRow>,
  href: string | undefined,
  { changes, signal }: ToolContext,
  fieldsOf: (object: JsonObject) => Fields | Promise<Fields>,
): Promise<Answer<ChangeRow>> {
  const target = href ?? answer.items[0]?.href;
  if (!isApplied(answer) || target === undefined) return answer;
  try {
    const object = await (await changes()).pce.read(target, signal);
    return object === null ? answer : withFields(answer, await fieldsOf(object));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const gap = `the change stands, but it could not be read back: ${error.message}`;
    return { ...answer, coverage: { ...answer.coverage, gaps: [...answer.coverage.gaps, gap] } };
  }
}
