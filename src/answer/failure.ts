import type { Failure } from '../core/errors.ts';
import { MAX_SENTENCE_LENGTH, sanitiseRecord, sanitiseText } from './sanitise.ts';
import type { ToolResult } from './result.ts';
import { inline } from './text.ts';

/**
 * A failure as a tool result: code, message, remedy, public data and, for wrong input, an example of a correct call. Never its
 * detail, cause or stack. `structured: false` leaves the text alone (clients that check an error against the tool's output schema).
 */
export function failureResult(
  failure: Failure,
  {
    example,
    structured = true,
  }: { readonly example?: Readonly<Record<string, unknown>> | undefined; readonly structured?: boolean } = {},
): ToolResult {
  const data = {
    ...sanitiseRecord({ ...failure.data, ...(example === undefined ? {} : { example }) }),
    ...(failure.approvalUrl === undefined ? {} : { approval_url: failure.approvalUrl }),
  };
  const message = sanitiseText(failure.message, MAX_SENTENCE_LENGTH);
  const remedy = sanitiseText(failure.remedy, MAX_SENTENCE_LENGTH);
  const lines = [
    `error ${failure.code}: ${message}`,
    `remedy: ${remedy}`,
    ...Object.entries(data).map(
      ([key, value]) => `${key}: ${key === 'example' ? JSON.stringify(value) : inline(value)}`,
    ),
  ];
  return {
    content: [{ type: 'text', text: lines.join('\n') }],
    ...(structured ? { structuredContent: { ...data, error: failure.code, message, remedy } } : {}),
    isError: true,
  };
}
