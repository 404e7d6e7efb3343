import type { ToolResult } from '../answer/result.ts';

/** Where clients find a failure in a form for programs. */
export const ERROR_META_KEY = 'illumio-mcp/error';

/**
 * A result as the protocol has it. Clients built on the first SDK check the structured content of an error against the tool's output
 * schema and would show their own complaint instead of ours. So an error's data travels in `_meta`.
 */
export function onTheWire({ content, structuredContent, isError }: ToolResult) {
  const blocks = content.map((block) => ({ ...block }));
  if (!isError)
    return { content: blocks, ...(structuredContent ? { structuredContent: { ...structuredContent } } : {}) };
  return {
    content: blocks,
    isError: true,
    ...(structuredContent ? { _meta: { [ERROR_META_KEY]: { ...structuredContent } } } : {}),
  };
}
