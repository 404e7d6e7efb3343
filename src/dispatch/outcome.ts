import type { ToolResult } from '../answer/result.ts';

/** In one word what became of a call: `ok`, or the code of its failure. */
export function outcomeOf({ isError, structuredContent }: ToolResult): string {
  if (!isError) return 'ok';
  const code = structuredContent?.['error'];
  return typeof code === 'string' ? code : 'error';
}
